"""`Witness`: decides on one `add-checkpoint` request, exactly as C2SP tlog-witness says.

A cosignature says that this checkpoint continues everything co-signed before. The new checkpoint is
on disk before the cosignature exists: a crash in between costs one repetition, never a second
history.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness.protocol import SIZE_TYPE, AddCheckpoint, Malformed
from api.witness.store import SPLIT_VIEW, Evidence, Head, Log, WitnessStore
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.merkle import HASH_BYTES, ProofRefused, verify_consistency
from ledger.verify.note import MAX_SIGNATURES, Note, NoteRefused, cosign_note, parse_note

_TEXT = "text/plain; charset=utf-8"
log_ = logging.getLogger("ocop.witness")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, body, content type, further headers."""

    status: int
    body: str
    kind: str = _TEXT
    headers: dict[str, str] = field(default_factory=dict)


Examine = Callable[[Log, Checkpoint, str], Answer | None]
"""What an auditor asks beside consistency; None lets the checkpoint pass."""


class Witness:
    """One witness over its store. `clock` gives POSIX seconds: the time that it vouches for."""

    def __init__(
        self,
        store: WitnessStore,
        key: Ed25519PrivateKey,
        clock: Callable[[], int],
        examine: Examine | None = None,
    ) -> None:
        self.store = store
        self.name, self.kind = store.identity()
        self._key = key
        self._clock = clock
        self._examine = examine

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request; a refusal's body is one English sentence."""
        try:
            asked = AddCheckpoint.parse(body)
            note = _read(asked.note)
            new = Checkpoint.parse(note.text)
        except (Malformed, NoteRefused) as wrong:
            return Answer(400, f"The request is malformed: {wrong}\n")
        if len(note.signatures) == MAX_SIGNATURES:
            return Answer(400, "The checkpoint has no room for one more signature.\n")
        log = self.store.log(new.origin)
        if log is None:
            return Answer(404, "unknown log: its origin is not among those witnessed here.\n")
        if (refused := _not_signed(note, log)) is not None:
            return refused
        if asked.old > new.size or len(new.root) != HASH_BYTES:
            return Answer(
                400, "The old size is above the new one, or the root is no 32-byte hash.\n"
            )
        return self._consider(log, asked, new)

    def _consider(self, log: Log, asked: AddCheckpoint, new: Checkpoint) -> Answer:
        """A well-formed checkpoint, signed by the log itself."""
        head = self.store.head(log.origin)
        if asked.old != head.size:
            return _latest(head)
        if head.size == new.size and head.root != new.root:
            self._contradiction(log, SPLIT_VIEW, asked, head)
            return _latest(head)
        try:
            if head.size in {0, new.size}:
                if asked.proof:
                    raise ProofRefused("proof_length", found=len(asked.proof), expected=0)
            else:
                verify_consistency(head.size, new.size, asked.proof, head.root, new.root)
        except ProofRefused as refused:
            # The proof comes from whoever asks: alone it shows nothing against the log.
            if head.size != new.size:
                self._contradiction(log, "not-shown-consistent", asked, head)
            return Answer(422, f"The consistency proof does not hold: {refused}\n")
        if self._examine is not None:
            refused_by_audit = self._examine(log, new, asked.note)
            if refused_by_audit is not None:
                return refused_by_audit
        after = Head(new.size, new.root, asked.note, self._clock())
        if not self.store.advance(log.origin, head, after):
            return _latest(self.store.head(log.origin))
        # From here on a crash leaves a checkpoint kept and not answered: asking again is enough.
        # The clock is read again, because the time vouched for is that of the signature.
        signed = cosign_note(asked.note, self.name, self._key, self._clock())
        return Answer(200, signed[len(asked.note) :])

    def _contradiction(self, log: Log, why: str, asked: AddCheckpoint, head: Head) -> None:
        if not self.store.keep_evidence(
            log.origin, Evidence(why, asked.note, head.note, self._clock())
        ):
            return  # told before, or told often enough
        log_.warning(
            "%s: a checkpoint signed by the log is refused (%s); co-signed last: size %d",
            log.origin,
            why,
            head.size,
            extra={"code": why},
        )


def _read(text: str) -> Note:
    """The note; one with a signature line that is none counts as signed by nobody."""
    try:
        return parse_note(text)
    except NoteRefused as refused:
        if refused.code != "signature_line":
            raise
        return Note(text[: text.rfind("\n\n") + 1], ())


def _not_signed(note: Note, log: Log) -> Answer | None:
    try:
        note.verify([log.key])
    except NoteRefused:
        return Answer(403, "invalid signature: no signature by the key known for this log fits.\n")
    return None


def _latest(head: Head) -> Answer:
    return Answer(409, f"{head.size}\n", SIZE_TYPE)
