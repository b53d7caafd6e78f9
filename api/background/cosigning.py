"""Asking witnesses to co-sign what was sealed: beside the sequencer, never in its way.

A round is one checkpoint, the newest there is when the round before was met or given up: only
cosignatures of one checkpoint add up to a quorum. Each witness has a thread of its own, so that one
that hangs keeps nobody up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Condition, Event, Thread

from api.background.telling import Teller
from api.bootstrap import Services
from api.watching import metrics
from api.witness.asking import LIMIT, Asker, AskRefused, pause_after
from api.witness.cosigned import COSIGNED_FILE, Cosigned, Heard, met
from ledger.sealing import SealedLog
from ledger.store.locks import Leaderships
from ledger.verify.note import parse_note
from ledger.verify.policy import Policy, PolicyWitness
from ledger.verify.wording import Refusal

PACE = 0.2
"""Seconds between two looks at the newest checkpoint."""
ROUND = LIMIT + 1
"""Seconds after which a round without a quorum gives way to a newer checkpoint."""
MOST_PAUSE = 5.0
"""Seconds after which a witness that failed is asked again at the latest."""
REFRESH = 3600.0
"""Seconds after which an unchanged log is co-signed again, so that its freshness can be seen."""
_STAND_IN = 1.0


@dataclass(frozen=True, slots=True)
class _Came:
    """What one witness answered about one checkpoint: its signature line, or why there is none."""

    name: str
    note: str
    line: str | None
    wrong: Refusal | None = None


class _Line:
    """The line to one witness: it asks for what is wanted now, again and again until it has it."""

    def __init__(self, asker: Asker, came: SimpleQueue[_Came]) -> None:
        self.asker = asker
        self._came = came
        self._changed = Condition()
        self._wanted: str | None = None
        self._ended = False
        self._thread = Thread(target=self._run, name="witness", daemon=True)
        self._thread.start()

    def want(self, note: str) -> None:
        """Ask about this checkpoint from now on."""
        with self._changed:
            self._wanted = note
            self._changed.notify_all()

    def end(self) -> None:
        """Stop asking; a request under way is not waited for."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _run(self) -> None:
        failures = 0
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._ended or self._wanted is not None)
                    note = self._wanted
                    if self._ended or note is None:
                        return
                line, wrong = self._ask(note)
                if wrong is None:
                    failures = 0
                    with self._changed:
                        if self._wanted == note:
                            self._wanted = None
                self._came.put(_Came(self.asker.witness.name, note, line, wrong))
                if wrong is not None:
                    failures += 1
                    pause = pause_after(failures, self.asker.retry, MOST_PAUSE)
                    with self._changed:
                        self._changed.wait_for(lambda: self._ended, pause)
        finally:
            self.asker.close()

    def _ask(self, note: str) -> tuple[str | None, Refusal | None]:
        try:
            return self.asker.ask(note), None
        except Refusal as refused:
            return None, refused
        except Exception as wrong:
            # Nothing that a witness sends may end the asking.
            name = self.asker.witness.name
            return None, AskRefused("refused", name=name, why=type(wrong).__name__)


@dataclass(slots=True)
class _Round:
    """One checkpoint on its way to the quorum."""

    note: str
    began: float
    lines: dict[str, str] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    met: bool = False


class Cosigner:
    """Brings one folder's newest checkpoint to its witnesses until it is told to stop."""

    def __init__(self, services: Services, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` is a clock in seconds that nobody sets."""
        self._services = services
        self._ticks = ticks
        self._log: SealedLog = services.station.log
        self._kept: Cosigned = services.cosigned
        self._tell = Teller("cosigner")
        self._leading = Leaderships(services.folder / COSIGNED_FILE)
        self._came: SimpleQueue[_Came] = SimpleQueue()
        self._lines: dict[PolicyWitness, _Line] = {}
        self._heard: dict[str, Heard] = {}
        self._round: _Round | None = None

    def run(self, stop: Event) -> None:
        """Ask until `stop` is set. Whatever fails, sealing goes on and this tries again."""
        try:
            while not stop.is_set():
                try:
                    if not self._leading.lead("cosigner"):
                        stop.wait(_STAND_IN)
                        continue
                    asked = self.turn()
                    self._tell.well()
                    if not asked:
                        stop.wait(_STAND_IN)
                except Exception as wrong:
                    self._tell.trouble(wrong)
                    stop.wait(_STAND_IN)
        finally:
            self.close()

    def once(self, seconds: float) -> bool:
        """Ask every witness about the newest checkpoint; True when the quorum was met.

        Ends when all have answered, at the latest after `seconds`; one that is busy, such as an
        auditor that reads for the first time, is asked again meanwhile.

        Raises:
            WitnessError: the policy cannot be used.
        """
        until = self._ticks() + seconds
        try:
            while self._ticks() < until and self.turn():
                now = self._round
                names = {one.name for one in self._lines}
                if now is not None and now.heard >= names and not now.busy:
                    break
            return self._round is not None and self._round.met
        finally:
            self.close()

    def close(self) -> None:
        """Stop asking."""
        for line in self._lines.values():
            line.end()
        self._lines.clear()
        self._leading.close()

    def turn(self) -> bool:
        """One look, at most `PACE` long; False when there is nobody to ask or nothing to sign."""
        policy = self._kept.policy()
        note = None if policy is None else self._services.store.checkpoint()
        if policy is None or note is None or not self._connect(policy):
            return False
        self._begin(policy, note)
        self._take(policy)
        return True

    def _connect(self, policy: Policy) -> bool:
        wanted = [one for one in policy.witnesses if one.url is not None]
        for gone in [one for one in self._lines if one not in wanted]:
            self._lines.pop(gone).end()
            self._round = None
        for one in wanted:
            if one not in self._lines:
                self._lines[one] = _Line(Asker(one, self._log.consistency), self._came)
                known = self._kept.standing().witnesses.get(one.name)
                self._heard[one.name] = Heard() if known is None else known
                self._round = None
        return bool(wanted)

    def _begin(self, policy: Policy, note: str) -> None:
        now = self._round
        age = 0.0 if now is None else self._ticks() - now.began
        if now is not None and now.note == note and age < REFRESH:
            return
        answered = now is None or now.met or now.heard >= {one.name for one in self._lines}
        if not answered and age < ROUND:
            return
        self._round = _Round(note, self._ticks())
        # A quorum of none is met by nobody's answer: cosignatures are welcome, and not needed.
        self._round.met = policy.quorum == "none"
        moment = int(self._services.now().timestamp())
        for witness, line in self._lines.items():
            self._heard[witness.name].asked = moment
            line.want(note)

    def _take(self, policy: Policy) -> None:
        try:
            came = self._came.get(timeout=PACE)
        except Empty:
            return
        heard, now = self._heard.get(came.name), self._round
        if heard is None or now is None:
            return
        if came.line is None or came.wrong is not None:
            said = came.wrong or AskRefused("refused", name=came.name, why="?")
            heard.said = said.say("en"), said.say("vi")
            metrics.witness_asked(said.code)
        else:
            heard.said = None
            heard.answered = int(self._services.now().timestamp())
            heard.size = _size(came.note)
            metrics.witness_asked("cosigned")
        if came.note == now.note:
            now.heard.add(came.name)
            now.busy.discard(came.name)
            if came.wrong is not None and came.wrong.code == "witness-busy":
                now.busy.add(came.name)
            if came.line is not None:
                now.lines[came.name] = came.line
                self._keep(policy, now)
        text = now.note.partition("\n\n")[0]
        self._kept.keep_standing(self._heard, text, now.lines)

    def _keep(self, policy: Policy, now: _Round) -> None:
        whole = now.note + "".join(now.lines.values())
        if not met(policy, parse_note(whole)):
            return
        if not now.met:
            now.met = True
            metrics.cosigned(self._ticks() - now.began)
        self._kept.keep_best(whole)


def _size(note: str) -> int:
    return int(note.split("\n", 2)[1])
