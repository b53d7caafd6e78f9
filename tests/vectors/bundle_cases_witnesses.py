"""The cases of bundle format v2 about who co-signed its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.verify.bundle import LotBundle
from tests.ledger_story import told
from tests.tampering.indexed import Whole, cosigned, indexed, witness
from tests.vectors.bundle_cases_v2 import REQUIRED, Case, clean

WITNESSED = replace(
    REQUIRED, witnesses=(witness("tinh"), witness("thanh-tra"), witness("hoi")), quorum=2
)


def _with_note(note: str) -> LotBundle:
    return replace(clean(), checkpoint=note)


def witness_cases() -> Mapping[str, Case]:
    """Who co-signed."""
    note = clean().checkpoint
    operator = "An operator who shows some people another log, or nobody at all."
    older = Whole(indexed(told().entries[:30])).note
    stolen = cosigned(older, "tinh").splitlines()[-1] + "\n"
    return {
        "complete_witnessed": Case(
            "Two of three witnesses co-signed, as the trust file asks.",
            "",
            _with_note(cosigned(note, "tinh", "thanh-tra")),
            WITNESSED,
        ),
        "witness_unknown": Case(
            "A third line by a witness that the trust file does not name: told, not checked.",
            "",
            _with_note(cosigned(note, "tinh", "thanh-tra", "ai-do")),
            WITNESSED,
        ),
        "witness_quorum_missing_fail": Case(
            "One of the two witnesses that are asked for.",
            operator,
            _with_note(cosigned(note, "hoi")),
            WITNESSED,
        ),
        "witness_twice_fail": Case(
            "One witness's line twice.",
            operator,
            _with_note(cosigned(note, "hoi", "hoi")),
            WITNESSED,
        ),
        "cosignature_forged_fail": Case(
            "A line in a witness's name with one bit of its signature flipped.",
            operator,
            _with_note(_flipped(cosigned(note, "tinh", "thanh-tra", "hoi"))),
            WITNESSED,
        ),
        "cosignature_of_other_checkpoint_fail": Case(
            "A witness's true line, taken from an older checkpoint of the same log.",
            operator,
            _with_note(cosigned(note, "thanh-tra", "hoi") + stolen),
            WITNESSED,
        ),
        "signature_line_unknown_fail": Case(
            "A line that is no cosignature.",
            operator,
            _with_note(f"{note}— ai-do.example AAAAAAAA\n"),
        ),
        "witnesses_unasked": Case(
            "Co-signed, for a trust file that names no witness: both lines are told as not checked.",
            "",
            _with_note(cosigned(note, "tinh", "thanh-tra")),
        ),
    }


def _flipped(note: str) -> str:
    lines = note.splitlines()
    at = len(lines[-1]) - 8
    other = "B" if lines[-1][at] == "A" else "A"
    return "\n".join([*lines[:-1], lines[-1][:at] + other + lines[-1][at + 1 :]]) + "\n"
