"""Erasing private texts: what would go, and then for good. No proof changes by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.bootstrap import Services
from api.keeping.erased import DIGEST, erased_digests, remember_erased
from api.keeping.errors import KeepingError
from api.keeping.snapshot import ERASED_FILE
from ledger.store.seam import LedgerStore
from ledger.verify.entry import parse_entry
from ledger.verify.graph import lots_named

_PAGE = 1000
_SHORTEST = 2
_HEX = re.compile(rb'"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Mention:
    """A statement that holds the digest of a private text, and at which place of its body."""

    index: int
    id: str
    type: str
    party: str
    time: str
    place: str
    lots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One private text or photo (its caption) that would go; `text` None when it is not here any more."""

    digest: str
    text: str | None
    mentions: tuple[Mention, ...]


def erasures(
    services: Services, *, containing: str | None = None, digest: str | None = None
) -> list[Erasure]:
    """What an erasure would take away: texts that contain something, or the one of a digest.

    Reads the whole ledger once, to say which statements are concerned.

    Raises:
        KeepingError: `digest-wrong`, `text-short`.
    """
    if digest is not None:
        if not DIGEST.fullmatch(digest.lower()):
            raise KeepingError("digest-wrong", found=digest)
        digest = digest.lower()
        text = services.notes.text_of(digest)
        photos = services.album.table.with_digest(digest)
        # What a photo shows is said in the ledger.
        words = photos[0].caption if photos and services.album.shelf.has(digest) else None
        texts: dict[str, str | None] = {digest: words if text is None else text}
    else:
        wanted = (containing or "").strip()
        if len(wanted) < _SHORTEST:
            raise KeepingError("text-short", found=wanted)
        texts = dict(services.notes.containing(wanted))
    found = _mentions(services.store, texts) if texts else {}
    return [Erasure(one, text, tuple(found[one])) for one, text in texts.items()]


def erase(services: Services, digests: list[str]) -> int:
    """Erase the texts, and the files of photos, of these digests; returns how many there were.

    First the digests are noted in `erased.txt`, so that a restore from an older backup erases
    again whatever happens next.

    Raises:
        sqlite3.Error, OSError: not done, or not wholly; doing it again completes it.
    """
    path = services.folder / ERASED_FILE
    remember_erased(path, digests)
    photos = services.album.erase(digests)
    return photos + services.notes.erase(sorted(erased_digests(path)))


def _mentions(store: LedgerStore, digests: Mapping[str, object]) -> dict[str, list[Mention]]:
    wanted = {one.encode() for one in digests}
    found: dict[str, list[Mention]] = {one: [] for one in digests}
    first = 0
    while rows := store.sealed(first, _PAGE):
        for index, raw in rows:
            # Looked for as bytes first: reading every statement would take ten times as long.
            for digest in wanted.intersection(_HEX.findall(raw)):
                found[digest.decode()] += _read(index, raw, digest.decode())
        first = rows[-1][0] + 1
    return found


def _read(index: int, raw: bytes, digest: str) -> Iterator[Mention]:
    entry = parse_entry(raw)
    said = json.loads(entry.payload)
    lots = tuple(lots_named(said["type"], said["body"]))
    for place in _places(said["body"], digest, ()):
        yield Mention(index, entry.id.hex(), said["type"], said["party"], said["time"], place, lots)


def _places(value: Any, digest: str, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _places(part, digest, (*path, name))
    elif value == digest:
        yield ".".join(path)
