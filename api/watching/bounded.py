"""Questions that may hang (a database, a dead disk), asked with a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class _Asked(Generic[T]):
    def __init__(self, ask: Callable[[], T]) -> None:
        self.answer: T | None = None
        self.wrong: Exception | None = None
        self.came = threading.Event()
        self._ask = ask
        threading.Thread(target=self._run, name="asked", daemon=True).start()

    def _run(self) -> None:
        try:
            self.answer = self._ask()
        except Exception as wrong:
            self.wrong = wrong
        finally:
            self.came.set()


class TookTooLong(Exception):
    """A question was not answered within its limit."""


class Bounded(Generic[T]):
    """Asks several questions at once, each by name; one that still hangs is not asked again."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is the limit of one round."""
        self.seconds = seconds
        self._under_way: dict[str, _Asked[T]] = {}
        self._lock = threading.Lock()

    def ask(self, questions: Mapping[str, Callable[[], T]]) -> dict[str, T | Exception]:
        """Answer, or the exception, for each question. TookTooLong when it did not come."""
        with self._lock:
            for name, question in questions.items():
                if name not in self._under_way:
                    self._under_way[name] = _Asked(question)
            rounds = {name: self._under_way[name] for name in questions}
        found: dict[str, T | Exception] = {}
        deadline = time.monotonic() + self.seconds
        for name, asked in rounds.items():
            if not asked.came.wait(max(0.0, deadline - time.monotonic())):
                found[name] = TookTooLong(name)
                continue
            with self._lock:
                if self._under_way.get(name) is asked:
                    del self._under_way[name]
            found[name] = asked.wrong if asked.wrong is not None else asked.answer  # type: ignore[assignment]  # None is an answer of T then
        return found
