"""The printers of one folder: name, profile and address, in a small JSON file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from api.errors import DoorError
from printers.profile import Profile
from printers.transport.address import open_transport

_NAME = re.compile("[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer as the operator named it. `address` is a URL of `printers.transport`."""

    name: str
    profile: str
    address: str


class PrinterList:
    """Reads and adds printers. A profile or address that cannot be is refused when added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Printer]:
        """Printers in the order they were added; the first is the usual one."""
        if not self._path.exists():
            return []
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return [Printer(one["name"], one["profile"], one["address"]) for one in found]
        except (ValueError, KeyError, TypeError, OSError) as wrong:
            raise DoorError("settings-wrong", path=self._path, why=type(wrong).__name__) from wrong

    def get(self, name: str | None) -> Printer:
        """A printer by name, the first one for None."""
        known = self.all()
        if not known:
            raise DoorError("printer-none")
        if name is None:
            return known[0]
        for one in known:
            if one.name == name:
                return one
        raise DoorError("printer-unknown", found=name)

    def add(self, name: str, profile: str, address: str) -> Printer:
        """Add a printer whose profile exists and whose address can be opened later."""
        if not _NAME.fullmatch(name):
            raise DoorError("name-wrong", found=name)
        known = self.all()
        if any(one.name == name for one in known):
            raise DoorError("printer-exists", found=name)
        Profile.shipped(profile)
        open_transport(address)
        made = Printer(name, profile, address)
        draft = self._path.with_suffix(".new")
        draft.write_text(
            json.dumps([asdict(one) for one in [*known, made]], indent=1, ensure_ascii=False)
            + "\n",
            encoding="utf-8",
        )
        draft.replace(self._path)
        return made
