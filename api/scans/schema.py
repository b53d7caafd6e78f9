"""Tables of scan counts: for `scans.db`, and for schema `ocop_scans` of a PostgreSQL database."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = "ocop_scans"
TABLES: Final = ("serial", "lot", "batch", "day_key")

SQLITE_VERSION: Final = 1
SQLITE: Final = (
    "CREATE TABLE serial (gtin TEXT NOT NULL, tag TEXT NOT NULL, counter INTEGER NOT NULL, "
    "lot TEXT NOT NULL, scans INTEGER NOT NULL, void INTEGER NOT NULL, "
    "first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, places INTEGER NOT NULL, "
    "history INTEGER NOT NULL, noted INTEGER NOT NULL, "
    "PRIMARY KEY (gtin, tag, counter)) WITHOUT ROWID",
    "CREATE INDEX serial_noted ON serial (gtin, lot) WHERE noted = 1",
    "CREATE TABLE lot (gtin TEXT NOT NULL, lot TEXT NOT NULL, scans INTEGER NOT NULL, "
    "invented INTEGER NOT NULL, never_issued INTEGER NOT NULL, void INTEGER NOT NULL, "
    "stopped INTEGER NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, "
    "PRIMARY KEY (gtin, lot)) WITHOUT ROWID",
    "CREATE TABLE batch (process BLOB PRIMARY KEY, number INTEGER NOT NULL, "
    "day INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE day_key (day INTEGER PRIMARY KEY, key BLOB NOT NULL)",
    f"PRAGMA user_version = {SQLITE_VERSION}",
)

MIGRATIONS: Final[tuple[tuple[int, str], ...]] = (
    (
        1,
        """
        CREATE TABLE ocop_scans.serial (
            gtin text COLLATE "C" NOT NULL, tag text COLLATE "C" NOT NULL, counter integer NOT NULL,
            lot text COLLATE "C" NOT NULL, scans bigint NOT NULL, void bigint NOT NULL,
            first_day integer NOT NULL, last_day integer NOT NULL,
            places bigint NOT NULL, history bigint NOT NULL, noted smallint NOT NULL,
            PRIMARY KEY (gtin, tag, counter)
        ) WITH (fillfactor = 80);
        CREATE INDEX serial_noted ON ocop_scans.serial (gtin, lot) WHERE noted = 1;
        CREATE TABLE ocop_scans.lot (
            gtin text COLLATE "C" NOT NULL, lot text COLLATE "C" NOT NULL,
            scans bigint NOT NULL, invented bigint NOT NULL, never_issued bigint NOT NULL,
            void bigint NOT NULL, stopped bigint NOT NULL,
            first_day integer NOT NULL, last_day integer NOT NULL,
            PRIMARY KEY (gtin, lot)
        ) WITH (fillfactor = 50);
        CREATE TABLE ocop_scans.batch (
            process bytea PRIMARY KEY, number bigint NOT NULL, day integer NOT NULL
        ) WITH (fillfactor = 50);
        -- Unlogged: the key is in no write-ahead log, on no standby and in no archive.
        CREATE UNLOGGED TABLE ocop_scans.day_key (day integer PRIMARY KEY, key bytea NOT NULL);
        CREATE FUNCTION ocop_scans.places_of(bigint) RETURNS integer
            LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
            RETURN length(replace($1::bit(64)::text, '0', ''));
        """,
    ),
)
VERSION: Final = MIGRATIONS[-1][0]
