"""What a ledger folder has of its witnesses: `cosigned.txt`, and who answered what when.

Only the process that asks writes; every other of the folder reads. What is read is checked against
the policy as it is now, so a file that somebody put there is worth no more than its signatures.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from api.keeping.memory import sync_folder, write_durably
from api.witness.errors import WitnessError
from ledger.verify.checkpoint import Checkpoint, cosignatures, open_checkpoint
from ledger.verify.note import Note, NoteKey, parse_note
from ledger.verify.policy import Policy, PolicyRefused
from ledger.verify.wording import Refusal

POLICY_FILE = "witnesses.txt"
T = TypeVar("T")
COSIGNED_FILE = "cosigned.txt"
STANDING_FILE = "cosigning.json"
_MOST_STANDING = 256 * 1024


@dataclass(slots=True)
class Heard:
    """One witness: when it was asked last and co-signed last (POSIX seconds), and what is wrong.

    `size` is the newest checkpoint that it co-signed; `said` the trouble in English and Vietnamese.
    """

    asked: int | None = None
    answered: int | None = None
    size: int | None = None
    said: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the witnesses stand. `quorum_size` is None before the first quorum, `wrong` says why the
    policy cannot be used."""

    witnesses: dict[str, Heard] = field(default_factory=dict)
    quorum_size: int | None = None
    quorum_time: int | None = None
    wrong: Refusal | None = None


class Cosigned:
    """The witnesses' side of one ledger folder. Cheap to make; nothing is read before it is asked."""

    def __init__(self, folder: Path, log_key: NoteKey) -> None:
        self._folder = folder
        self._log_key = log_key
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[tuple[int, int, int] | None, Any]] = {}

    def policy(self) -> Policy | None:
        """The folder's policy, None when there is none.

        Raises:
            WitnessError: it cannot be used.
        """
        path = self._folder / POLICY_FILE
        return self._read(path, self._parse_policy)

    def _parse_policy(self, raw: bytes) -> Policy:
        path = self._folder / POLICY_FILE
        try:
            policy = Policy.parse(raw)
        except PolicyRefused as refused:
            raise WitnessError("policy-unreadable", path=path, why=str(refused)) from refused
        if policy.logs and all(one.key != self._log_key for one in policy.logs):
            raise WitnessError("policy-other-log", path=path, origin=self._log_key.name)
        log = self._log_key
        for one in policy.witnesses:
            if one.key.key == log.key or one.key.name == log.name:
                raise WitnessError("policy-own-key", path=path, name=one.name)
        return policy

    def best(self) -> str | None:
        """The newest checkpoint that met the quorum, as a note with every known cosignature.

        None when there is no policy, no quorum of witnesses in it, or none was met yet.
        """
        try:
            policy = self.policy()
        except WitnessError:
            return None
        if policy is None or not policy.witnesses:
            return None
        note = self._note()
        if note is None:
            return None
        try:
            open_checkpoint(note, self._log_key)
            if not met(policy, parse_note(note)):
                return None
        except Refusal:
            return None
        return note

    def size(self) -> int | None:
        """Size of the newest checkpoint that met the quorum, None as for `best`."""
        best = self.best()
        return None if best is None else _size(best)

    def with_lines(self, note: str) -> str:
        """A checkpoint note of this log with the cosignatures known for exactly it."""
        kept = self._standing().get("lines", {})
        text = note.partition("\n\n")[0]
        lines = kept.get("by", {}) if kept.get("text") == text else {}
        return note + "".join(str(line) for line in lines.values())

    def standing(self) -> Standing:
        """Who answered when; see `Standing`."""
        try:
            policy = self.policy()
        except WitnessError as wrong:
            return Standing(wrong=wrong)
        if policy is None:
            return Standing()
        kept = self._standing().get("witnesses", {})
        heard = {one.name: _heard(kept.get(one.name)) for one in policy.witnesses}
        best = self.best()
        if best is None:
            return Standing(heard)
        note = parse_note(best)
        times = cosignatures(note, [one.key for one in policy.witnesses])
        newest = max(times.values(), default=None)
        return Standing(heard, Checkpoint.parse(note.text).size, newest)

    def keep_best(self, note: str) -> None:
        """Replace `cosigned.txt`, durably, unless what is there is newer."""
        known = self.best()
        if known is not None and _size(known) > _size(note):
            return
        write_durably(self._folder / COSIGNED_FILE, note.encode())
        sync_folder(self._folder)

    def keep_standing(self, witnesses: dict[str, Heard], text: str, lines: dict[str, str]) -> None:
        """Tell the other processes: `lines` are cosignatures of the checkpoint body `text`."""
        value = {
            "witnesses": {name: asdict(one) for name, one in witnesses.items()},
            "lines": {"text": text.removesuffix("\n"), "by": lines},
        }
        path = self._folder / STANDING_FILE
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(value), encoding="utf-8")
        draft.replace(path)  # not synced: after a power cut the witnesses are asked again anyway

    def _note(self) -> str | None:
        path = self._folder / COSIGNED_FILE
        return self._read(path, lambda raw: raw.decode("utf-8", "replace"))

    def _standing(self) -> dict[str, Any]:
        found = self._read(self._folder / STANDING_FILE, _parse_standing)
        return {} if found is None else dict(found)

    def _read(self, path: Path, parse: Callable[[bytes], T]) -> T | None:
        """What is in a file now, parsed once for each state of it; None without one."""
        try:
            at = path.stat()
            stamp = (at.st_mtime_ns, at.st_ino, at.st_size)
            with self._lock:
                known = self._seen.get(path.name)
            if known is None or known[0] != stamp:
                with path.open("rb") as file:
                    known = stamp, parse(file.read(_MOST_STANDING))
                with self._lock:
                    self._seen[path.name] = known
        except OSError:
            return None
        found: T = known[1]  # a file has one parser
        return found


def met(policy: Policy, note: Note) -> bool:
    """Whether the note's cosignatures meet the quorum; a forged one of a known witness refuses.

    Raises:
        NoteRefused: a known witness's line does not fit.
    """
    signed = note.signed_by([one.key for one in policy.witnesses])
    return policy.met({key for key, _ in signed})


def _size(note: str) -> int:
    return Checkpoint.parse(parse_note(note).text).size


def _parse_standing(raw: bytes) -> dict[str, Any]:
    """Whatever stands in the file: it is told to people and proves nothing."""
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _heard(kept: Any) -> Heard:
    if not isinstance(kept, dict):
        return Heard()
    said = kept.get("said")
    pair = (str(said[0]), str(said[1])) if isinstance(said, list) and len(said) == 2 else None
    numbers = [kept.get(name) for name in ("asked", "answered", "size")]
    asked, answered, size = (one if isinstance(one, int) else None for one in numbers)
    return Heard(asked, answered, size, pair)
