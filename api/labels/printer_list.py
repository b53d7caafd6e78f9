"""The printers of one folder: name, profile, address and way of sending, in a small JSON file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from api.errors import DoorError
from printers.errors import AddressError, EncodingError
from printers.profile import Profile, Send
from printers.transport.address import open_transport
from printers.transport.file import FileTransport

_NAME = re.compile("[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer as the operator named it.

    address  a URL of `printers.transport`
    send     whole: every label's whole picture; changes: only what differs (slow links)
    """

    name: str
    profile: str
    address: str
    send: Send = "whole"


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
            return [_printer(one) for one in found]
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
        raise DoorError("printer-unknown", found=name, have=", ".join(one.name for one in known))

    def add(self, name: str, profile: str, address: str, send: Send = "whole") -> Printer:
        """Add a printer whose profile exists and whose address can be opened later.

        Raises DoorError for a wrong or taken name, and the printing room's refusals: ProfileError,
        AddressError, and EncodingError when the profile does not know that the printer can be
        sent `changes`.
        """
        if not _NAME.fullmatch(name):
            raise DoorError("name-wrong", found=name)
        known = self.all()
        if any(one.name == name for one in known):
            raise DoorError("printer-exists", found=name)
        facts = Profile.shipped(profile)
        if facts.language == "sheet":
            sheet_folder(address)
        else:
            open_transport(address)
        if send not in facts.sends:
            raise EncodingError("encoding.changes-unknown", profile=profile)
        made = Printer(name, profile, address, send)
        self._save([*known, made])
        return made

    def remove(self, name: str) -> Printer:
        """Take a printer off the list; what was printed on it stays in the ledger and the spool."""
        gone = self.get(name)
        self._save([one for one in self.all() if one.name != name])
        return gone

    def _save(self, printers: list[Printer]) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(
            json.dumps([asdict(one) for one in printers], indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        draft.replace(self._path)


def sheet_folder(address: str) -> Path:
    """The folder that an office printer's sheets are put into. AddressError when it is none."""
    way = open_transport(address)
    if not isinstance(way, FileTransport) or not way.path.is_dir():
        raise AddressError("address.sheet-folder", found=address)
    return way.path


def _printer(one: dict[str, str]) -> Printer:
    send = one.get("send", "whole")  # lists of earlier versions have none
    if send not in ("whole", "changes"):
        raise ValueError(send)
    return Printer(one["name"], one["profile"], one["address"], cast("Send", send))
