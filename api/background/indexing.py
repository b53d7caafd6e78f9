"""The completeness index, beside the sequencer: committed to every few seconds, followed elsewhere.

A thread of its own, so that an index that has much to catch up with never keeps entries from being
sealed. Whoever leads the sealing commits; a stand-in, and a machine that only reads, follow.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from api.background.telling import Teller
from api.bootstrap import Services
from api.witness.awaited import caught_up

INDEX_PACE = 5.0
"""Seconds between two commitments, at least: what the index does not cover yet is no older, unless
witnesses are away."""
PATIENCE = 10.0
"""Seconds within which a quorum that is up co-signs what is sealed."""


class Indexer:
    """Keeps one folder's index in step until it is told to stop."""

    def __init__(
        self, services: Services, leading: Callable[[], bool], pace: float | None = None
    ) -> None:
        """`leading` says whether this process seals, and so may commit as well.

        `pace` is INDEX_PACE unless told otherwise.
        """
        self._services = services
        self._committer = services.committer
        self._leading = leading
        self._pace = INDEX_PACE if pace is None else pace
        self._tell = Teller("index")

    def run(self, stop: Event) -> None:
        """Commit or follow until `stop` is set. Whatever goes wrong is told and tried again."""
        while not stop.wait(self._pace):
            try:
                self._round(stop)
            except Exception as wrong:
                # Evidence that grows old is better than a hub that ends.
                self._tell.trouble(wrong)

    def _round(self, stop: Event) -> None:
        keeper = self._committer.keeper
        keeper.follow(stop.is_set)
        if self._leading() and not stop.is_set() and self._witnessed(stop):
            self._committer.commit()
            if self._witnessed(stop):
                keeper.follow(stop.is_set)
        wrong = keeper.false_commitment()
        if wrong is None:
            self._tell.well()
        else:
            self._tell.trouble(wrong)

    def _witnessed(self, stop: Event) -> bool:
        if self._committer.keeper.committed() is None:
            return True
        size = self._services.store.size()
        return caught_up(self._services.cosigned, size, PATIENCE, stop.wait)
