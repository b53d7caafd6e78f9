"""Keys by the names people use: files of `keys/`, and key ids or their beginnings."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.keys.errors import KeysError
from ledger.errors import LedgerError
from ledger.signing import load_key
from ledger.verify.keys import KeyRecord

SHORT = 16
"""Digits of a key id that people are shown."""
_LEAST = 8


def key_path(folder: Path | None, name: str) -> Path:
    """The file that a name means: one of `keys/`, or any path with a slash or ending in .pem."""
    if "/" in name or "\\" in name or name.endswith(".pem") or folder is None:
        return Path(name)
    return folder / "keys" / f"{name}.pem"


def files_here(folder: Path) -> dict[str, str]:
    """Key id (hex) -> name of the file in `keys/`; files that cannot be read are left out."""
    found: dict[str, str] = {}
    for path in sorted((folder / "keys").glob("*.pem")):
        try:
            found.setdefault(load_key(path).keyid.hex(), path.stem)
        except LedgerError:
            continue
    return found


def find_record(services: Services, name: str) -> KeyRecord:
    """What the log says of a key: named by its file here, or by 8 or more digits of its id.

    Raises:
        KeysError: `key-unclear`, `key-not-enrolled`.
    """
    records = services.ledger.history.keys.records
    path = key_path(services.folder, name)
    if path.exists():
        record = records.get(load_key(path).keyid)
        if record is None:
            raise KeysError("key-not-enrolled", path=path)
        return record
    digits = name.lower()
    if len(digits) >= _LEAST and set(digits) <= set(string.hexdigits):
        matching = [one for one in records.values() if one.keyid_hex.startswith(digits)]
        if len(matching) == 1:
            return matching[0]
    raise KeysError("key-unclear", found=name)


def length_of(services: Services, record: KeyRecord) -> int:
    """How many statements a key has signed."""
    head = services.ledger.history.journals.get(record.public.keyid)
    return 0 if head is None else head.seq


def as_data(services: Services, record: KeyRecord, file: str | None) -> dict[str, Any]:
    """A key for programs; indexes are log indexes, `ended` the first at which it may not sign."""
    return {
        "keyid": record.keyid_hex,
        "party": record.party,
        "role": record.role,
        "tag": record.tag,
        "held": record.held,
        "enrolled": record.enrolled,
        "ended": record.ended,
        "reason": record.end_reason or None,
        "compromised": record.compromised,
        "last_good": record.last_good,
        "statements": length_of(services, record),
        "file": file,
    }
