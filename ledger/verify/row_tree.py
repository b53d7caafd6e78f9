"""The completeness index kept up row by row: the work of a change is that of its way to the root.

The map of `sparse_map` is kept in blocks of four levels, one a hexadecimal digit of the key: a block
has up to sixteen places, and at each stands nothing, a row, or the hash of the block below. A row
stands in the highest block in which its digits tell it from all other rows. So a change reads and
writes one block a digit of depth, about five of them among a million rows, and a hundred changes
share the upper ones. Rows are never taken away. Whatever is read on the way is compared with the hash
above it, so that no new root is made out of rows that were spoilt where they are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple, Protocol

from ledger.verify import canonical
from ledger.verify.completeness import Change, Row, RowName, Value
from ledger.verify.sparse_map import EMPTY, branch_hash, leaf_hash, row_key, value_digest

_PLACES = 16
_LEVELS = 4


class RowsSpoilt(Exception):
    """What is kept is not what its own root says: make it anew."""


class Place(NamedTuple):
    """What stands at one place: a row with `key` and `value` (its canonical JSON), or a block below.

    `hash` is that of the subtree; `key` and `value` are None for a block.
    """

    hash: bytes
    key: bytes | None = None
    value: str | None = None


Block = dict[int, Place]
"""Places that are taken, by digit."""


class Blocks(Protocol):
    """Where blocks are kept, each under the digits that lead to it ("" for the topmost)."""

    def read(self, digits: str) -> Block:
        """A block; an empty one when there is none."""

    def write(self, digits: str, places: Block) -> None:
        """Put these places into a block; its other places stay."""


class MemoryBlocks:
    """Blocks in memory."""

    def __init__(self) -> None:
        self._blocks: dict[str, Block] = {}

    def read(self, digits: str) -> Block:
        return dict(self._blocks.get(digits, {}))

    def write(self, digits: str, places: Block) -> None:
        self._blocks.setdefault(digits, {}).update(places)


class RowTree:
    """The rows in some blocks, as `completeness.RowMap`."""

    def __init__(self, blocks: Blocks, rows: int = 0, root: bytes = EMPTY) -> None:
        """`rows` and `root` are what the blocks hold already."""
        self._blocks = blocks
        self.rows = rows
        self.root = root

    def apply(self, changes: Mapping[bytes, Change]) -> None:
        """Change rows, each under its key (32 bytes).

        Raises:
            RowsSpoilt: a block or row on the way is not what `root` says.
        """
        if changes:
            ordered = [(key.hex(), changes[key]) for key in sorted(changes)]
            self.root = self._change("", ordered, self.root).hash

    def row(self, name: RowName) -> Row:
        """A row with its proof against `root`, or the proof that there is none."""
        key = row_key(name)
        digits = key.hex()
        path: list[bytes] = []
        above = ""
        while True:
            levels = _levels(self._blocks.read(above))
            digit = int(digits[len(above)], 16)
            for depth, level in enumerate(levels):
                at = digit >> (_LEVELS - depth)
                found = level[at]
                if found is None or found.key is not None:
                    return _row(name, key, found, path)
                if depth < _LEVELS:
                    beside = levels[depth + 1][(digit >> (_LEVELS - depth - 1)) ^ 1]
                    path.insert(0, EMPTY if beside is None else beside.hash)
            above = digits[: len(above) + 1]

    def _change(self, above: str, ordered: list[tuple[str, Change]], before: bytes) -> Place:
        """Change rows below one block, in order of their keys; the subtree that it is then.

        `before` is the hash that it had.
        """
        block = self._blocks.read(above)
        was = _levels(block)[0][0]
        if (EMPTY if was is None else was.hash) != before:
            raise RowsSpoilt(above)
        changed: Block = {}
        depth = len(above)
        for digit, group in groupby(ordered, key=lambda one: one[0][depth]):
            at = int(digit, 16)
            changed[at] = self._changed(above + digit, block.get(at), list(group))
        self._blocks.write(above, changed)
        block.update(changed)
        top = _levels(block)[0][0]
        assert top is not None  # something was changed
        return top

    def _changed(self, digits: str, place: Place | None, group: list[tuple[str, Change]]) -> Place:
        if place is not None and place.key is None:
            return Place(self._change(digits, group, place.hash).hash)
        rows: dict[str, Place] = {}
        if place is not None and place.key is not None:
            rows[place.key.hex()] = place
        for key, change in group:
            old = rows.get(key)
            self.rows += old is None
            rows[key] = _leaf(key, change, old)
        return self._put(digits, sorted(rows.items()))

    def _put(self, digits: str, rows: list[tuple[str, Place]]) -> Place:
        """New rows at a place that held at most one: a row by itself, several in a block."""
        if len(rows) == 1:
            return rows[0][1]
        depth = len(digits)
        block = {
            int(digit, 16): self._put(digits + digit, list(group))
            for digit, group in groupby(rows, key=lambda one: one[0][depth])
        }
        self._blocks.write(digits, block)
        top = _levels(block)[0][0]
        assert top is not None
        return Place(top.hash)


def _leaf(key: str, change: Change, old: Place | None) -> Place:
    before: Value | None = None
    if old is not None and old.value is not None:
        was = hashlib.sha256(old.value.encode()).digest()
        if old.hash != leaf_hash(bytes.fromhex(key), was):
            raise RowsSpoilt(key)
        before = json.loads(old.value)
    value = canonical.encode(change.applied(before))
    raw = bytes.fromhex(key)
    return Place(leaf_hash(raw, hashlib.sha256(value).digest()), raw, value.decode())


def _levels(block: Block) -> list[list[Place | None]]:
    """A block's subtrees: level 0 the whole of it, level 4 its sixteen places."""
    level: list[Place | None] = [block.get(at) for at in range(_PLACES)]
    levels = [level]
    while len(level) > 1:
        pairs = iter(level)
        level = [_joined(left, right) for left, right in zip(pairs, pairs, strict=True)]
        levels.append(level)
    levels.reverse()
    return levels


def _joined(left: Place | None, right: Place | None) -> Place | None:
    """The compact rule: nothing beside nothing is nothing, a row beside nothing is that row."""
    if right is None:
        if left is None or left.key is not None:
            return left
        return Place(branch_hash(left.hash, EMPTY))
    if left is None:
        return right if right.key is not None else Place(branch_hash(EMPTY, right.hash))
    return Place(branch_hash(left.hash, right.hash))


def _row(name: RowName, key: bytes, found: Place | None, path: list[bytes]) -> Row:
    if found is None or found.key is None or found.value is None:
        return Row(name, None, tuple(path))
    value: Value = json.loads(found.value)
    if found.key == key:
        return Row(name, value, tuple(path))
    return Row(name, None, tuple(path), (found.key, value_digest(value)))
