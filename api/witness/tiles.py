"""C2SP tlog-tiles as a reader sees them: names of tiles, and the nodes and entries in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.verify.merkle import HASH_BYTES, node_hash, root_of

WIDTH = 256
MOST_ENTRIES_BYTES = WIDTH * (2 + 0xFFFF)
_LEVELS = 8

Fetch = Callable[[str, int], bytes]
"""(path below the log's address, most bytes) -> body; raises when it cannot be had."""


class TileWrong(ValueError):
    """A tile that is not what its name says; its text says how."""


def tile_path(level: str, number: int, width: int) -> str:
    """`tile/<level>/<number>[.p/<width>]`; `level` is a number or "entries"."""
    parts = [f"{number % 1000:03d}"]
    rest = number // 1000
    while rest:
        parts.append(f"x{rest % 1000:03d}")
        rest //= 1000
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def entries_of(fetch: Fetch, start: int, size: int) -> Iterator[list[bytes]]:
    """Entries from index `start` up to `size` (leaves of the log), a list for each tile.

    Raises:
        TileWrong: a tile holds another number of entries than its name says.
    """
    while start < size:
        number = start // WIDTH
        width = min(WIDTH, size - number * WIDTH)
        body = fetch(tile_path("entries", number, width), MOST_ENTRIES_BYTES)
        yield _entries(body, width)[start - number * WIDTH :]
        start = number * WIDTH + width


def _entries(body: bytes, width: int) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at < len(body):
        length = int.from_bytes(body[at : at + 2], "big")
        entry = body[at + 2 : at + 2 + length]
        if len(entry) != length or at + 2 > len(body):
            raise TileWrong("an entry tile is cut")
        found.append(entry)
        at += 2 + length
    if len(found) != width:
        raise TileWrong(f"an entry tile has {len(found)} entries instead of {width}")
    return found


class TileNodes:
    """`node(level, index)` of the tree of `size` leaves, out of hash tiles fetched once each."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash (32 bytes) of a complete node; raises TileWrong."""
        tile_level, inside = divmod(level, _LEVELS)
        first = index << inside
        number, at = divmod(first, WIDTH)
        count = 1 << inside
        tile = self._tile(tile_level, number)
        if at + count > len(tile) // HASH_BYTES:
            raise TileWrong(f"no complete node {level}/{index} in a tree of {self._size}")
        hashes = [tile[n * HASH_BYTES : (n + 1) * HASH_BYTES] for n in range(at, at + count)]
        return node_hash(*hashes) if count == 2 else root_of(hashes)

    def _tile(self, level: int, number: int) -> bytes:
        known = self._tiles.get((level, number))
        if known is not None:
            return known
        width = min(WIDTH, (self._size >> (_LEVELS * level)) - number * WIDTH)
        if width < 1:
            raise TileWrong(f"no tile {level}/{number} in a tree of {self._size}")
        body = self._fetch(tile_path(str(level), number, width), WIDTH * HASH_BYTES)
        if len(body) != width * HASH_BYTES:
            raise TileWrong(f"a hash tile has {len(body)} bytes instead of {width * HASH_BYTES}")
        self._tiles[level, number] = body
        return body
