"""A statement whose fate a lost database left open: it is held, sent again, and told about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar, Protocol

from ledger.application import Submitted, TraceLedger
from ledger.errors import ForkFound, LedgerError
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

LOST = frozenset({"outcome-unknown", "store-unreachable", "lock-lost"})
"""Codes after which a statement that was sent may have been recorded or not."""
TRIES = 8
"""At a database that was lost while recording, about a second apart."""


class NoteKeeper(Protocol):
    """Keeps private texts where they can be erased; the ledger gets only their digest.

    It also holds signed statements until it is known what became of them, since their texts must
    stay just as long.
    """

    def keep(self, text: str) -> str:
        """Store a text and return its HMAC digest (hex)."""

    def forget(self, digest: str) -> None:
        """Erase a text and its salt."""

    def hold(self, raw: bytes, digests: Sequence[str]) -> None:
        """Hold an entry, durably, and the digests of its texts. Again is harmless."""

    def held(self) -> list[tuple[bytes, list[str]]]:
        """(entry, digests) of everything held, oldest first."""

    def let_go(self, raw: bytes) -> None:
        """Hold an entry no more; its texts stay. One that is not held is fine."""


class NotAnswered(LedgerError):
    """What is said of a statement that the database was lost over.

    `record-unknown`, `record-unkept`: nobody knows. `place-taken`: it is not recorded.
    `earlier-refused`: another one, sent earlier, is not, and this one neither. `still-held`: the
    fate of some is still open.
    """

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "record-unknown": (
            "The database was lost while it was recording, so it is not known yet whether the "
            "statement was recorded. The program keeps it and sends the very same again by itself "
            "when the database answers, so it is recorded once. Do not record it again.",
            "Mất kết nối tới cơ sở dữ liệu trong lúc ghi nên chưa biết phiếu đã ghi hay chưa. Chương "
            "trình giữ phiếu và sẽ tự gửi lại đúng phiếu đó khi cơ sở dữ liệu trả lời, nên phiếu chỉ "
            "được ghi một lần. Đừng ghi lại.",
        ),
        "record-unkept": (
            "The database was lost while it was recording, so it is not known whether the statement "
            "was recorded, and this machine could not keep it either ({why}). When the database runs "
            "again, look at the lot before recording it again.",
            "Mất kết nối tới cơ sở dữ liệu trong lúc ghi nên chưa biết phiếu đã ghi hay chưa, và máy "
            "này cũng không giữ lại được phiếu ({why}). Khi cơ sở dữ liệu chạy lại, hãy xem lô hàng "
            "trước khi ghi lại.",
        ),
        "place-taken": (
            "While the database was away another statement of the same key was recorded at position "
            "{seq} of its journal, so this one was not recorded. Record it again. If no other program "
            "on this machine uses the key, it has been copied: retire it and enrol a new one.",
            "Trong lúc mất kết nối, một phiếu khác của cùng khóa đã được ghi vào vị trí {seq} của nhật "
            "ký nên phiếu này chưa được ghi. Hãy ghi lại. Nếu trên máy này không có chương trình nào "
            "khác dùng khóa đó thì khóa đã bị sao chép: hãy chấm dứt khóa và đăng ký khóa mới.",
        ),
        "still-held": (
            "{count} statements were on their way when the database was lost, so it is not known yet "
            "whether they were recorded. The program sends them again by itself when the database "
            "answers. Do not record them again.",
            "Có {count} phiếu đang gửi thì mất kết nối cơ sở dữ liệu nên chưa biết đã ghi hay chưa. "
            "Chương trình sẽ tự gửi lại khi cơ sở dữ liệu trả lời. Đừng ghi lại các phiếu này.",
        ),
        "earlier-refused": (
            "An earlier statement ({type}, {time}), which the database was lost over, is not in the "
            "ledger and can be recorded no more: {why} If it still holds, record it again. This one "
            "was not recorded yet; send it once more.",
            "Một phiếu trước đó ({type}, {time}), gửi đúng lúc mất kết nối cơ sở dữ liệu, không có "
            "trong sổ và không ghi được nữa: {why_vi} Nếu vẫn đúng, hãy ghi lại phiếu đó. Phiếu này "
            "chưa được ghi; hãy gửi lại lần nữa.",
        ),
    }


class LostInAct(NotAnswered):
    """The database was lost in the midst of an act; carries what it was recording.

    Only ever seen inside `Station.acting`, which finds out and acts again.
    """

    def __init__(self, raw: bytes, digests: Sequence[str]) -> None:
        super().__init__("record-unknown")
        self.raw = raw
        self.digests = tuple(digests)


class Resending:
    """Sends statements again, the very same bytes, until it is known what became of them.

    `noted` is told of each durable append: new entries, and seconds by `clock`.
    Repeating is harmless: an entry that is in the ledger is never recorded twice.
    """

    def __init__(self, ledger: TraceLedger, notes: NoteKeeper) -> None:
        self._ledger = ledger
        self._notes = notes
        self.clock: Callable[[], float] = lambda: 0
        self.noted: Callable[[int, float], None] = lambda _entries, _seconds: None

    def _send(self, raw: bytes) -> Submitted:
        began = self.clock()
        (submitted,) = self._ledger.submit([raw])
        if not submitted.known:
            self.noted(1, self.clock() - began)
        return submitted

    def submit(self, raw: bytes) -> Submitted | None:
        """None when the database was lost, so that it may have been recorded or not."""
        try:
            return self._send(raw)
        except LedgerError as wrong:
            if wrong.code in LOST:
                return None
            raise

    def insist(self, raw: bytes, digests: Sequence[str]) -> Submitted:
        """Find out what became of a statement, for some ten seconds; it is held until then.

        The lock went with the connection: it is taken anew each time.

        Raises:
            NotAnswered: `record-unknown`, `record-unkept`, `place-taken`.
            Refusal: the verifier's checks refuse it now.
        """
        unknown = self._hold(raw, digests)
        store = self._ledger.store
        for _ in range(TRIES):
            store.wait(1)
            try:
                with store.writing():
                    submitted = self.submit(raw)
            except LedgerError as wrong:
                if isinstance(wrong, ForkFound):
                    # Another process with this key was quicker, so this one has no place any more.
                    self._drop(raw, digests)
                    raise NotAnswered("place-taken", seq=wrong.params["seq"]) from wrong
                if wrong.code not in LOST:
                    raise unknown from wrong
            except Refusal:
                # The ledger was read and it is not in it.
                self._drop(raw, digests)
                raise
            else:
                if submitted is not None:
                    self._let_go(raw)
                    return submitted
        raise unknown

    def held(self) -> NotAnswered | None:
        """`still-held` while statements are held, else None."""
        count = len(self._notes.held())
        return NotAnswered("still-held", count=count) if count else None

    def settle(self, *, quietly: bool = False) -> None:
        """Find out, once, what became of every statement held; afterwards it is recorded.

        `quietly`, one that is refused stays held.

        Raises:
            LedgerError: the database is away; `earlier-refused`.
        """
        try:
            waiting = self._notes.held()
        except (sqlite3.Error, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong
        for raw, digests in waiting:
            try:
                with self._ledger.store.writing():
                    self._send(raw)
            except Refusal as wrong:
                if isinstance(wrong, LedgerError) and not isinstance(wrong, ForkFound):
                    raise self._away(wrong) from wrong
                if not quietly:
                    self._drop(raw, digests)
                    raise _too_late(raw, wrong) from wrong
            else:
                self._let_go(raw)

    def _away(self, wrong: LedgerError) -> LedgerError:
        """Of what is to be recorded next, nothing was sent: its fate is not the unknown one."""
        if wrong.code != "outcome-unknown":
            return wrong
        why = wrong.params["why"]
        return LedgerError("store-unreachable", where=self._ledger.store.location, why=why)

    def _hold(self, raw: bytes, digests: Sequence[str]) -> NotAnswered:
        """Hold a statement; what to say if its fate stays open."""
        try:
            self._notes.hold(raw, digests)
        except (sqlite3.Error, OSError) as wrong:
            return NotAnswered("record-unkept", why=str(wrong))
        return NotAnswered("record-unknown")

    def _let_go(self, raw: bytes) -> None:
        """Of one that is recorded: what cannot be let go of now is sent again, which is harmless."""
        with suppress(sqlite3.Error, OSError):
            self._notes.let_go(raw)

    def _drop(self, raw: bytes, digests: Sequence[str]) -> None:
        try:
            self._notes.let_go(raw)
            for digest in digests:
                self._notes.forget(digest)
        except (sqlite3.Error, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong


def _too_late(raw: bytes, why: Refusal) -> NotAnswered:
    one = read_statement(parse_entry(raw).payload)
    said = {"why": why.say("en"), "why_vi": why.say("vi")}
    return NotAnswered("earlier-refused", type=one.type, time=one.time, **said)
