"""How the printers are, asked side by side, in bounded time, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.concurrency import run_in_threadpool

from api.pages.messages_catalogue import tongue
from api.routes.services import Printer, Services
from printers.dialogue.condition import Condition
from printers.dialogue.inspect import inspect
from printers.errors import PrintingError
from printers.profile import Profile
from printers.transport.address import open_transport

log = logging.getLogger(__name__)
Tone = Literal["good", "bad", "unknown", "busy"]

_ASK_SECONDS = 1.5
_WAIT_SECONDS = 2.5
_KEEP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class PrinterState:
    """One printer: a sentence, its tone, and everything it said of itself (maybe nothing).

    "good" only when the printer itself said that it has paper and a closed cover.
    """

    tone: Tone
    short: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking once: a condition, or why there is none."""

    at: float
    condition: Condition | None
    fault: PrintingError | None


class PrinterStates:
    """Asks printers, remembers each answer for three seconds."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._clock = clock
        self._asked: dict[tuple[str, str, str], _Asked] = {}

    async def all(self, lang: str) -> dict[str, PrinterState]:
        """State by printer name, at most two and a half seconds later."""
        known = await run_in_threadpool(self._services.printers.all)
        states = await asyncio.gather(*(self._state(one, lang) for one in known))
        return {one.name: state for one, state in zip(known, states, strict=True)}

    async def _state(self, printer: Printer, lang: str) -> PrinterState:
        say = tongue(lang)
        for job in self._services.labelling.jobs():
            if not job.done and job.printer == printer.name:
                # A second connection would wait behind the job, or disturb it.
                trouble = job.trouble(lang)
                words = trouble or say("Đang in lô {lot}.", lot=job.lot)
                return PrinterState("bad" if trouble else "busy", words)
        if printer.address.startswith("file:") and not printer.address.startswith("file:///dev/"):
            return PrinterState("unknown", say("Ghi ra tệp: không có máy để hỏi giấy và nắp."))
        asked = await self._ask(printer)
        if asked is None:
            return PrinterState("unknown", say("Chưa có trả lời, chưa biết giấy và nắp."))
        if asked.fault is not None:
            return PrinterState("bad", asked.fault.say(lang))
        return _worded(asked.condition or Condition(), lang)

    async def _ask(self, printer: Printer) -> _Asked | None:
        key = (printer.name, printer.profile, printer.address)
        known = self._asked.get(key)
        if known is not None and self._clock() - known.at < _KEEP_SECONDS:
            return known
        asking = asyncio.ensure_future(run_in_threadpool(self._inspected, printer))
        try:
            # The thread goes on and ends by itself: its own waits are bounded too.
            found = await asyncio.wait_for(asyncio.shield(asking), _WAIT_SECONDS)
        except TimeoutError:
            return None
        self._asked[key] = found
        return found

    def _inspected(self, printer: Printer) -> _Asked:
        try:
            profile = Profile.shipped(printer.profile)
            condition = inspect(open_transport(printer.address), profile, _ASK_SECONDS)
        except PrintingError as fault:
            log.info("printer %s: %s", printer.name, fault.code)
            return _Asked(self._clock(), None, fault)
        return _Asked(self._clock(), condition, None)


def _worded(condition: Condition, lang: str) -> PrinterState:
    say = tongue(lang)
    sentences = tuple(condition.sentences(lang))
    trouble = condition.trouble()
    if trouble is not None:
        return PrinterState("bad", trouble.say(lang), sentences)
    if condition.paper and condition.cover_closed:
        low = condition.paper_low is True
        words = (
            say("Còn giấy, nắp đóng, nhưng cuộn giấy sắp hết.")
            if low
            else say("Sẵn sàng: còn giấy, nắp đóng.")
        )
        return PrinterState("good", words, sentences)
    return PrinterState(
        "unknown", say("Kết nối được, nhưng chưa biết giấy và nắp: hãy nhìn máy."), sentences
    )
