"""Statements that a ledger lost, found in what others kept: newer backups, bundles, log tiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from api.keeping.archive import unpack
from api.keeping.errors import KeepingError
from api.keeping.placing import scratch
from api.stores import LEDGER_FILE
from ledger.sealing import TILE_WIDTH
from ledger.store.seam import LedgerStore
from ledger.store.sqlite import SqliteStore
from ledger.verify.bundle import LotBundle
from ledger.verify.merkle import leaf_hash

_PAGE = 1000
_LENGTH = 2
_MOST = 64 * 1024 * 1024
# C2SP tlog-tiles: the path of a bundle of entries says which ones they are.
_TILE = re.compile(r"entries/((?:x\d{3}/)*\d{3})(?:\.p(?:/\d{1,3})?)?$")


def gathered(
    store: LedgerStore, files: Sequence[Path], first: int, last: int, room: Path
) -> dict[int, bytes]:
    """Entries by log index from `first` up to `last`, as the files say; nothing is believed yet.

    Raises:
        KeepingError: `missing-foreign`, a file is neither backup nor bundle nor tile; or as `unpack`.
        Refusal: a bundle is none.
    """
    found: dict[int, bytes] = {}
    # What is recorded and not sealed stands at the next indexes already.
    for index, (_, raw) in enumerate(store.after(store.sealed_position(), _PAGE), start=first):
        found[index] = raw
    for path in files:
        for index, raw in _entries_in(store, path, found, first, room):
            if first <= index < last:
                found.setdefault(index, raw)
    return {index: raw for index, raw in found.items() if index < last}


def _entries_in(
    store: LedgerStore, path: Path, found: Mapping[int, bytes], first: int, room: Path
) -> Iterable[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            raw = file.read(_LENGTH)
            if raw != b"PK":
                raw += file.read(_MOST)
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        raise KeepingError("file-unreadable", path=path, why=why) from wrong
    if raw == b"PK":
        return _of_backup(path, room)
    if raw.startswith(b"{"):
        return [(one.index, one.entry.raw) for one in LotBundle.parse(raw).entries]
    return _of_tile(store, path, raw, found, first)


def _of_backup(path: Path, room: Path) -> Iterator[tuple[int, bytes]]:
    with scratch(room / "other") as folder:
        unpack(path, folder)
        with closing(SqliteStore(folder / LEDGER_FILE)) as other:
            first = 0
            while rows := other.sealed(first, _PAGE):
                yield from rows
                first = rows[-1][0] + 1


def _of_tile(
    store: LedgerStore, path: Path, raw: bytes, found: Mapping[int, bytes], first: int
) -> list[tuple[int, bytes]]:
    """Entries each after its 16-bit length; their place by the file's path, a known entry, or order."""
    entries: list[bytes] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + _LENGTH], "big")
        entries.append(raw[at + _LENGTH : at + _LENGTH + length])
        if not length or len(entries[-1]) != length:
            raise KeepingError("missing-foreign", path=path)
        at += _LENGTH + length
    named = _TILE.search(path.as_posix())
    if named is not None:
        number = int(named.group(1).replace("x", "").replace("/", ""))
        return list(enumerate(entries, start=number * TILE_WIDTH))
    places = {one: index for index, one in found.items()}
    for offset, one in enumerate(entries):
        index = places.get(one, store.index_of(leaf_hash(one)))
        if index is not None:
            return list(enumerate(entries, start=index - offset))
    return list(enumerate(entries, start=first + len(found)))
