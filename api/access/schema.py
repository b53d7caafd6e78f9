"""Tables of people, their sessions, links and passkeys, PINs, and the record of what they did."""

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


PASSKEY_ROOM: Final = "passkeys"
_PASSKEYS: Final = (
    # Credential ids and COSE public keys in base64url; `site` is the name that the key was made for.
    "CREATE TABLE passkey (id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL,"
    " site TEXT NOT NULL, credential TEXT NOT NULL UNIQUE, public_key TEXT NOT NULL,"
    " counter BIGINT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL)",
    "CREATE INDEX passkey_person ON passkey (person)",
    "CREATE TABLE passkey_only (person TEXT PRIMARY KEY, made BIGINT NOT NULL)",
    "CREATE TABLE passkey_challenge (digest TEXT PRIMARY KEY, purpose TEXT NOT NULL,"
    " holder TEXT NOT NULL, until BIGINT NOT NULL)",
)


def found_people(side: SideTables) -> SideTables:
    """The tables with those of this room.

    Passkeys are a room of their own: who goes back to an older program keeps its people.
    """
    side.found(ROOM, 1, _FIRST, passing=("session", "link"))
    side.found(PASSKEY_ROOM, 1, _PASSKEYS, passing=("passkey_challenge",))
    return side
