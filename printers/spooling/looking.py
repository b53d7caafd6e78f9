"""What the spool says of its jobs and labels. Looking changes nothing and waits for nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self, cast

from printers.errors import SpoolError
from printers.spooling.database import SpoolFile
from printers.spooling.schema import STATES, SpooledJob, SpooledLabel, State


class SpoolReader:
    """A spool file, opened. An instance belongs to the thread that made it. Raises SpoolError."""

    def __init__(self, path: Path, now: Callable[[], str]) -> None:
        self.path = path
        self._now = now
        self._file = SpoolFile(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def printer_of(self, job_id: str) -> str:
        """The printer name of a job. Raises SpoolError for an unknown job."""
        row = self._file.one("SELECT printer FROM job WHERE job_id = ?", job_id)
        if row is None:
            raise SpoolError("spool.unknown-job", job=job_id)
        return str(row[0])

    def prologue_of(self, job_id: str) -> bytes:
        """What is sent once after each opening of a job's printer."""
        row = self._file.one("SELECT prologue FROM job WHERE job_id = ?", job_id)
        return b"" if row is None else bytes(cast("bytes", row[0]))

    def job_ids(self, prefix: str) -> list[str]:
        """Jobs whose id is `prefix` and a number, oldest first."""
        rows = self._file.rows(
            "SELECT job_id FROM job WHERE substr(job_id, 1, ?) = ?"
            " AND substr(job_id, ?) NOT GLOB '*[^0-9]*' AND length(job_id) > ?"
            " ORDER BY created_at, rowid",
            *(len(prefix), prefix, len(prefix) + 1, len(prefix)),
        )
        return [str(row[0]) for row in rows]

    def job(self, job_id: str) -> SpooledJob:
        """A job with its counts. Raises SpoolError for an unknown job."""
        row = self._file.one(
            "SELECT job_id, printer, created_at, template, template_digest FROM job"
            " WHERE job_id = ?",
            job_id,
        )
        if row is None:
            raise SpoolError("spool.unknown-job", job=job_id)
        found, printer, created_at, template, digest = (str(value) for value in row)
        return SpooledJob(found, printer, created_at, template, digest, self.counts(job_id))

    def unsettled(self) -> list[SpooledJob]:
        """Jobs with labels queued, on their way or in doubt, oldest first."""
        rows = self._file.rows(
            "SELECT DISTINCT job.job_id FROM label JOIN job USING (job_id) WHERE state IN"
            " ('queued', 'sending', 'sent', 'in_doubt') ORDER BY job.created_at, job.rowid"
        )
        return [self.job(str(row[0])) for row in rows]

    def keys_in_doubt(self) -> frozenset[str]:
        """Keys of every label that left and was not confirmed, of any job."""
        rows = self._file.rows(
            "SELECT key FROM label WHERE state IN ('sending', 'sent', 'in_doubt')"
        )
        return frozenset(str(row[0]) for row in rows)

    def attempts(self, prefix: str) -> dict[str, tuple[int, State]]:
        """The latest attempt and its state of every key that begins with `prefix`."""
        rows = self._file.rows(
            "SELECT key, attempt, state FROM label WHERE key >= ? AND key < ?"
            " ORDER BY key, attempt",
            *(prefix, prefix + "\U0010ffff"),
        )
        return {str(row[0]): (cast("int", row[1]), cast("State", row[2])) for row in rows}

    def counts(self, job_id: str) -> dict[State, int]:
        """How many labels of the job are in each state; every state is a key."""
        self.printer_of(job_id)
        found = {
            row[0]: cast("int", row[1])
            for row in self._file.rows(
                "SELECT state, count(*) FROM label WHERE job_id = ? GROUP BY state", job_id
            )
        }
        return {state: found.get(state, 0) for state in STATES}

    def labels(self, job_id: str) -> list[SpooledLabel]:
        """All labels of the job in order."""
        self.printer_of(job_id)
        rows = self._file.rows(
            "SELECT number, ordinal, key, serial, attempt, state, reason, digest FROM label"
            " WHERE job_id = ? ORDER BY ordinal",
            job_id,
        )
        return [SpooledLabel(*row) for row in rows]  # type: ignore[arg-type]  # the table is STRICT

    def queued(self, job_id: str) -> list[str]:
        """Serials of the job still to be printed, in order."""
        self.printer_of(job_id)
        return list(self.serials(job_id, "queued"))

    def serials(self, job_id: str, state: State) -> tuple[str, ...]:
        """Serials of the job in one state, in order."""
        rows = self._file.rows(
            "SELECT serial FROM label WHERE job_id = ? AND state = ? ORDER BY ordinal",
            *(job_id, state),
        )
        return tuple(str(row[0]) for row in rows)
