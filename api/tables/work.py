"""Checking and recording a file in the background, with progress that any process can tell."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from api.tables.checking import check, read_sheet
from api.tables.errors import TableRefused
from api.tables.judged import TO_RECORD, Checked, JudgedRow
from api.tables.kept_check import kept, seal_of
from api.tables.layouts import LAYOUTS
from api.tables.needs import Desk
from api.tables.recording import record_row
from api.tables.uploads import Upload, Uploads
from ledger.verify.wording import Refusal

log = logging.getLogger("ocop.tables")
_EVERY: Final = 0.25
_TURN: Final = 10.0
_AT_ONCE: Final = 2
_MOST_REFUSED: Final = 500


class _Stopped(Exception):  # somebody asked for it
    pass


class Work:
    """The background work of one process on the uploads of one ledger."""

    def __init__(self, desk: Desk, uploads: Uploads) -> None:
        self._desk = desk
        self._uploads = uploads
        self._room = threading.Semaphore(_AT_ONCE)
        self._told: dict[str, float] = {}
        self._at_it: set[str] = set()
        self._lock = threading.Lock()

    def start_check(self, upload: Upload) -> threading.Thread:
        """Check a file; nothing is recorded."""
        return self._start(upload, "checking", self._check)

    def start_recording(self, upload: Upload, *, good_only: bool) -> threading.Thread:
        """Record what the check found good; with bad rows only when that was chosen.

        Raises:
            TableRefused: `not-signed-here`, `working-now`.
        """
        if upload.working:
            raise TableRefused("working-now")
        if upload.party not in self._desk.station.own_parties():
            raise TableRefused("not-signed-here", found=upload.party)
        return self._start(upload, "recording", lambda one: self._record(one, good_only=good_only))

    def _start(self, upload: Upload, phase: str, act: Callable[[Upload], None]) -> threading.Thread:
        with self._lock:
            if upload.id in self._at_it:
                raise TableRefused("working-now")
            # Two processes that were asked at once must not record the same rows both.
            if phase == "recording" and not self._uploads.claim(upload):
                raise TableRefused("working-now")
            self._at_it.add(upload.id)
        upload.phase, upload.done, upload.total, upload.fault = phase, 0, 0, []
        upload.run = secrets.token_hex(8)
        if phase == "recording":
            upload.recorded = 0
        if phase == "checking":
            # Left over when a process ended in the middle; a late one finds another `run`.
            self._uploads.release(upload)
        self._uploads.forget_stop(upload)
        self._uploads.save(upload)
        thread = threading.Thread(target=self._run, args=(upload, act), daemon=True)
        thread.start()
        return thread

    def _run(self, upload: Upload, act: Callable[[Upload], None]) -> None:
        recording = upload.phase == "recording"
        try:
            # Noted while it waits its turn, too: nobody must think that it has ended.
            while not self._room.acquire(timeout=_TURN):
                self._uploads.save(upload)
            try:
                self._act(upload, act)
            finally:
                self._room.release()
        finally:
            self._told.pop(upload.id, None)
            if recording:
                self._uploads.release(upload)
            with self._lock:
                self._at_it.discard(upload.id)
            # Said last: whoever reads it may begin the next work at once.
            if self._uploads.ours(upload):
                self._uploads.save(upload)

    def _act(self, upload: Upload, act: Callable[[Upload], None]) -> None:
        try:
            act(upload)
        except _Stopped:
            upload.phase = "stopped" if upload.phase == "recording" else "new"
        except Refusal as refusal:
            if upload.phase == "recording":
                upload.phase = "stopped" if upload.recorded else "checked"
            else:
                upload.phase = "failed"
            upload.fault = [refusal.say("en"), refusal.say("vi")]
        except Exception as wrong:
            # A file must not hang in the middle for ever; the log has what happened.
            log.exception("work on a table failed")
            upload.phase = "failed"
            upload.fault = [f"The program failed ({type(wrong).__name__})."] * 2

    def _check(self, upload: Upload) -> None:
        checked = self._checked(upload)
        self._uploads.keep_check(upload, kept(checked))
        upload.seal = seal_of(checked)
        upload.phase = "checked"

    def _checked(self, upload: Upload) -> Checked:
        layout = LAYOUTS[upload.table]
        sheet = read_sheet(self._uploads.raw(upload), upload.name, layout)
        mended = {
            (int(line), int(column)): text
            for place, text in upload.mended.items()
            for line, _, column in (place.partition(","),)
        }

        def told(done: int, total: int) -> None:
            self._tell(upload, done, total)

        return check(self._desk, upload.party, layout, sheet, told, mended)

    def _tell(self, upload: Upload, done: int, total: int) -> None:
        """Note how far the work is, a few times a second. Raises when somebody asked to stop."""
        now = time.monotonic()
        if now - self._told.get(upload.id, 0.0) < _EVERY and done + 1 < total:
            return
        self._told[upload.id] = now
        if self._uploads.stop_asked(upload):
            raise _Stopped
        upload.done, upload.total = done, total
        self._uploads.save(upload)

    def _record(self, upload: Upload, *, good_only: bool) -> None:
        checked = self._checked(upload)
        if seal_of(checked) != upload.seal:
            self._uploads.keep_check(upload, kept(checked))
            upload.seal, upload.phase = seal_of(checked), "checked"
            moved = TableRefused("ledger-moved")
            upload.fault = [moved.say("en"), moved.say("vi")]
            return
        counts = checked.counts
        if counts["bad"] and not good_only:
            raise TableRefused("rows-bad", count=counts["bad"])
        upload.recorded, upload.refused = 0, []
        upload.known, upload.skipped = counts["known"], counts["bad"]
        rows = [row for row in checked.rows if row.state in TO_RECORD]
        for done, row in enumerate(rows):
            self._tell(upload, done, len(rows))
            self._record_row(upload, row)
        upload.done = upload.total = len(rows)
        upload.phase = "done"

    def _record_row(self, upload: Upload, row: JudgedRow) -> None:
        refusal, trouble = record_row(self._desk, row)
        if trouble is not None:
            upload.fault = [trouble.say("en"), trouble.say("vi")]
        if refusal is None:
            upload.recorded += 1
        elif len(upload.refused) < _MOST_REFUSED:
            upload.refused.append([row.line, refusal.say("en"), refusal.say("vi")])
