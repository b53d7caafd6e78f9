"""C2SP tlog-checkpoint: the sealed size and root of the log, as the text of a signed note."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.verify.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from ledger.verify.note import (
    COSIGNATURE,
    ED25519,
    Cosignature,
    Note,
    NoteKey,
    NoteRefused,
    parse_cosignature,
    parse_note,
    strict_base64,
)

__all__ = [
    "Checkpoint",
    "Cosignature",
    "cosignatures",
    "open_checkpoint",
    "parse_cosignature",
    "strict_decimal",
]

_CONTROL = re.compile(r"[\x00-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def strict_decimal(text: str) -> int:
    """Return the number (0 .. 2^63-1) that `text` spells in ASCII digits without leading zeros.

    Raises ValueError: C2SP texts must have one spelling for each number.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        raise ValueError("not a decimal number without leading zeros below 2^63")
    return int(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin, size (leaves, 0 .. 2^63-1), root hash and opaque extension lines of a log.

    `parse` accepts what transparency-dev/formats accepts (roots of other lengths, empty extension
    lines), because the published vectors do; `open_checkpoint` is stricter. Raises NoteRefused.
    """

    origin: str
    size: int
    root: bytes
    extension_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or _CONTROL.search(self.origin):
            raise NoteRefused("checkpoint_origin", found=self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise NoteRefused("checkpoint_size", found=self.size)
        if not self.root:
            raise NoteRefused("checkpoint_root", found="")
        for line in self.extension_lines:
            if _CONTROL.search(line):
                raise NoteRefused("checkpoint_extension", found=line)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint whose note text `text` is; raises NoteRefused."""
        lines = text.split("\n")
        # The last newline ends a line, so splitting leaves one empty string behind.
        if len(lines) < 4 or lines[-1]:
            raise NoteRefused("checkpoint_layout")
        origin, size, root, *extension_lines = lines[:-1]
        try:
            number = strict_decimal(size)
        except ValueError:
            raise NoteRefused("checkpoint_size", found=size) from None
        try:
            value = strict_base64(root)
        except ValueError:
            raise NoteRefused("checkpoint_root", found=root) from None
        return cls(origin, number, value, tuple(extension_lines))

    def format(self) -> str:
        """Return the note text; `parse` gives this checkpoint back."""
        root = base64.b64encode(self.root).decode("ascii")
        return "\n".join((self.origin, str(self.size), root, *self.extension_lines)) + "\n"


def open_checkpoint(note_text: str | bytes, log_key: NoteKey) -> Checkpoint:
    """Return the checkpoint in `note_text`, once `log_key` is seen to have signed it.

    The origin must equal the key's name, the root must have 32 bytes (that of no leaves when the
    size is 0), extension lines must not be empty, as C2SP tlog-checkpoint has it. Witness
    signatures are not looked at; see `cosignatures`. Raises NoteRefused.
    """
    if log_key.type != ED25519:
        raise NoteRefused("not_a_log_key", name=log_key.name)
    note = parse_note(note_text)
    note.verify([log_key])
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log_key.name:
        raise NoteRefused("wrong_origin", found=checkpoint.origin, expected=log_key.name)
    if len(checkpoint.root) != HASH_BYTES:
        raise NoteRefused("root_length", found=len(checkpoint.root))
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise NoteRefused("empty_root")
    if "" in checkpoint.extension_lines:
        raise NoteRefused("checkpoint_extension", found="")
    return checkpoint


def cosignatures(note: Note, witnesses: Sequence[NoteKey]) -> dict[str, int]:
    """Return name -> time (POSIX seconds, the latest) of the `witnesses` that cosigned `note`.

    Keys of other types are left out. None at all is an empty dict, not an error: the quorum is
    the caller's policy. Raises NoteRefused when a known witness's cosignature is bad.
    """
    times: dict[str, int] = {}
    cosigners = [key for key in witnesses if key.type == COSIGNATURE]
    for key, time in note.signed_by(cosigners):
        if time is not None:
            times[key.name] = max(time, times.get(key.name, 0))
    return times
