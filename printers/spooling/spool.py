"""The durable spool: nothing printed twice, nothing unaccounted.

queued -> sending -> sent -> confirmed
               \\________\\-> in_doubt -> confirmed | void
queued -> cancelled;  confirmed -> void (a spoiled label, with a reason)
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

from printers.errors import SpoolError
from printers.spooling.lock import printer_lock
from printers.spooling.schema import (
    APPLICATION_ID,
    MAX_LABELS_PER_JOB,
    SCHEMA,
    SCHEMA_VERSION,
    STATES,
    Claimed,
    PrintItem,
    Resolved,
    SpooledLabel,
    State,
)

_BUSY_SECONDS = 10.0


class Spool:
    """A spool file. `now` gives the text stored with each change (for example UTC ISO 8601).

    Opening changes no label, so that a screen may look while another process prints. An instance
    belongs to the thread that made it. Raises SpoolError.
    """

    def __init__(self, path: Path, now: Callable[[], str]) -> None:
        self.path = path
        self._now = now
        # Autocommit: every transaction below is begun and ended by name.
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as fault:
            self._db.close()
            raise self._not_ours(str(fault)) from fault
        except SpoolError:
            self._db.close()
            raise

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add_job(self, job_id: str, printer: str, items: Iterable[PrintItem]) -> bool:
        """Queue labels in order, durably. True when added, False when the same job was there.

        Raises SpoolError for the same job id with other content, a key and attempt already in
        the spool, or a reprint whose former attempt is neither confirmed nor void.
        """
        labels = list(items)
        for name, text, most in (("job_id", job_id, 100), ("printer", printer, 100)):
            if not 1 <= len(text) <= most:
                raise SpoolError(
                    "spool.bad-job", what=f"{name} of {len(text)}", expected=f"1-{most}"
                )
        if not 1 <= len(labels) <= MAX_LABELS_PER_JOB:
            raise SpoolError(
                "spool.bad-job", what=f"{len(labels)} labels", expected=f"1-{MAX_LABELS_PER_JOB}"
            )
        if len({item.serial for item in labels}) != len(labels):
            raise SpoolError("spool.bad-job", what="a serial twice", expected="each serial once")
        digest = _job_digest(printer, labels)
        with self._transaction():
            known = self._one("SELECT digest FROM job WHERE job_id = ?", job_id)
            if known is not None:
                if known[0] != digest:
                    raise SpoolError("spool.job-differs", job=job_id)
                return False
            now = self._now()
            self._db.execute("INSERT INTO job VALUES (?, ?, ?, ?)", (job_id, printer, digest, now))
            for ordinal, item in enumerate(labels):
                self._require_printable(item)
                self._db.execute(
                    "INSERT INTO label (job_id, ordinal, key, serial, attempt, reason, payload,"
                    " state, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
                    (
                        job_id,
                        ordinal,
                        item.key,
                        item.serial,
                        item.attempt,
                        item.reason,
                        item.payload,
                        now,
                    ),
                )
        return True

    def printer_of(self, job_id: str) -> str:
        """The printer name of a job. Raises SpoolError for an unknown job."""
        row = self._one("SELECT printer FROM job WHERE job_id = ?", job_id)
        if row is None:
            raise SpoolError("spool.unknown-job", job=job_id)
        return str(row[0])

    def job_ids(self, prefix: str) -> list[str]:
        """Jobs whose id begins with `prefix`, oldest first."""
        rows = self._db.execute(
            "SELECT job_id FROM job WHERE substr(job_id, 1, ?) = ? ORDER BY created_at, rowid",
            (len(prefix), prefix),
        )
        return [str(row[0]) for row in rows]

    def keys_in_doubt(self) -> frozenset[str]:
        """Keys of every label that left and was not confirmed, of any job."""
        rows = self._db.execute(
            "SELECT key FROM label WHERE state IN ('sending', 'sent', 'in_doubt')"
        )
        return frozenset(str(row[0]) for row in rows)

    def counts(self, job_id: str) -> dict[State, int]:
        """How many labels of the job are in each state; every state is a key."""
        self.printer_of(job_id)
        found = dict(
            self._db.execute(
                "SELECT state, count(*) FROM label WHERE job_id = ? GROUP BY state", (job_id,)
            )
        )
        return {state: int(found.get(state, 0)) for state in STATES}

    def labels(self, job_id: str) -> list[SpooledLabel]:
        """All labels of the job in order."""
        self.printer_of(job_id)
        rows = self._db.execute(
            "SELECT number, ordinal, key, serial, attempt, state, reason, digest FROM label"
            " WHERE job_id = ? ORDER BY ordinal",
            (job_id,),
        )
        return [SpooledLabel(*row) for row in rows]

    def cancel(self, job_id: str) -> tuple[str, ...]:
        """Cancel what is still queued; the serials that will not be printed."""
        self.printer_of(job_id)
        with self._transaction():
            serials = self._serials(job_id, "queued")
            self._db.execute(
                "UPDATE label SET state = 'cancelled', changed_at = ?"
                " WHERE job_id = ? AND state = 'queued'",
                (self._now(), job_id),
            )
        return serials

    def resolve(self, job_id: str, last_good_serial: str | None) -> Resolved:
        """Decide the job's labels in doubt after a check-scan.

        In doubt up to and including the last good label becomes confirmed, after it void. None
        says that no label in doubt came out. Raises SpoolError for a serial that never left.
        """
        self.printer_of(job_id)
        with self._transaction():
            last = -1
            if last_good_serial is not None:
                row = self._one(
                    "SELECT ordinal, state FROM label WHERE job_id = ? AND serial = ?",
                    job_id,
                    last_good_serial,
                )
                state = "unknown" if row is None else str(row[1])
                if row is None or state not in ("in_doubt", "confirmed"):
                    raise SpoolError(
                        "spool.last-good", job=job_id, serial=last_good_serial[:40], found=state
                    )
                last = cast("int", row[0])
            doubted = self._db.execute(
                "SELECT number, ordinal, serial FROM label WHERE job_id = ? AND state = 'in_doubt'"
                " ORDER BY ordinal",
                (job_id,),
            ).fetchall()
            for number, ordinal, _ in doubted:
                to: State = "confirmed" if ordinal <= last else "void"
                self._move(number, ("in_doubt",), to, reason="check-scan")
        return Resolved(
            tuple(serial for _, ordinal, serial in doubted if ordinal <= last),
            tuple(serial for _, ordinal, serial in doubted if ordinal > last),
        )

    def mark_void(self, key: str, reason: str) -> None:
        """Void the latest attempt of a label in doubt or confirmed (spoiled), with a reason."""
        with self._transaction():
            row = self._one(
                "SELECT number, state FROM label WHERE key = ? ORDER BY attempt DESC LIMIT 1", key
            )
            if row is None:
                raise SpoolError("spool.unknown-label", key=key[:200])
            if row[1] not in ("in_doubt", "confirmed") or not 1 <= len(reason.strip()) <= 500:
                raise SpoolError("spool.void", key=key, found=row[1])
            self._move(cast("int", row[0]), ("in_doubt", "confirmed"), "void", reason=reason)

    # What follows is for the worker, which holds the printer's lock.

    def lock(self, printer: str) -> AbstractContextManager[None]:
        """Hold the printer against other processes; the system frees it when a process dies."""
        return printer_lock(self.path, printer)

    def doubt_unfinished(self, printer: str) -> None:
        """Labels a dead worker left `sending` or `sent` on this printer become in doubt."""
        with self._transaction():
            self._db.execute(
                "UPDATE label SET state = 'in_doubt', changed_at = ? WHERE state IN"
                " ('sending', 'sent') AND job_id IN (SELECT job_id FROM job WHERE printer = ?)",
                (self._now(), printer),
            )

    def claim(self, job_id: str, wire: Callable[[int, bytes], bytes]) -> Claimed | None:
        """Take the next queued label to `sending`, committed before any byte can leave.

        `wire(number, payload)` gives the bytes that will be sent; their SHA-256 is stored.
        """
        with self._transaction():
            row = self._one(
                "SELECT number, serial, payload FROM label WHERE job_id = ? AND state = 'queued'"
                " ORDER BY ordinal LIMIT 1",
                job_id,
            )
            if row is None:
                return None
            number = cast("int", row[0])
            payload = wire(number, cast("bytes", row[2]))
            self._move(number, ("queued",), "sending", digest=hashlib.sha256(payload).hexdigest())
        return Claimed(number, str(row[1]), payload)

    def move(self, number: int, was: tuple[State, ...], to: State) -> None:
        """Change one label's state, refusing when it is in none of the states `was`."""
        with self._transaction():
            self._move(number, was, to)

    def _move(
        self,
        number: int,
        was: tuple[State, ...],
        to: State,
        reason: str | None = None,
        digest: str | None = None,
    ) -> None:
        row = self._one("SELECT state FROM label WHERE number = ?", number)
        found = None if row is None else row[0]
        if found not in was:
            raise SpoolError(
                "spool.wrong-state", label=number, found=found, expected=" / ".join(was)
            )
        self._db.execute(
            "UPDATE label SET state = ?, changed_at = ?, reason = coalesce(?, reason),"
            " digest = coalesce(?, digest) WHERE number = ?",
            (to, self._now(), reason, digest, number),
        )

    def _require_printable(self, item: PrintItem) -> None:
        latest = self._one(
            "SELECT attempt, state FROM label WHERE key = ? ORDER BY attempt DESC LIMIT 1", item.key
        )
        attempt, state = (0, "none") if latest is None else latest
        if cast("int", attempt) >= item.attempt:
            raise SpoolError("spool.serial-used", key=item.key, attempt=item.attempt)
        if item.attempt > 1 and (
            attempt != item.attempt - 1
            or state not in ("confirmed", "void", "cancelled")
            or not item.reason.strip()
        ):
            raise SpoolError(
                "spool.reprint",
                key=item.key,
                attempt=item.attempt,
                before=item.attempt - 1,
                found=state,
            )

    def _serials(self, job_id: str, state: State) -> tuple[str, ...]:
        rows = self._db.execute(
            "SELECT serial FROM label WHERE job_id = ? AND state = ? ORDER BY ordinal",
            (job_id, state),
        )
        return tuple(str(row[0]) for row in rows)

    def _one(self, sql: str, *values: object) -> tuple[object, ...] | None:
        return cast("tuple[object, ...] | None", self._db.execute(sql, values).fetchone())

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _prepare(self) -> None:
        # FULL: a committed `sending` must outlive a power cut, or the label could be sent twice.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        with self._transaction():
            (version,) = self._one("PRAGMA user_version") or (0,)
            (owner,) = self._one("PRAGMA application_id") or (0,)
            (tables,) = self._one("SELECT count(*) FROM sqlite_schema") or (0,)
            if (version, owner, tables) == (0, 0, 0):
                for statement in SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif (version, owner) != (SCHEMA_VERSION, APPLICATION_ID):
                raise self._not_ours(f"{owner}/{version}")

    def _not_ours(self, found: str) -> SpoolError:
        return SpoolError(
            "spool.not-ours", path=self.path.name, expected=SCHEMA_VERSION, found=found
        )


def _job_digest(printer: str, items: list[PrintItem]) -> str:
    digest = hashlib.sha256()
    for text in (printer, *(f"{i.key}\0{i.serial}\0{i.attempt}\0{i.reason}" for i in items)):
        raw = text.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    for item in items:
        digest.update(hashlib.sha256(item.payload).digest())
    return digest.hexdigest()
