"""Attacks on a whole ledger by somebody who holds the real log key: at every position, named.

The auditor kept one checkpoint from before (`told().head`). Without it a thief with the log key
may cut or replace whatever no later anchor covers; the last tests here show exactly that limit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.signature import LOW_ORDER_ENCODINGS, L
from ledger.verify.statement import read_statement
from tests.ledger_story import GROWER, ORIGIN, PACKER, SIGNERS, TRUST, signer_of, told
from tests.tampering.forgery import Desk, resigned, roots_of

STRANGER = signer_of("stranger")


def audited(
    raw: Sequence[bytes],
    *,
    checkpoints: dict[int, bytes] | None = None,
    known: Checkpoint | None = None,
) -> AuditResult:
    """Audit a tampered ledger; by default re-sealed with the real log key, one checkpoint kept."""
    sealed = reseal(raw) if checkpoints is None else checkpoints
    return audit_entries(raw, sealed, TRUST.roots, known=known or told().head)


def reseal(raw: Sequence[bytes]) -> dict[int, bytes]:
    """What the thief issues: true roots of the tampered entries (unparsable ones end the list)."""
    good: list[bytes] = []
    for one in raw:
        try:
            parse_entry(one)
        except Exception:  # only tells where a thief has to stop
            break
        good.append(one)
    return roots_of(good)


def bare(raw: Sequence[bytes]) -> AuditResult:
    """Audit of the re-sealed entries without any kept checkpoint."""
    return audit_entries(raw, reseal(raw), TRUST.roots)


def located(raw: Sequence[bytes]) -> AuditResult:
    """Like `bare`, which names the place, once the kept checkpoint is seen to refuse it too."""
    assert not audited(raw).clean
    return bare(raw)


def code(result: AuditResult) -> str:
    """The refusal's code; fails when the audit was clean."""
    assert result.failure is not None, "the attack was not noticed"
    assert result.failure.say("vi") and result.failure.say("en")
    return result.failure.code


POSITIONS = range(len(told().entries))


def test_the_untouched_story_is_clean() -> None:
    result = audited(told().entries, checkpoints=told().checkpoints)
    assert result.clean and result.entries == len(told().entries) == 35


@pytest.mark.parametrize("at", POSITIONS)
def test_a_changed_payload_byte_is_refused_at_its_place(at: int) -> None:
    raw = list(told().entries)
    middle = len(raw[at]) - 96 - 40
    raw[at] = raw[at][:middle] + bytes([raw[at][middle] ^ 1]) + raw[at][middle + 1 :]
    result = audited(raw, checkpoints=told().checkpoints)
    assert result.failure is not None and result.failed_index == at


@pytest.mark.parametrize("at", POSITIONS)
def test_a_changed_signature_is_refused_at_its_place_even_when_resealed(at: int) -> None:
    raw = list(told().entries)
    raw[at] = raw[at][:-64] + bytes([raw[at][-64] ^ 1]) + raw[at][-63:]
    # Without a kept checkpoint too: the signature needs none.
    result = bare(raw)
    assert (code(result), result.failed_index) in {("wrong", at), ("r_low_order", at)}


@pytest.mark.parametrize("at", POSITIONS)
def test_a_malleable_signature_is_refused_at_its_place(at: int) -> None:
    raw = list(told().entries)
    s = int.from_bytes(raw[at][-32:], "little") + L
    raw[at] = raw[at][:-32] + s.to_bytes(32, "little")
    result = bare(raw)
    assert (code(result), result.failed_index) == ("s_too_large", at)


@pytest.mark.parametrize("at", POSITIONS)
@pytest.mark.parametrize("encoding", [0, 7, 13])
def test_a_low_order_r_is_refused_at_its_place(at: int, encoding: int) -> None:
    raw = list(told().entries)
    raw[at] = raw[at][:-64] + sorted(LOW_ORDER_ENCODINGS)[encoding] + raw[at][-32:]
    result = bare(raw)
    assert (code(result), result.failed_index) == ("r_low_order", at)


@pytest.mark.parametrize("at", POSITIONS)
def test_a_swapped_key_id_is_refused_at_its_place(at: int) -> None:
    raw = list(told().entries)
    raw[at] = raw[at][:-96] + STRANGER.keyid + raw[at][-64:]
    result = bare(raw)
    assert code(result) in {"key-unknown", "genesis-missing"} and result.failed_index == at


@pytest.mark.parametrize("at", POSITIONS)
def test_a_deleted_entry_is_noticed_and_located(at: int) -> None:
    raw = list(told().entries)
    del raw[at]
    if at == len(raw):  # nothing after the last entry can miss it, but the kept checkpoint does
        assert code(audited(raw)) == "tree-short"
        return
    result = located(raw)
    assert code(result) in {"seq-gap", "key-unknown", "genesis-missing", "anchor-never-issued"} | {
        "anchor-early",
        "input-unknown",
    }
    assert result.failed_index == at


@pytest.mark.parametrize("size", POSITIONS)
def test_a_truncated_ledger_is_noticed_as_short(size: int) -> None:
    assert code(audited(told().entries[:size])) == "tree-short"


@pytest.mark.parametrize("at", POSITIONS)
def test_an_inserted_entry_of_a_stranger_is_refused_at_its_place(at: int) -> None:
    raw = list(told().entries)
    raw.insert(at, resigned(raw[at], STRANGER, seq=1, prev=None))
    result = located(raw)
    assert code(result) in {"key-unknown", "genesis-missing"} and result.failed_index == at


@pytest.mark.parametrize("at", range(1, len(told().entries)))
def test_a_duplicated_entry_is_refused_at_the_copy(at: int) -> None:
    raw = list(told().entries)
    raw.insert(at, raw[at - 1])
    result = located(raw)
    expected = "genesis-twice" if at == 1 else "seq-gap"
    assert (code(result), result.failed_index) == (expected, at)


@pytest.mark.parametrize("at", range(len(told().entries) - 1))
def test_two_swapped_neighbours_are_noticed_at_the_first(at: int) -> None:
    raw = list(told().entries)
    raw[at], raw[at + 1] = raw[at + 1], raw[at]
    result = located(raw)
    assert code(result) and result.failed_index == at


def test_any_reordering_of_two_entries_is_noticed_at_or_after_the_first() -> None:
    tried = 0
    for at in POSITIONS:
        for other in range(at + 2, len(told().entries)):
            raw = list(told().entries)
            raw[at], raw[other] = raw[other], raw[at]
            result = located(raw)
            assert code(result) and result.failed_index is not None
            assert at <= result.failed_index <= other
            tried += 1
    assert tried == 34 * 33 // 2


@pytest.mark.parametrize("at", range(1, len(told().entries)))
def test_a_past_rewritten_with_the_signers_own_key_is_noticed(at: int) -> None:
    """The thief has the log key and the station's key: only links and kept roots are left."""
    raw = list(told().entries)
    raw[at] = resigned(raw[at], time="2026-08-01T07:59:59+07:00")
    assert code(audited(raw)) == "root-differs"
    if at < len(raw) - 1:  # the very next statement's anchor gives it away
        result = bare(raw)
        assert code(result) in {"prev-differs", "input-unknown", "anchor-never-issued"}
        assert result.failed_index == at + 1


def test_a_rewritten_genesis_is_refused_for_its_roots() -> None:
    raw = list(told().entries)
    body = json.loads(parse_entry(raw[0]).payload)["body"]
    raw[0] = resigned(raw[0], STRANGER, body=body | {"roots": [STRANGER.public.hex()]})
    result = bare(raw)
    assert (code(result), result.failed_index) == ("roots-differ", 0)


@pytest.mark.parametrize("at", POSITIONS)
def test_issued_checkpoints_that_contradict_a_kept_one_are_refused(at: int) -> None:
    size = at + 1
    kept = Checkpoint(ORIGIN, size, bytes(31) + b"\x01")
    result = audit_entries(told().entries, told().checkpoints, TRUST.roots, known=kept)
    assert code(result) == "root-differs"


@pytest.mark.parametrize("size", range(1, len(told().entries)))
def test_a_roll_back_to_an_older_state_is_noticed_by_who_kept_a_newer_checkpoint(
    size: int,
) -> None:
    older = {s: root for s, root in told().checkpoints.items() if s <= size}
    result = audited(told().entries[:size], checkpoints=older)
    assert code(result) == "tree-short"


def test_a_forked_journal_is_refused_at_every_position_of_every_journal() -> None:
    forks = 0
    for at, original in enumerate(told().entries[1:], start=1):
        raw = [*told().entries, resigned(original, time="2026-11-01T08:00:00+07:00")]
        result = located(raw)
        assert (code(result), result.failed_index) == ("seq-gap", len(raw) - 1), at
        forks += 1
    assert forks == 34


def test_a_journal_continued_from_a_clone_is_refused_at_the_branch() -> None:
    last = {}
    for raw in told().entries:
        last[parse_entry(raw).keyid] = raw
    for raw in last.values():
        statement = read_statement(parse_entry(raw).payload)
        clone = resigned(raw, seq=statement.seq + 1, prev="ab" * 32)
        result = located([*told().entries, clone])
        expected = "genesis-twice" if statement.type == "ledger-opened" else "prev-differs"
        assert (code(result), result.failed_index) == (expected, len(told().entries))


@pytest.mark.parametrize("at", range(1, len(told().entries)))
def test_a_statement_replayed_for_another_party_is_refused_at_its_place(at: int) -> None:
    raw = list(told().entries)
    party = json.loads(parse_entry(raw[at]).payload)["party"]
    raw[at] = resigned(raw[at], party=GROWER if party == PACKER else PACKER)
    result = bare(raw)
    assert (code(result), result.failed_index) == ("party-differs", at)


def test_a_whole_entry_of_another_ledger_is_refused() -> None:
    other = Desk([signer_of("another root")])
    result = located([*told().entries, other.entries[0]])
    assert (code(result), result.failed_index) == ("genesis-twice", len(told().entries))
    result = audit_entries(other.entries, other.roots, TRUST.roots)
    assert (code(result), result.failed_index) == ("roots-differ", 0)


def test_an_enrolment_agreed_for_another_ledger_is_refused() -> None:
    desk = Desk()
    desk.add(
        SIGNERS["LEDGER", "root"],
        "party-registered",
        {"code": GROWER, "kind": "company", "name": "x"},
        party="LEDGER",
    )
    new = SIGNERS[GROWER, "admin"]
    body: dict[str, object] = {
        "key": new.public.hex(),
        "party": GROWER,
        "role": "admin",
        "held": "station",
    }
    body["proof"] = new.agree("ledger.example/another", body)
    desk.add(SIGNERS["LEDGER", "root"], "key-enrolled", body, party="LEDGER")
    result = desk.audit()
    assert (code(result), result.failed_index) == ("proof-wrong", 2)


# --- the limit, said openly -----------------------------------------------------------------


def _last_word_rewritten() -> list[bytes]:
    raw = list(told().entries)
    raw[-1] = resigned(raw[-1], time="2026-09-15T16:00:00+07:00")
    return raw


def test_what_follows_the_last_anchor_can_be_rewritten_unseen_without_a_kept_checkpoint() -> None:
    """Both keys are needed (station and log), and nobody else may have seen the old head."""
    assert bare(_last_word_rewritten()).clean
    assert bare(told().entries[:-1]).clean  # cutting the tail needs the log key only


def test_the_same_rewriting_is_noticed_with_a_kept_checkpoint() -> None:
    assert code(audited(_last_word_rewritten())) == "root-differs"
    assert code(audited(told().entries[:-1])) == "tree-short"
