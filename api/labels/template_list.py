"""The templates of one ledger folder: those of this version, and its own in DIR/templates."""

from __future__ import annotations

import re
from pathlib import Path

from api.labels.fields import FIELDS, sample_label
from printers.design.render import lay_out
from printers.design.template import SHIPPED, Template
from printers.errors import TemplateError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


class TemplateList:
    """Names, loads and saves templates. Nothing is saved that could print a wrong label."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "templates"

    def names(self) -> list[str]:
        """Shipped templates first, then the folder's own in alphabetical order."""
        own = (path.stem for path in self._folder.glob("*.toml"))
        return [*SHIPPED, *sorted(n for n in own if _NAME.fullmatch(n) and n not in SHIPPED)]

    def get(self, name: str) -> Template:
        """A template by name.

        Raises TemplateError with one sentence for an unknown name, and for a file of the folder
        that is no good template or bears another name.
        """
        if name in SHIPPED:
            return Template.shipped(name)
        path = self._folder / f"{name}.toml"
        if not _NAME.fullmatch(name) or not path.is_file():
            have = ", ".join(self.names())
            raise TemplateError("template.not-shipped", found=name[:40], have=have)
        found = Template.load(path)
        if found.name != name:
            raise TemplateError(
                "template.file-name", where=path.name, found=found.name, expected=name
            )
        return found

    def add(self, raw: bytes) -> Template:
        """Validate and save a template as DIR/templates/NAME.toml, replacing its older version.

        Raises TemplateError with one sentence: see `check_template`, and for the name of a
        shipped template and for a change without a higher version. OSError when it cannot be
        written; the older file is then still whole.
        """
        made = check_template(raw)
        if made.name in SHIPPED:
            raise TemplateError("template.name-shipped", found=made.name)
        path = self._folder / f"{made.name}.toml"
        old = Template.load(path) if path.is_file() else made
        if old.raw != made.raw and made.version <= old.version:
            raise TemplateError(
                "template.version", where=made.name, found=made.version, least=old.version + 1
            )
        self._folder.mkdir(exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(made.raw)
        draft.replace(path)
        return made


def check_template(raw: bytes, where: str = "template") -> Template:
    """A template that surely prints: it is well formed and takes the longest realistic words.

    Raises TemplateError for what `Template.from_bytes` refuses (QR modules below 0.396 mm, a
    quiet zone lost, places that overlap ...), a field that is not in `FIELDS`, and any of the
    longest words, stars or codes that do not fit, each with its numbers.
    """
    made = Template.from_bytes(raw, where)
    if unknown := sorted(made.fields - set(FIELDS)):
        raise TemplateError(
            "template.unknown-word",
            where=where,
            found=", ".join(unknown),
            expected=", ".join(sorted(FIELDS)),
        )
    lay_out(made, sample_label(made)).bitmap()
    return made
