"""Lists of bytes as PostgreSQL wants its arrays, made in one go.

The driver looks at each element by itself, which costs a hundred entries half of their sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from psycopg import pq
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper

TEXT, BIGINT, BYTEA = 25, 20, 17
_HEAD = Struct(
    "!5i"
)  # dimensions, whether there are NULLs, type of elements, how many, first index
_LENGTH = Struct("!i")


@dataclass(frozen=True, slots=True)
class PackedArray:
    """A parameter in PostgreSQL's binary form of an array; the query has to name its type."""

    packed: bytes


def packed(element: int, values: Sequence[bytes]) -> PackedArray:
    """An array of `values`, each in the binary form of the type whose OID `element` is."""
    length = _LENGTH.pack
    parts = [_HEAD.pack(1, 0, element, len(values), 1)]
    for one in values:
        parts.append(length(len(one)))
        parts.append(one)
    return PackedArray(b"".join(parts))


class _Dumper(Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: PackedArray) -> bytes:
        return obj.packed


def teach(connection: AdaptContext) -> None:
    """Let a connection take `PackedArray`s as parameters."""
    connection.adapters.register_dumper(PackedArray, _Dumper)
