"""Scan counts of a hub: schema `ocop_scans` of its database, shared by all its machines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from api.scans.merging import LOT_COLUMNS, MERGE_BATCH, MERGE_LOT, SERIAL_COLUMNS, merge_serial
from api.scans.schema import SCHEMA, VERSION
from api.scans.storage import NOTED_AT_MOST, LotCount, ScansUnavailable, SerialCount
from api.scans.tally import Batch, LotKey, LotScans, Serial
from ledger.store.postgres.address import Params, addresses, shown
from ledger.store.postgres.passwords import with_password

Connection = psycopg.Connection[tuple[Any, ...]]
_Result = TypeVar("_Result")

_ADD_SERIAL = (
    f"INSERT INTO ocop_scans.serial AS kept ({SERIAL_COLUMNS}) "  # noqa: S608  # constant text
    "SELECT gtin, tag, counter, lot, scans, void, %(day)s, %(day)s, places, 0, noted FROM unnest("
    "%(gtin)s::text[], %(tag)s::text[], %(counter)s::int4[], %(lot)s::text[], %(scans)s::int8[], "
    "%(void)s::int8[], %(places)s::int8[], %(noted)s::int2[]) "
    "AS new(gtin, tag, counter, lot, scans, void, places, noted) "
    + merge_serial("ocop_scans.places_of")
)
_ADD_LOT = (
    f"INSERT INTO ocop_scans.lot AS kept ({LOT_COLUMNS}) "  # noqa: S608  # constant text
    "SELECT new.*, %(day)s, %(day)s FROM unnest(%(gtin)s::text[], %(lot)s::text[], "
    "%(scans)s::int8[], %(invented)s::int8[], %(never_issued)s::int8[], %(void)s::int8[], "
    "%(stopped)s::int8[]) AS new " + MERGE_LOT
)
_ADD_BATCH = (
    "INSERT INTO ocop_scans.batch AS kept (process, number, day) VALUES (%s, %s, %s) "  # noqa: S608  # constant text
    + MERGE_BATCH
)
_SEEN_ONE = (
    "SELECT gtin, tag, counter, scans, first_day FROM ocop_scans.serial "
    "WHERE gtin = %s AND tag = %s AND counter = %s"
)
_SEEN = (
    "SELECT gtin, tag, counter, scans, first_day FROM ocop_scans.serial JOIN "
    "unnest(%s::text[], %s::text[], %s::int4[]) AS asked(gtin, tag, counter) "
    "USING (gtin, tag, counter)"
)
_LOT = (
    "SELECT scans, invented, never_issued, void, stopped, first_day, last_day "
    "FROM ocop_scans.lot WHERE gtin = %s AND lot = %s"
)
_NOTED = (
    "SELECT gtin, tag, counter, lot, scans, void, first_day, last_day, places, history "
    "FROM ocop_scans.serial WHERE gtin = %s AND lot = %s AND noted = 1 "
    "ORDER BY scans DESC, tag, counter LIMIT %s"
)
_OLD_BATCHES = 7
# Pages wait for the reads and a thread for the writes: neither hangs on a dead server.
_LIMITS = (
    "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false), "
    "set_config('synchronous_commit', 'local', false), set_config('search_path', 'pg_catalog', false)"
)
_WRITES, _READS = "10s", "1s"


class _Link:
    """One connection, made at first use and again after it broke; one caller at a time."""

    def __init__(self, found: Sequence[Params], *, writes: bool) -> None:
        self._addresses = found
        self._writes = writes
        self._patience = _WRITES if writes else _READS
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do the work, in one transaction when it writes. Raises ScansUnavailable."""
        with self._lock:
            # A server that went away shows only at the next use: reading is tried once more.
            again = self._connection is not None and not self._writes
            try:
                return self._once(work)
            except psycopg.Error as wrong:
                if not again:
                    raise _away(wrong) from wrong
            try:
                return self._once(work)
            except psycopg.Error as wrong:
                raise _away(wrong) from wrong

    def _once(self, work: Callable[[Connection], _Result]) -> _Result:
        try:
            if self._connection is None:
                self._connection = self._connect()
            if not self._writes:
                return work(self._connection)
            with self._connection.transaction():
                return work(self._connection)
        except BaseException:
            self._let_go()
            raise

    def _connect(self) -> Connection:
        last: psycopg.Error | None = None
        for params in self._addresses:
            try:
                own = with_password(params)
                made = psycopg.connect("", autocommit=True, prepare_threshold=1, **own)  # type: ignore[arg-type]  # psycopg types the keywords of its own only
            except psycopg.Error as wrong:
                last = wrong
                continue
            try:
                made.execute(_LIMITS, (self._patience, self._patience))
                row = made.execute("SELECT max(version) FROM ocop_scans.version").fetchone()
            except BaseException:
                made.close()
                raise
            found = row[0] if row else None
            if found != VERSION:
                made.close()
                raise ScansUnavailable(
                    f"schema {SCHEMA} of {shown(params)} is of version {found}, not {VERSION}: "
                    "ocop migrate"
                )
            return made
        raise last or ScansUnavailable("no address")

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        # Whoever waits for a dead server keeps the lock; the end of the process is not held up.
        if self._lock.acquire(timeout=1):
            try:
                self._let_go()
            finally:
                self._lock.release()


def _away(wrong: psycopg.Error) -> ScansUnavailable:
    return ScansUnavailable(str(wrong).strip().partition("\n")[0])


class PostgresScans:
    """`api.scans.storage.ScanStorage` in a database. Reads may go to hot standbys."""

    quick = False

    def __init__(
        self, writes: Sequence[str], reads: Sequence[str] = (), passwords: Path | None = None
    ) -> None:
        """Addresses as `Settings` has them. Raises LedgerError for one that cannot be read."""
        self._write = _Link(addresses(writes, passwords, reading=False), writes=True)
        # The primary, too, is asked when no standby answers.
        self._read = _Link(addresses([*reads, *writes], passwords, reading=True), writes=False)

    def add(self, process: bytes, batch: Batch) -> bool:
        """As `ScanStorage.add`."""
        serials, lots, day = batch.serials(), batch.lots(), batch.day

        def work(db: Connection) -> bool:
            if not db.execute(_ADD_BATCH, (process, batch.number, day), binary=True).rowcount:
                return False
            db.execute(
                _ADD_SERIAL,
                {
                    "day": day,
                    "gtin": [key[0] for key, _ in serials],
                    "tag": [key[1] for key, _ in serials],
                    "counter": [key[2] for key, _ in serials],
                    "lot": [one.lot for _, one in serials],
                    "scans": [one.scans for _, one in serials],
                    "void": [one.void for _, one in serials],
                    "places": [one.places for _, one in serials],
                    "noted": [one.noted for _, one in serials],
                },
            )
            db.execute(
                _ADD_LOT,
                {
                    "day": day,
                    "gtin": [key[0] for key, _ in lots],
                    "lot": [key[1] for key, _ in lots],
                    **{name: [getattr(one, name) for _, one in lots] for name in LotScans._fields},
                },
            )
            return True

        return self._write.run(work)

    def counts(self, serials: Sequence[Serial]) -> dict[Serial, tuple[int, int]]:
        """As `ScanStorage.counts`."""
        if len(serials) == 1:
            # A third of the cost of arrays, and a quiet server asks for one at a time.
            rows = self._read.run(lambda db: db.execute(_SEEN_ONE, serials[0]).fetchall())
        else:
            asked = tuple(map(list, zip(*serials, strict=True)))
            rows = self._read.run(lambda db: db.execute(_SEEN, asked).fetchall())
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}

    def lot(self, lot: LotKey) -> LotCount | None:
        """As `ScanStorage.lot`."""

        def work(db: Connection) -> LotCount | None:
            row = db.execute(_LOT, lot).fetchone()
            if row is None:
                return None
            noted = [
                SerialCount((one[0], one[1], one[2]), *one[3:])
                for one in db.execute(_NOTED, (*lot, NOTED_AT_MOST)).fetchall()
            ]
            return LotCount(LotScans(*row[:5]), row[5], row[6], noted)

        return self._read.run(work)

    def day_key(self, day: int, fresh: bytes) -> bytes | None:
        """As `ScanStorage.day_key`."""

        def look(db: Connection) -> tuple[Any, ...] | None:
            return db.execute("SELECT day, key FROM ocop_scans.day_key").fetchone()

        def begin(db: Connection) -> tuple[Any, ...] | None:
            # Before any other lock of this transaction, or two beginners would wait for each other.
            db.execute("SELECT pg_advisory_xact_lock(hashtext('ocop_scans.day_key'))")
            found = look(db)
            if found is not None and found[0] >= day:
                return found
            # TRUNCATE gives the table a new file and takes the old one, key and all, away.
            db.execute("TRUNCATE ocop_scans.day_key")
            db.execute("INSERT INTO ocop_scans.day_key VALUES (%s, %s)", (day, fresh))
            db.execute("DELETE FROM ocop_scans.batch WHERE day < %s", (day - _OLD_BATCHES,))
            return day, fresh

        found = self._write.run(look)
        if found is None or found[0] < day:
            found = self._write.run(begin)
        return bytes(found[1]) if found is not None and found[0] == day else None

    def close(self) -> None:
        """Close both connections."""
        self._write.close()
        self._read.close()
