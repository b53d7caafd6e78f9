"""Waiting for a printer: acknowledgements, trouble that a person must clear, and silence."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from printers.dialogue.base import Dialogue
from printers.dialogue.choose import dialogue_for
from printers.dialogue.condition import Condition
from printers.errors import AttentionError, TransportError
from printers.profile import Profile
from printers.spooling.blocked import BlockedWatch
from printers.spooling.schema import Claimed
from printers.transport.base import Transport

_POLL_SECONDS = 0.25
_SHORTEST_POLL_SECONDS = 0.005


class Listener:
    """One connection's ear. Every wait ends: by an answer, a person's patience or silence.

    `waiting` holds the labels sent and not acknowledged, oldest first; `confirmed(label)` is
    called for each one that is. `on_trouble` hears the reason why nothing prints, and None when
    the printer goes on.
    """

    def __init__(
        self,
        transport: Transport,
        profile: Profile,
        *,
        confirmed: Callable[[Claimed], None],
        on_trouble: Callable[[AttentionError | None], None],
        patience_seconds: float,
        stop: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._confirmed = confirmed
        self._on_trouble = on_trouble
        self._patience = patience_seconds
        self._stop = stop
        self._trouble: AttentionError | None = None
        self._trouble_since = 0.0
        self._over: Condition | None = None
        self.blocked = BlockedWatch(self._tell_blocked)
        self.waiting: deque[Claimed] = deque()
        self.fresh()

    @property
    def dialogue(self) -> Dialogue:
        """This connection's conversation."""
        return self._dialogue

    def fresh(self) -> None:
        """Begin a new conversation: what was asked before is no longer waited for."""
        self._dialogue = dialogue_for(self._profile, self._transport.can_reply)
        self._asked_at = self._heard_at = self._stopped_until = time.monotonic()
        self.waiting.clear()

    def send(self, payload: bytes) -> None:
        """Send a label whole. A printer that takes no more bytes is a trouble like any other.

        Inside a label nothing can be asked, so what is wrong is told as not known. Raises
        TransportError, whose `bytes_sent` counts over all tries.
        """
        with self.blocked.sending():
            self._send_all(payload)
        self._heard_at = time.monotonic()
        if self._trouble is not None and self._trouble.code == "spool.not-taking":
            self._told(None)

    def _send_all(self, payload: bytes) -> None:
        sent, since = 0, time.monotonic()
        while True:
            try:
                self._transport.send(payload[sent:])
            except TransportError as fault:
                sent += fault.bytes_sent
                waited = time.monotonic() - since
                if not self._goes_on(fault) or waited >= self._patience or self._stop():
                    fault.bytes_sent = sent
                    raise
            else:
                return

    def _goes_on(self, fault: TransportError) -> bool:
        # Only here is the count of bytes exact, and the connection whole after a stall.
        return fault.code == "transport.stalled" and self._transport.address.startswith("tcp:")

    def _tell_blocked(self) -> None:
        if self._trouble is None:
            self._told(AttentionError("spool.not-taking"))

    def until_at_most(self, most: int) -> None:
        """Wait until no more than `most` labels are un-acknowledged.

        Raises AttentionError when nobody clears a trouble in time, the printer stays silent or
        answers oddly; TransportError when the connection breaks.
        """
        self._heard_at = time.monotonic()
        while len(self.waiting) > most:
            self._ask_when_due(self._heard_at)
            self._take(self._poll_seconds())
            self._judge()
            since = max(self._heard_at, self._stopped_until)
            if time.monotonic() - since >= self._profile.acknowledge_seconds:
                raise AttentionError(
                    "printer.silent",
                    count=len(self.waiting),
                    seconds=f"{self._profile.acknowledge_seconds:g}",
                )

        if not self.waiting:
            # Everything sent is on paper, so what was said of a trouble before is over.
            self._over = self._dialogue.condition
            self._told(None)

    def until_ready(self, seconds: float) -> None:
        """Ask how the printer is; wait at most `seconds` for the answer and a person's patience
        for trouble. What is not answered is unknown, and no reason not to try."""
        asked = self._ask()
        ends = time.monotonic() + seconds
        while True:
            # An earlier question may still be unanswered.
            self._take(_SHORTEST_POLL_SECONDS * (10 if asked else 1))
            self._judge()
            if self._trouble is not None:
                self._ask_when_due(0.0)
                asked = True
            elif not asked or self._known() or time.monotonic() >= ends:
                return

    def _known(self) -> bool:
        return self._dialogue.condition != Condition()

    def until_quiet(self, seconds: float, most: float) -> None:
        """Throw away whatever arrives, until nothing has for `seconds`; `most` seconds in all."""
        ends = time.monotonic() + most
        while time.monotonic() < ends and self._transport.receive(seconds):
            pass

    def _poll_seconds(self) -> float:
        due = max(self._asked_at, self._heard_at) + self._dialogue.ask_every - time.monotonic()
        return min(max(due, _SHORTEST_POLL_SECONDS), _POLL_SECONDS)

    def _ask_when_due(self, heard_at: float) -> None:
        # While labels are acknowledged one after another, nothing needs to be asked.
        if time.monotonic() - max(self._asked_at, heard_at) >= self._dialogue.ask_every:
            self._ask()

    def _ask(self) -> bool:
        self._asked_at = time.monotonic()
        if question := self._dialogue.question():
            # Between labels, never inside one, so that it cannot be taken for raster data.
            self._transport.send(question)
        return bool(question)

    def _take(self, seconds: float) -> None:
        received = self._transport.receive(seconds)
        for _ in self._dialogue.hear(received, [label.number for label in self.waiting]):
            self._heard_at = time.monotonic()
            self._confirmed(self.waiting.popleft())

    def _judge(self) -> None:
        condition = self._dialogue.condition
        if condition is self._over:
            return
        found = condition.trouble()
        if found is None:
            # Unknown is never fine: only a known good state ends a trouble.
            if self._known():
                self._told(None)
        elif self._trouble is None or self._trouble.code != found.code:
            self._told(found)
        if self._trouble is None:
            return
        now = self._stopped_until = time.monotonic()
        if now - self._trouble_since >= self._patience or self._stop():
            raise self._trouble

    def _told(self, trouble: AttentionError | None) -> None:
        # A printer that stops and goes on, and does no label, must not hold the job for ever.
        if trouble is not None and self._trouble is None and self._heard_at > self._trouble_since:
            self._trouble_since = time.monotonic()
        if trouble is not self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)
