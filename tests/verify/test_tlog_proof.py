"""The text that shows offline that an entry is in the log."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.merkle import ProofRefused
from ledger.verify.note import MAX_NOTE, NoteKey, NoteRefused
from ledger.verify.tlog_proof import MAX_HASHES, TlogProof, verify_tlog_proof
from ledger.verify.wording import Refusal
from tests.shared_data import shared
from tests.vectors.make_format_vectors import pinned

VECTORS = pinned("note.json")
TEXT: str = VECTORS["tlog_proof"]
LEAF = bytes.fromhex(VECTORS["leaf_hash"])
KEY = NoteKey.parse(VECTORS["log_key"])


def test_all_published_proofs_agree() -> None:
    path = shared("vectors", "note", "notes.json")
    cases = json.loads(path.read_text("utf-8"))["tlog_proof_parse"]
    for case in cases:
        if case["ok"]:
            proof = TlogProof.parse(case["proof"])
            assert proof.format() == case["proof"]
            assert TlogProof.parse(case["proof"].encode()) == proof
        else:
            with pytest.raises(ProofRefused):
                TlogProof.parse(case["proof"])
    assert len(cases) == 10


def test_the_pinned_proofs_verify_and_give_their_checkpoint() -> None:
    for text in (TEXT, VECTORS["tlog_proof_extra"]):
        assert verify_tlog_proof(text, LEAF, KEY).format() == VECTORS["checkpoint"]
        assert TlogProof.parse(text).format() == text
    assert TlogProof.parse(VECTORS["tlog_proof_extra"]).extra == b"extra"
    assert TlogProof.parse(TEXT).extra is None


def test_every_flipped_bit_before_the_witness_lines_is_refused() -> None:
    raw = TEXT.encode()
    for bit in range(raw.rindex("— ".encode()) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refusal):
            verify_tlog_proof(bytes(changed), LEAF, KEY)


def test_every_truncated_proof_is_refused() -> None:
    whole = TEXT.rindex("— ")
    for length in range(len(TEXT)):
        if length != whole:
            with pytest.raises(Refusal):
                verify_tlog_proof(TEXT[:length], LEAF, KEY)
    # Without its witness line the proof is whole: the quorum is another check.
    assert verify_tlog_proof(TEXT[:whole], LEAF, KEY).size == 11


def test_a_proof_of_another_entry_or_another_log_is_refused() -> None:
    with pytest.raises(ProofRefused) as caught:
        verify_tlog_proof(TEXT, bytes(32), KEY)
    assert caught.value.code == "not_included"
    with pytest.raises(NoteRefused):
        verify_tlog_proof(TEXT, LEAF, NoteKey("other.example", KEY.key))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("tlog-proof@v1", "tlog-proof@v2", "header"),
        ("tlog-proof@v1\n", "tlog-proof@v1\r\n", "header"),
        ("index 7", "index 07", "index_line"),
        ("index 7", "index +7", "index_line"),
        ("index 7", "index  7", "index_line"),
        ("index 7", "index7", "index_line"),
        ("index 7", "Index 7", "index_line"),
        ("index 7", f"index {2**63}", "index_line"),
        ("index 7", "extra \nindex 7", "extra"),
        ("index 7", "extra\nindex 7", "index_line"),
        ("index 7", "extra AAB=\nindex 7", "extra"),
        ("index 7", "extra AA==\nextra AA==\nindex 7", "index_line"),
        ("index 7", "index 7\nAAAA", "hash_line"),
        ("index 7", "index 7" + ("\n" + "A" * 43 + "=") * 64, "too_many_hashes"),
        ("index 7", "index 7" + "\nx" * 1000, "too_many_hashes"),
        ("index 7", "index 7\n\n", "not_read"),
        ("index 7", "index 8", "not_read"),
        ("index 7", "index 11", "not_read"),
    ],
)
def test_a_proof_of_another_form_is_refused(old: str, new: str, code: str) -> None:
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    with pytest.raises(Refusal) as caught:
        verify_tlog_proof(changed, LEAF, KEY)
    if code != "not_read":
        assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "\n", "c2sp.org/tlog-proof@v1", b"\xff", "x" * 3 * MAX_NOTE])
def test_text_that_is_no_proof_is_refused(text: str | bytes) -> None:
    with pytest.raises(ProofRefused):
        TlogProof.parse(text)


@pytest.mark.parametrize(
    ("extra", "index", "hashes", "checkpoint"),
    [
        (b"", 0, (), "x\n"),
        (None, -1, (), "x\n"),
        (None, 2**63, (), "x\n"),
        (None, 0, (bytes(31),), "x\n"),
        (None, 0, (bytes(32),) * (MAX_HASHES + 1), "x\n"),
        (None, 0, (), "x"),
        (None, 0, (), ""),
    ],
)
def test_a_proof_that_could_not_be_read_back_cannot_exist(
    extra: bytes | None, index: int, hashes: tuple[bytes, ...], checkpoint: str
) -> None:
    with pytest.raises(ProofRefused):
        TlogProof(extra, index, hashes, checkpoint)


@given(
    st.none() | st.binary(min_size=1, max_size=40),
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES).map(tuple),
)
@settings(deadline=None)
def test_what_is_written_is_what_is_read(
    extra: bytes | None, index: int, hashes: tuple[bytes, ...]
) -> None:
    proof = TlogProof(extra, index, hashes, VECTORS["note"])
    assert TlogProof.parse(proof.format()) == proof
