"""Statements whose fate a lost database left open: how they are held, and what is said of them."""

from __future__ import annotations

import argparse
import string
from contextlib import closing
from pathlib import Path

import pytest

from api.commands.labels_printing import in_part
from api.labels.settling import PrintedUnrecorded
from api.private_notes import PrivateNotes
from ledger import unanswered
from ledger.unanswered import NotAnswered, Resending
from ledger.verify.statement import Statement
from ledger.verify.wording import Refusal
from tests.pages.cooperative import PARTY, RAW, found_cooperative


def test_what_is_held_comes_back_in_order_from_another_process_until_it_is_let_go(
    tmp_path: Path,
) -> None:
    path = tmp_path / "private.db"
    with closing(PrivateNotes(path)) as notes, closing(PrivateNotes(path)) as other:
        assert other.held() == []
        other.let_go(b"never held")
        digest = notes.keep("một ghi chú")
        for raw, digests in (
            (b"entry number two", [digest]),
            (b"one", []),
            (b"entry number two", ["another"]),
        ):
            notes.hold(raw, digests)
        assert other.held() == [(b"entry number two", [digest]), (b"one", [])]
        other.let_go(b"entry number two")
        assert notes.held() == [(b"one", [])]
        assert notes.text_of(digest) == "một ghi chú"
        notes.let_go(b"one")
    with closing(PrivateNotes(path)) as again:
        assert again.held() == []
    # What was held is overwritten, as every text is.
    assert b"entry number two" not in path.read_bytes()


def test_a_statement_that_cannot_even_be_held_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unanswered, "TRIES", 0)
    with closing(found_cooperative(tmp_path / "so")) as services:
        notes = PrivateNotes(tmp_path / "gone.db")
        resending = Resending(services.ledger, notes)
        with pytest.raises(NotAnswered) as told:
            resending.insist(b"an entry", [])
        assert (told.value.code, notes.held()) == ("record-unknown", [(b"an entry", [])])
        notes.close()
        with pytest.raises(NotAnswered) as told:
            resending.insist(b"an entry", [])
        assert told.value.code == "record-unkept"
        assert "hãy xem lô hàng trước khi ghi lại" in told.value.say("vi")


def test_a_statement_that_is_recorded_but_cannot_be_let_go_of_is_answered_and_recorded_once(
    tmp_path: Path,
) -> None:
    with closing(found_cooperative(tmp_path / "so")) as services:
        signer = services.station.signers[PARTY, "station"]
        head = services.ledger.history.journals[signer.keyid]
        body = {
            "lot": {"item": RAW, "code": "ONCE"},
            "quantity": {"value": "5", "unit": "kg"},
            "site": "VT-KV01",
        }
        time = "2026-09-20T08:00:00+07:00"
        said = Statement("harvested", PARTY, head.seq + 1, head.id, time, (), None, body)
        raw, before = signer.sign(said).raw, services.ledger.size
        resending = Resending(services.ledger, services.notes)
        services.notes.hold(raw, [])
        services.notes._db.execute("PRAGMA query_only = ON")  # as a disk that is full
        assert not resending.insist(raw, []).known
        resending.settle()
        assert services.notes.held() == [(raw, [])]
        services.notes._db.execute("PRAGMA query_only = OFF")
        services.station.catch_up()
        assert services.notes.held() == []
        assert services.ledger.size == before + 1


def test_a_command_whose_labels_came_out_unrecorded_has_done_its_work_in_part(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(args: argparse.Namespace) -> int:
        raise PrintedUnrecorded("printed-unrecorded", printed=7, lot=args.lot)

    assert in_part(run)(argparse.Namespace(lot="L1", lang="en")) == 1
    assert capsys.readouterr().err.startswith("7 labels of lot L1 came out")


@pytest.mark.parametrize("kind", [NotAnswered, PrintedUnrecorded])
def test_every_sentence_is_there_in_both_languages_with_the_same_places(
    kind: type[Refusal],
) -> None:
    for code, wordings in kind.catalogue.items():
        english, vietnamese = (
            sorted(
                (name or "").removesuffix("_vi") for _, name, _, _ in string.Formatter().parse(one)
            )
            for one in wordings
        )
        assert [name for name in english if name] == [name for name in vietnamese if name], code
        assert wordings[0] != wordings[1]
