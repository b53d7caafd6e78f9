"""Settings of one ledger folder, and the only place where the environment is read."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from ipaddress import ip_network
from pathlib import Path

from api.errors import DoorError
from ledger.domain.errors import LinkError
from ledger.domain.web_address import check_base

DEFAULT_PORT = 8471


@dataclass(frozen=True, slots=True)
class Settings:
    """What a folder's ledger is called and where its labels lead.

    `base_url` is the permanent address in every QR; None until somebody confirmed one.
    It is never taken from a request. `database` is the PostgreSQL address of a hub's ledger as
    its application role (no password: that is in `keys/pgpass`), None for `ledger.db` in the
    folder. `read_from` names hot standbys that reads go to, in order of preference.
    `trusted_proxies` are addresses or networks whose X-Forwarded-For is believed, for scan counts
    and limits only: rights never hang on a header.
    """

    origin: str
    base_url: str | None = None
    version: int = 1
    database: str | None = None
    read_from: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read a settings file. Raises DoorError."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                str(found["origin"]),
                found["base_url"],
                int(found["version"]),
                found.get("database"),
                tuple(map(str, found.get("read_from", ()))),
                tuple(
                    str(ip_network(one, strict=False)) for one in found.get("trusted_proxies", ())
                ),
            )
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise DoorError("settings-wrong", path=path, why=type(wrong).__name__) from wrong


def checked_base_url(text: str) -> str:
    """A label base address that can be printed for ever, without its last slash.

    A path prefix must be in capitals already, because the QR code is (DoorError otherwise).
    """
    try:
        base = check_base(text.strip())
    except LinkError as wrong:
        raise DoorError("base-url-wrong", found=text, why=str(wrong)) from wrong
    path = base.partition("://")[2].partition("/")[2]
    if path != path.upper():
        raise DoorError("base-url-wrong", found=text, why="a path must be in capitals")
    return base


def checked_proxy(text: str) -> str:
    """The network of a reverse proxy, written out. Raises DoorError."""
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as wrong:
        raise DoorError("proxy-wrong", found=text) from wrong


def default_folder() -> str | None:
    """Folder of the ledger when no --dir is given: OCOP_DIR."""
    return os.environ.get("OCOP_DIR")


def default_language() -> str:
    """Language of messages: OCOP_LANG, else Vietnamese."""
    return "en" if os.environ.get("OCOP_LANG", "").lower().startswith("en") else "vi"


def unknown_language() -> str | None:
    """What OCOP_LANG names when there are no messages in it; None when all is well."""
    named = os.environ.get("OCOP_LANG", "")
    return named if named and not named.lower().startswith(("vi", "en")) else None
