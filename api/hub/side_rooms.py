"""The side tables of stations: tickets, when each was heard of, forks, nonces.

All of it may be lost: then tickets are void, and standings begin anew. Times are POSIX seconds,
keys, ids and entries hex.
"""

from __future__ import annotations

from api.access.side_tables import SideTables

ROOM = "station"
_FIRST = (
    # `name` is the code's first group, by which people speak of a ticket; `key` is "" until a
    # station joined with it, `entry` "" until that was enrolled.
    "CREATE TABLE station_ticket (code TEXT PRIMARY KEY, name TEXT NOT NULL, party TEXT NOT NULL, "
    "made BIGINT NOT NULL, expires BIGINT NOT NULL, key TEXT NOT NULL, tag TEXT NOT NULL, "
    "entry TEXT NOT NULL, log_index BIGINT NOT NULL)",
    "CREATE TABLE station_standing (keyid TEXT PRIMARY KEY, contact BIGINT NOT NULL, "
    "frozen TEXT NOT NULL, frozen_since BIGINT NOT NULL)",
    "CREATE TABLE station_fork (keyid TEXT NOT NULL, seq BIGINT NOT NULL, stored TEXT NOT NULL, "
    "offered TEXT NOT NULL, offered_id TEXT NOT NULL, noticed BIGINT NOT NULL, "
    "PRIMARY KEY (keyid, seq, offered_id))",
    "CREATE TABLE station_nonce (keyid TEXT NOT NULL, nonce TEXT NOT NULL, until BIGINT NOT NULL, "
    "PRIMARY KEY (keyid, nonce))",
    "CREATE INDEX station_nonce_until ON station_nonce (until)",
)


# The new key's agreement to its enrolment, while that waits for an admin key which is elsewhere.
_SECOND = ("ALTER TABLE station_ticket ADD COLUMN proof TEXT NOT NULL DEFAULT ''",)


def found_station_rooms(side: SideTables) -> None:
    """Say which tables the room needs; they are made at the first use."""
    side.found(ROOM, 1, _FIRST, passing=("station_nonce", "station_ticket"))
    side.found(ROOM, 2, _SECOND)
