"""Saying a trouble once when it begins and once when it is over, however often it is met."""

from __future__ import annotations

import logging
import sqlite3

from ledger.verify.wording import Refusal

_PASSING = (Refusal, sqlite3.Error, OSError)


class Teller:
    """The log of one long-lived role. Sentences of one trouble are said once."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._log = logging.getLogger("ocop.background")
        self._trouble: str | None = None
        self._leading: bool | None = None

    def leads(self, leading: bool) -> None:
        """Say when this process becomes, or ceases to be, the leader of its role."""
        if leading is not self._leading:
            self._leading = leading
            said = "leads" if leading else "waits as stand-in"
            self._log.info("%s %s", self._role, said, extra={"role": self._role})

    def well(self) -> None:
        """The round went well."""
        if self._trouble is not None:
            self._trouble = None
            self._log.warning("%s goes on", self._role, extra={"role": self._role})

    def trouble(self, wrong: BaseException) -> None:
        """The round failed. What no database does to us is a fault of ours, told with its place."""
        said = _sentence(wrong)
        if said != self._trouble:
            self._trouble = said
            ours = None if isinstance(wrong, _PASSING) else wrong
            self._log.warning(
                "%s waits: %s", self._role, said, extra={"role": self._role}, exc_info=ours
            )


def _sentence(wrong: BaseException) -> str:
    if isinstance(wrong, Refusal):
        return wrong.say("en")
    if isinstance(wrong, OSError) and wrong.strerror:
        return wrong.strerror
    return f"{type(wrong).__name__}: {wrong}" if isinstance(wrong, sqlite3.Error) else "an error"
