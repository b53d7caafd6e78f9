"""A log's side of C2SP tlog-witness: asks one witness for one cosignature."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from api.errors import DoorError
from api.witness.fetching import Fetched, Fetcher
from api.witness.protocol import PATH, SIZE_TYPE, AddCheckpoint
from ledger.verify.checkpoint import Checkpoint, strict_decimal
from ledger.verify.note import NoteKey, NoteRefused, parse_note
from ledger.verify.policy import PolicyWitness

LIMIT = 5.0
"""Seconds for one witness, however often it has to be asked about one checkpoint."""
_MOST_ANSWER = 16 * 1024
_ROUNDS = 3

Consistency = Callable[[int, int], Sequence[bytes]]
"""Consistency path of this log between two sizes, the first above 0."""


class AskRefused(DoorError):
    """A witness gave no cosignature; a sentence for the log's operator."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "log-unknown": (
            "Witness {name} does not know this log; its operator has to run: ocop witness add-log.",
            "Bên chứng kiến {name} chưa biết sổ này; bên đó cần chạy: ocop witness add-log.",
        ),
        "refused": (
            "Witness {name} refuses to co-sign: {why}",
            "Bên chứng kiến {name} từ chối đồng ký: {why}",
        ),
        "history-differs": (
            "Witness {name} has co-signed another history of {size} entries than this ledger has: it "
            "was rewritten, or its key signed two. Run ocop audit and talk to the witness at once.",
            "Bên chứng kiến {name} đã đồng ký một lịch sử {size} phiếu khác với sổ này: sổ đã bị viết "
            "lại, hoặc khóa đã ký hai lịch sử. Hãy chạy ocop audit và liên hệ bên chứng kiến ngay.",
        ),
        "witness-ahead": (
            "Witness {name} has co-signed {known} entries and this ledger has {size}: it is an older "
            "copy. Run ocop doctor.",
            "Bên chứng kiến {name} đã đồng ký {known} phiếu mà sổ này chỉ có {size}: đây là bản cũ. "
            "Hãy chạy ocop doctor.",
        ),
        "witness-busy": (
            "Witness {name} is not ready and wants to be asked again: {why}",
            "Bên chứng kiến {name} chưa sẵn sàng và muốn được hỏi lại: {why}",
        ),
        "answer-wrong": (
            "Witness {name} answered {status} with something that is no cosignature of its key over "
            "this checkpoint ({why}); compare its key with the one in witnesses.txt.",
            "Bên chứng kiến {name} trả lời {status} nhưng không phải chữ ký của khóa đó trên mốc niêm "
            "phong này ({why}); hãy so khóa với witnesses.txt.",
        ),
    }


class Asker:
    """Asks one witness; remembers what size it co-signed last. For one thread."""

    def __init__(self, witness: PolicyWitness, consistency: Consistency) -> None:
        self.witness = witness
        self._consistency = consistency
        self._known = 0
        self._fetcher: Fetcher | None = None
        self.retry: float | None = None
        """Seconds after which the witness wished to be asked again, by its last answer."""

    def ask(self, note: str, *, seconds: float = LIMIT) -> str:
        """The witness's own signature line (with its newline) over the checkpoint `note`.

        Raises:
            FetchFailed: no answer that could be taken, within `seconds`.
            AskRefused: it refuses, or what it answers is no cosignature.
        """
        until = time.monotonic() + seconds
        size = Checkpoint.parse(parse_note(note).text).size
        if self._fetcher is None:
            self._fetcher = Fetcher()
        if self._known > size:
            self._known = 0  # asked with 0, it says what it has
        for _ in range(_ROUNDS):
            proof = self._consistency(self._known, size) if 0 < self._known < size else ()
            body = AddCheckpoint(self._known, tuple(proof), note).format()
            url = (self.witness.url or "").rstrip("/") + PATH
            left = max(until - time.monotonic(), 0.1)
            answer = self._fetcher.ask("POST", url, body, seconds=left, limit=_MOST_ANSWER)
            self.retry = answer.retry
            if answer.status == 200:
                line = self._cosignature(note, answer)
                self._known = size
                return line
            if answer.status != 409:
                raise self._refusal(answer, size)
            known = self._size(answer)
            if known > size:
                raise AskRefused("witness-ahead", name=self.witness.name, known=known, size=size)
            if known == self._known == size:
                raise AskRefused("history-differs", name=self.witness.name, size=known)
            if known == self._known:
                raise self._wrong(answer, "it refuses the size that it names itself")
            self._known = known
        raise self._wrong(answer, "it names another size each time")

    def close(self) -> None:
        """Close the connection."""
        if self._fetcher is not None:
            self._fetcher.close()
            self._fetcher = None

    def _refusal(self, answer: Fetched, size: int) -> AskRefused:
        name, why = self.witness.name, _first_line(answer.body)
        if answer.status == 404:
            return AskRefused("log-unknown", name=name)
        if answer.status == 403:
            return AskRefused("refused", name=name, why=why)
        if answer.status == 422 and self._known:
            return AskRefused("history-differs", name=name, size=min(self._known, size))
        if answer.status in {429, 503}:
            return AskRefused("witness-busy", name=name, why=why)
        return self._wrong(answer, why)

    def _size(self, answer: Fetched) -> int:
        text = answer.body.decode("ascii", "replace")
        try:
            if answer.kind != SIZE_TYPE or not text.endswith("\n"):
                raise ValueError
            return strict_decimal(text[:-1])
        except ValueError:
            raise self._wrong(answer, "no size in the form of the protocol") from None

    def _cosignature(self, note: str, answer: Fetched) -> str:
        """The line of the witness's own key; others' are ignored, as the protocol says."""
        try:
            lines = answer.body.decode("utf-8")
            return cosignature_line(note, lines, self.witness.key)
        except (UnicodeError, NoteRefused) as wrong:
            raise self._wrong(answer, str(wrong)) from wrong

    def _wrong(self, answer: Fetched, why: str) -> AskRefused:
        return AskRefused("answer-wrong", name=self.witness.name, status=answer.status, why=why)


def cosignature_line(note: str, lines: str, key: NoteKey) -> str:
    """Of signature `lines`, the one by `key` that fits the checkpoint `note`, with its newline.

    Raises:
        NoteRefused: there is none, or it does not fit.
    """
    parsed = parse_note(f"{parse_note(note).text}\n{lines}")
    for line, signature in zip(lines.splitlines(), parsed.signatures, strict=True):
        if (signature.name, signature.key_hash) == (key.name, key.key_hash):
            key.check(signature.signature, parsed.text)
            return f"{line}\n"
    raise NoteRefused("no_known_key", found=len(parsed.signatures))


def pause_after(failures: int, wish: float | None, most: float) -> float:
    """Seconds until a witness that failed so often is asked again; its wish counts, bounded."""
    backoff = math.ldexp(0.5, min(failures, 10))
    return min(max(backoff, wish or 0.0), most)


def _first_line(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip().partition("\n")[0]
