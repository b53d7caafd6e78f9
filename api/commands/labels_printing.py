"""`ocop labels print|resume|reprint`: printing that a person watches and may end with Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from api.bootstrap import Services
from api.commands.label_outcome import told
from api.commands.words import choose, opened, tell
from api.errors import DoorError
from api.labels.labelling import LOCAL_BASE, PATIENCE_SECONDS
from api.labels.run import Watch
from api.labels.settling import PrintedUnrecorded
from ledger.errors import LedgerError
from printers.errors import AttentionError
from printers.spooling.outcome import Progress

_SHOW_EVERY_SECONDS = 0.5
_LOG_EVERY_SECONDS = 10.0
_INTERRUPTED = 130
Run = Callable[[argparse.Namespace], int]


class _Screen:
    """Progress on one line of a terminal, now and then in a log; trouble on lines of its own."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._total = 0
        self._done = 0
        self._started = self._shown = time.monotonic()

    def start(self, _: str, serials: list[str]) -> None:
        self._total = len(serials)
        self._started = time.monotonic()

    def progress(self, one: Progress) -> None:
        # Counted as sent: printers that confirm nothing would stay at 0 for a whole job.
        if one.state == "sent":
            self._done += 1
        now = time.monotonic()
        seen = sys.stderr.isatty()
        if now - self._shown >= (_SHOW_EVERY_SECONDS if seen else _LOG_EVERY_SECONDS):
            self._shown = now
            rate = self._done / max(now - self._started, 0.001)
            words = choose(self._lang, "labels/s", "tem/giây")
            line = f"{self._done}/{self._total}  {rate:.1f} {words}"
            print(f"{line}   " if seen else line, end="\r" if seen else "\n", file=sys.stderr)

    def trouble(self, trouble: AttentionError | None) -> None:
        tell(
            choose(self._lang, "The printer goes on.", "Máy in chạy tiếp.")
            if trouble is None
            else trouble.say(self._lang)
        )


@contextmanager
def _watched(lang: str) -> Iterator[tuple[Watch, threading.Event]]:
    """A watch whose first Ctrl-C ends the job between two labels; the second one ends at once."""
    screen, asked = _Screen(lang), threading.Event()

    def interrupt(*_: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)
        tell(
            choose(
                lang,
                "Stopping after the labels on their way; Ctrl-C again stops at once.",
                "Đang dừng sau những tem đã gửi; bấm Ctrl-C lần nữa để dừng ngay.",
            )
        )

    watch = Watch(screen.start, screen.progress, screen.trouble, PATIENCE_SECONDS, asked.is_set)
    if threading.current_thread() is not threading.main_thread():
        yield watch, asked
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield watch, asked
    finally:
        signal.signal(signal.SIGINT, before)


def in_part(run: Run) -> Run:
    """Labels that came out and are not in the ledger yet: done in part, so 1."""

    @wraps(run)
    def toldin_part(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except PrintedUnrecorded as wrong:
            tell(wrong.say(args.lang))
            return 1

    return toldin_part


@in_part
def run_print(args: argparse.Namespace) -> int:
    """Print labels; 1 when some are in doubt or waiting, 130 after Ctrl-C."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        say_about_stars(services, item, args)
        if services.settings.base_url is None:
            tell(
                choose(
                    args.lang,
                    f"No public address is set: these labels lead to {LOCAL_BASE}, this machine only.",
                    f"Chưa đặt địa chỉ công khai: tem này chỉ dẫn tới {LOCAL_BASE} trên máy này.",
                )
            )
        for warning in services.labelling.check(item, args.lot, args.template).warnings:
            tell(f"{warning.say(args.lang)} [{warning.cite(args.lang)}]")
        with _watched(args.lang) as (watch, asked):
            serials, outcome = services.labelling.print_labels(
                item, args.lot, args.count, args.printer, args.template, watch
            )
        code = told(services, item, args, serials, outcome)
        return _INTERRUPTED if asked.is_set() else code


@in_part
def run_resume(args: argparse.Namespace) -> int:
    """Print the rest of the lot's jobs that were cut off."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        left = [
            one
            for one in services.labelling.unfinished()
            if (one.item, one.lot) == (item, args.lot)
        ]
        if doubted := sum(one.in_doubt for one in left):
            raise DoorError("job-in-doubt", count=doubted, lot=args.lot, item=args.item)
        queued = [one.job_id for one in left if one.queued]
        if not queued:
            raise DoorError("nothing-queued", lot=args.lot)
        code = 0
        for job in queued:
            with _watched(args.lang) as (watch, asked):
                serials, outcome = services.labelling.resume(job, watch)
            code = max(code, told(services, item, args, serials, outcome))
            if asked.is_set():
                return _INTERRUPTED
        return code


@in_part
def run_reprint(args: argparse.Namespace) -> int:
    """Print one serial again."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        with _watched(args.lang) as (watch, asked):
            outcome = services.labelling.reprint(
                item, args.lot, args.serial, args.reason, args.printer, args.template, watch
            )
        code = told(services, item, args, [args.serial], outcome)
        return _INTERRUPTED if asked.is_set() else code


def say_about_stars(services: Services, item: str, args: argparse.Namespace) -> None:
    """Stars that the label may no longer carry."""
    found = services.tables.lot(item, args.lot)
    if found is None:
        raise LedgerError("lot-unknown", lot=args.lot, item=item)
    for one in found.facts["findings"]:
        if one["code"] == "stars-expired" and one["lot"] == args.lot:
            tell(str(one[args.lang]))
