"""Tables of people, their sessions and links, PINs, and the record of what they did."""

from __future__ import annotations

from typing import Final

from api.access.side_tables import SideTables

ROOM: Final = "people"
_FIRST: Final = (
    # `secret` is empty until the person has set a password. Names are here and nowhere else.
    "CREATE TABLE person (id TEXT PRIMARY KEY, account TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " role TEXT NOT NULL, party TEXT NOT NULL, secret TEXT NOT NULL, made BIGINT NOT NULL)",
    "CREATE TABLE link (digest TEXT PRIMARY KEY, person TEXT NOT NULL, until BIGINT NOT NULL)",
    "CREATE TABLE session (digest TEXT PRIMARY KEY, who TEXT NOT NULL, kind TEXT NOT NULL,"
    " made BIGINT NOT NULL, seen BIGINT NOT NULL, until BIGINT NOT NULL)",
    "CREATE INDEX session_who ON session (who)",
    "CREATE TABLE pin (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, party TEXT NOT NULL,"
    " secret TEXT NOT NULL, failures BIGINT NOT NULL, wait BIGINT NOT NULL, made BIGINT NOT NULL)",
    "CREATE TABLE happening (number BIGINT PRIMARY KEY, at BIGINT NOT NULL, what TEXT NOT NULL,"
    " who TEXT NOT NULL, about TEXT NOT NULL, place TEXT NOT NULL)",
    "CREATE INDEX happening_at ON happening (at)",
)


def found_people(side: SideTables) -> SideTables:
    """The tables with those of this room."""
    side.found(ROOM, 1, _FIRST)
    return side
