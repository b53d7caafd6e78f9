"""The durable spool: nothing printed twice, nothing unaccounted.

queued -> sending -> sent -> confirmed
               \\________\\-> in_doubt -> confirmed | void
queued -> cancelled;  confirmed -> void (a spoiled label, with a reason)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import cast

from printers.errors import SpoolError
from printers.spooling.adding import job_digest, require_job, require_printable
from printers.spooling.lock import is_printing, printer_lock
from printers.spooling.looking import SpoolReader
from printers.spooling.schema import (
    Claimed,
    PrintItem,
    Resolved,
    State,
    require_payload,
)


class Spool(SpoolReader):
    """A spool file. `now` gives the text stored with each change (for example UTC ISO 8601).

    Opening changes no label, so that a screen may look while another process prints. An instance
    belongs to the thread that made it. Raises SpoolError.
    """

    # --- queueing ------------------------------------------------------------------------
    def add_job(
        self,
        job_id: str,
        printer: str,
        items: Iterable[PrintItem],
        prologue: bytes = b"",
        template: tuple[str, str] = ("", ""),
    ) -> bool:
        """Queue labels in order, durably. True when added, False when the same job was there.

        `prologue` is sent once after each opening; `template` is a name and its digest, kept for
        whoever accounts for the labels later. Raises SpoolError for the same job id with other
        content, a key and attempt already in the spool, or a reprint whose former attempt has
        not ended.
        """
        labels = list(items)
        require_job(job_id, printer, labels)
        digest = job_digest(printer, labels)
        with self._file.transaction():
            known = self._file.one("SELECT digest FROM job WHERE job_id = ?", job_id)
            if known is not None:
                if known[0] != digest:
                    raise SpoolError("spool.job-differs", job=job_id)
                return False
            now = self._now()
            self._file.run(
                "INSERT INTO job (job_id, printer, digest, created_at, prologue, template,"
                " template_digest) VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(job_id, printer, digest, now, prologue, *template),
            )
            for ordinal, item in enumerate(labels):
                require_printable(self._file, item)
                self._file.run(
                    "INSERT INTO label (job_id, ordinal, key, serial, attempt, reason, payload,"
                    " state, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
                    *(job_id, ordinal, item.key, item.serial, item.attempt, item.reason),
                    *(item.payload or b"", now),
                )
        return True

    def next_job_id(self, prefix: str) -> str:
        """`prefix` and the first number that no job with this prefix has had."""
        last = max((int(job[len(prefix) :]) for job in self.job_ids(prefix)), default=0)
        return f"{prefix}{last + 1}"

    def cancel(self, job_id: str) -> tuple[str, ...]:
        """Cancel what is still queued; the serials that will not be printed."""
        self.printer_of(job_id)
        with self._file.transaction():
            serials = self.serials(job_id, "queued")
            self._file.run(
                "UPDATE label SET state = 'cancelled', payload = x'', changed_at = ?"
                " WHERE job_id = ? AND state = 'queued'",
                *(self._now(), job_id),
            )
        return serials

    def cancel_keys(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Cancel these labels where they are still queued; the keys that were."""
        cancelled = []
        with self._file.transaction():
            for key in keys:
                row = self._file.one(
                    "SELECT number FROM label WHERE key = ? AND state = 'queued'", key
                )
                if row is not None:
                    self._move(cast("int", row[0]), ("queued",), "cancelled")
                    cancelled.append(key)
        return tuple(cancelled)

    # --- deciding ------------------------------------------------------------------------
    def resolve(self, job_id: str, last_good_serial: str | None) -> Resolved:
        """Decide the job's labels in doubt after a check-scan.

        In doubt up to and including the last good label becomes confirmed, after it void. None
        says that no label in doubt came out. Raises SpoolError for a serial that never left.
        """
        self.printer_of(job_id)
        with self._file.transaction():
            last = -1
            if last_good_serial is not None:
                row = self._file.one(
                    "SELECT ordinal, state FROM label WHERE job_id = ? AND serial = ?",
                    *(job_id, last_good_serial),
                )
                state = "unknown" if row is None else str(row[1])
                if row is None or state not in ("in_doubt", "confirmed"):
                    raise SpoolError(
                        "spool.last-good", job=job_id, serial=last_good_serial[:40], found=state
                    )
                last = cast("int", row[0])
            doubted = self._file.rows(
                "SELECT serial, ordinal FROM label WHERE job_id = ? AND state = 'in_doubt'", job_id
            )
            return self._decide(job_id, {str(s) for s, at in doubted if cast("int", at) <= last})

    def resolve_listed(self, job_id: str, good: Collection[str]) -> Resolved:
        """Decide the job's labels in doubt by a ticked list: `good` came out, the others are void."""
        self.printer_of(job_id)
        with self._file.transaction():
            return self._decide(job_id, good)

    def mark_void(self, key: str, reason: str) -> None:
        """Void the latest attempt of a label in doubt or confirmed (spoiled), with a reason."""
        with self._file.transaction():
            row = self._file.one(
                "SELECT number, state FROM label WHERE key = ? ORDER BY attempt DESC LIMIT 1", key
            )
            if row is None:
                raise SpoolError("spool.unknown-label", key=key[:200])
            if row[1] not in ("in_doubt", "confirmed") or not 1 <= len(reason.strip()) <= 500:
                raise SpoolError("spool.void", key=key, found=row[1])
            self._move(cast("int", row[0]), ("in_doubt", "confirmed"), "void", reason=reason)

    # --- for the worker, which holds the printer's lock -----------------------------------
    def lock(self, printer: str) -> AbstractContextManager[None]:
        """Hold the printer against other processes; the system frees it when a process dies."""
        return printer_lock(self.path, printer)

    def is_printing(self, printer: str) -> bool:
        """True while a worker, of any process, holds the printer."""
        return is_printing(self.path, printer)

    def doubt_unfinished(self, printer: str) -> None:
        """Labels a dead worker left `sending` or `sent` on this printer become in doubt."""
        with self._file.transaction():
            self._file.run(
                "UPDATE label SET state = 'in_doubt', payload = x'', changed_at = ? WHERE state IN"
                " ('sending', 'sent') AND job_id IN (SELECT job_id FROM job WHERE printer = ?)",
                *(self._now(), printer),
            )

    def line_opened(self, printer: str) -> tuple[bool, int]:
        """Remember, durably, that bytes may be under way; was the last end clean, which opening.

        Not clean: the printer may still wait for the rest of a command. So is a first opening.
        """
        with self._file.transaction():
            row = self._file.one("SELECT clean, opened FROM line WHERE printer = ?", printer)
            clean, opened = (0, 0) if row is None else row
            self._file.run(
                "INSERT INTO line VALUES (?, 0, 1) ON CONFLICT (printer) DO"
                " UPDATE SET clean = 0, opened = opened + 1",
                printer,
            )
        return bool(clean), cast("int", opened) + 1

    def line_closed(self, printer: str) -> None:
        """Remember that everything sent was taken whole."""
        with self._file.transaction(durable=False):
            self._file.run("UPDATE line SET clean = 1 WHERE printer = ?", printer)

    def undrawn(self, job_id: str, most: int) -> list[str]:
        """Serials of queued labels that have no bytes yet, in order."""
        rows = self._file.rows(
            "SELECT serial FROM label WHERE job_id = ? AND state = 'queued'"
            " AND length(payload) = 0 ORDER BY ordinal LIMIT ?",
            *(job_id, most),
        )
        return [str(row[0]) for row in rows]

    def draw_again(self, job_id: str, prologue: bytes) -> None:
        """Forget the bytes of queued labels, to be drawn anew; a new prologue goes with them."""
        with self._file.transaction():
            self._file.run("UPDATE job SET prologue = ? WHERE job_id = ?", prologue, job_id)
            self._file.run(
                "UPDATE label SET payload = x'' WHERE job_id = ? AND state = 'queued'", job_id
            )

    def keep_drawn(self, job_id: str, drawn: Mapping[str, bytes]) -> None:
        """Give queued labels their bytes."""
        with self._file.transaction(durable=False):
            for serial, payload in drawn.items():
                require_payload(payload)
                self._file.run(
                    "UPDATE label SET payload = ? WHERE job_id = ? AND serial = ?"
                    " AND state = 'queued'",
                    *(payload, job_id, serial),
                )

    def claim(self, job_id: str, wire: Callable[[int, bytes], bytes]) -> Claimed | None:
        """Take the next drawn label to `sending`, durably before any byte can leave.

        `wire(number, payload)` gives the bytes that will be sent; their SHA-256 is stored, and
        the bytes themselves leave the spool.
        """
        with self._file.transaction():
            row = self._file.one(
                "SELECT number, serial, payload FROM label WHERE job_id = ? AND state = 'queued'"
                " AND length(payload) > 0 ORDER BY ordinal LIMIT 1",
                job_id,
            )
            if row is None:
                return None
            number, drawn = cast("int", row[0]), cast("bytes", row[2])
            payload = wire(number, drawn)
            self._move(number, ("queued",), "sending", digest=hashlib.sha256(payload).hexdigest())
        return Claimed(number, str(row[1]), payload, drawn)

    def unclaim(self, label: Claimed) -> None:
        """Queue a claimed label again, of which not one byte has left."""
        with self._file.transaction():
            self._move(label.number, ("sending",), "queued", payload=label.drawn)

    def move(self, number: int, was: tuple[State, ...], to: State) -> None:
        """Change one label's state, refusing when it is in none of the states `was`.

        A power cut may undo this, which only ever brings doubt: the label stays `sending`.
        """
        with self._file.transaction(durable=False):
            self._move(number, was, to)

    def _decide(self, job_id: str, good: Collection[str]) -> Resolved:
        confirmed: list[str] = []
        void: list[str] = []
        for number, serial in self._file.rows(
            "SELECT number, serial FROM label WHERE job_id = ? AND state = 'in_doubt'"
            " ORDER BY ordinal",
            job_id,
        ):
            came_out = serial in good
            to: State = "confirmed" if came_out else "void"
            self._move(cast("int", number), ("in_doubt",), to, reason="check-scan")
            (confirmed if came_out else void).append(str(serial))
        return Resolved(tuple(confirmed), tuple(void))

    def _move(
        self,
        number: int,
        was: tuple[State, ...],
        to: State,
        reason: str | None = None,
        digest: str | None = None,
        payload: bytes = b"",
    ) -> None:
        row = self._file.one("SELECT state FROM label WHERE number = ?", number)
        found = None if row is None else row[0]
        if found not in was:
            raise SpoolError(
                "spool.wrong-state", label=number, found=found, expected=" / ".join(was)
            )
        self._file.run(
            "UPDATE label SET state = ?, changed_at = ?, payload = ?,"
            " reason = coalesce(?, reason), digest = coalesce(?, digest) WHERE number = ?",
            *(to, self._now(), payload, reason, digest, number),
        )
