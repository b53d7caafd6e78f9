"""Which label template each product usually gets: a choice of this folder, nothing of the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from api.keeping.memory import write_durably

PREFERRED_FILE: Final = "label-templates.json"
_MOST: Final = 2_000


class PreferredTemplates:
    """The choices of one ledger folder. A file that cannot be read counts as no choice."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / PREFERRED_FILE

    def all(self) -> dict[str, str]:
        """GTIN-14 -> name of a template."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {gtin: name for gtin, name in found.items() if isinstance(name, str)}

    def of(self, gtin14: str) -> str:
        """The usual template of a product; "" when none was chosen."""
        return self.all().get(gtin14, "")

    def choose(self, gtin14: str, name: str) -> None:
        """Choose a template for a product; "" takes the choice back. OSError."""
        chosen = self.all()
        chosen.pop(gtin14, None)
        if name:
            chosen = dict([(gtin14, name), *chosen.items()][:_MOST])
        text = json.dumps(dict(sorted(chosen.items())), indent=1) + "\n"
        write_durably(self._path, text.encode())
