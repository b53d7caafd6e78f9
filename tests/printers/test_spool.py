from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from printers.errors import SpoolError
from printers.spooling.schema import PrintItem, State
from printers.spooling.spool import Spool


def item(n: int, attempt: int = 1, reason: str = "") -> PrintItem:
    return PrintItem(f"G/{n}", str(n), b"payload %d" % n, attempt, reason)


def wire(_: int, payload: bytes) -> bytes:
    return payload


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.db", lambda: "2026-04-02T08:00:00Z") as made:
        yield made


def bring(spool: Spool, job: str, *states: State) -> None:
    """Take the next label through the given states."""
    claimed = spool.claim(job, wire)
    assert claimed is not None
    was: State = "sending"
    for to in states:
        spool.move(claimed.number, (was,), to)
        was = to


def test_adding_a_job_twice_is_harmless(spool: Spool) -> None:
    assert spool.add_job("j", "p", [item(1), item(2)])
    assert not spool.add_job("j", "p", [item(1), item(2)])
    assert spool.counts("j")["queued"] == 2


def test_the_same_job_with_other_labels_is_refused(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1)])
    for printer, labels in (("p", [item(2)]), ("q", [item(1)])):
        with pytest.raises(SpoolError) as refused:
            spool.add_job("j", printer, labels)
        assert refused.value.code == "spool.job-differs"


def test_a_serial_is_in_the_spool_once_for_ever(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1)])
    bring(spool, "j", "sent", "confirmed")
    with pytest.raises(SpoolError) as refused:
        spool.add_job("k", "p", [item(5), item(1)])
    assert refused.value.code == "spool.serial-used"
    with pytest.raises(SpoolError, match="no job k"):
        spool.counts("k")


@pytest.mark.parametrize(
    ("states", "attempt", "reason", "allowed"),
    [
        (("sent", "confirmed"), 2, "nhoè", True),
        (("in_doubt", "void"), 2, "nhoè", True),
        (("sent", "confirmed"), 2, " ", False),
        (("sent", "confirmed"), 3, "nhoè", False),
        (("in_doubt",), 2, "nhoè", False),
        (("sent",), 2, "nhoè", False),
    ],
)
def test_a_reprint_is_an_act_of_its_own(
    spool: Spool, states: tuple[State, ...], attempt: int, reason: str, allowed: bool
) -> None:
    spool.add_job("j", "p", [item(1)])
    bring(spool, "j", *states)
    if allowed:
        assert spool.add_job("k", "p", [item(1, attempt, reason)])
    else:
        with pytest.raises(SpoolError) as refused:
            spool.add_job("k", "p", [item(1, attempt, reason)])
        assert refused.value.code == "spool.reprint"


def test_opening_a_spool_changes_no_label_and_a_worker_start_doubts_them(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Spool(path, lambda: "t") as spool:
        spool.add_job("j", "p", [item(1), item(2), item(3)])
        bring(spool, "j", "sent")
        bring(spool, "j")
    with Spool(path, lambda: "t") as spool:
        assert [label.state for label in spool.labels("j")] == ["sent", "sending", "queued"]
        spool.doubt_unfinished("another")
        assert spool.counts("j")["in_doubt"] == 0
        spool.doubt_unfinished("p")
        assert [label.state for label in spool.labels("j")] == ["in_doubt", "in_doubt", "queued"]


@pytest.mark.parametrize(
    ("last", "confirmed", "void"),
    [(None, (), ("2", "3")), ("1", (), ("2", "3")), ("2", ("2",), ("3",)), ("3", ("2", "3"), ())],
)
def test_a_check_scan_confirms_up_to_the_last_good_label_and_voids_after(
    spool: Spool, last: str | None, confirmed: tuple[str, ...], void: tuple[str, ...]
) -> None:
    spool.add_job("j", "p", [item(n) for n in (1, 2, 3, 4)])
    bring(spool, "j", "sent", "confirmed")
    bring(spool, "j", "sent", "in_doubt")
    bring(spool, "j", "in_doubt")
    resolved = spool.resolve("j", last)
    assert (resolved.confirmed, resolved.void) == (confirmed, void)
    assert spool.counts("j")["in_doubt"] == 0
    assert spool.counts("j")["queued"] == 1


@pytest.mark.parametrize("last", ["4", "9"])
def test_a_last_good_label_that_never_left_is_refused(spool: Spool, last: str) -> None:
    spool.add_job("j", "p", [item(n) for n in (1, 4)])
    bring(spool, "j", "in_doubt")
    with pytest.raises(SpoolError) as refused:
        spool.resolve("j", last)
    assert refused.value.code == "spool.last-good"
    assert spool.counts("j")["in_doubt"] == 1


def test_cancelling_leaves_what_was_sent(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1), item(2)])
    bring(spool, "j", "sent")
    assert spool.cancel("j") == ("2",)
    assert spool.claim("j", wire) is None
    assert spool.counts("j")["sent"] == 1


def test_a_spoiled_label_is_voided_with_a_reason_and_a_queued_one_is_not(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1), item(2)])
    bring(spool, "j", "sent", "confirmed")
    for key, reason in (("G/1", " "), ("G/2", "rách"), ("G/9", "rách")):
        with pytest.raises(SpoolError):
            spool.mark_void(key, reason)
    spool.mark_void("G/1", "rách")
    first = spool.labels("j")[0]
    assert (first.state, first.reason) == ("void", "rách")


def test_a_label_cannot_jump_states(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1)])
    with pytest.raises(SpoolError) as refused:
        spool.move(1, ("sending",), "sent")
    assert refused.value.code == "spool.wrong-state"


def test_a_failing_wire_leaves_the_label_queued(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1)])

    def broken(number: int, payload: bytes) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spool.claim("j", broken)
    assert spool.counts("j")["queued"] == 1


# Version 1 of the schema, as it was released.
VERSION_1 = """
CREATE TABLE job (job_id TEXT PRIMARY KEY, printer TEXT NOT NULL, digest TEXT NOT NULL,
    created_at TEXT NOT NULL) STRICT;
CREATE TABLE label (number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES job (job_id), ordinal INTEGER NOT NULL, key TEXT NOT NULL,
    serial TEXT NOT NULL, attempt INTEGER NOT NULL CHECK (attempt >= 1), reason TEXT NOT NULL,
    payload BLOB NOT NULL, state TEXT NOT NULL CHECK (state IN
    ('queued', 'sending', 'sent', 'confirmed', 'in_doubt', 'void', 'cancelled')),
    digest TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL, UNIQUE (key, attempt),
    UNIQUE (job_id, serial), UNIQUE (job_id, ordinal)) STRICT;
CREATE INDEX label_by_state ON label (job_id, state, ordinal);
INSERT INTO job VALUES ('G/L/1', 'p', 'd', 't');
INSERT INTO label VALUES (7, 'G/L/1', 0, 'G/1', '1', 1, '', x'01', 'confirmed', 'a', 't');
INSERT INTO label VALUES (8, 'G/L/1', 1, 'G/2', '2', 1, '', x'02', 'sent', 'b', 't');
INSERT INTO label VALUES (9, 'G/L/1', 2, 'G/3', '3', 1, '', x'03', 'queued', '', 't');
PRAGMA application_id = 0x4F434C53;
PRAGMA user_version = 1;
"""


def test_a_spool_of_the_first_version_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with sqlite3.connect(path) as db:
        db.executescript(VERSION_1)
    db.close()
    for _ in range(2):
        with Spool(path, lambda: "t") as spool:
            assert [x.state for x in spool.labels("G/L/1")][:2] == ["confirmed", "sent"]
            assert spool.job("G/L/1").template == ""
    with Spool(path, lambda: "t") as spool:
        spool.doubt_unfinished("p")
        assert spool.resolve("G/L/1", None).void == ("2",)
        claimed = spool.claim("G/L/1", wire)
        assert claimed is not None
        assert (claimed.number, claimed.payload) == (9, b"\x03")
        spool.add_job("G/L/2", "p", [item(4)], b"prologue", ("name", "digest"))
        assert spool.prologue_of("G/L/2") == b"prologue"
        again = spool.claim("G/L/2", wire)
        assert again is not None
        assert again.number == 10


def test_a_label_that_may_have_left_has_no_bytes_left_to_send_again(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1)])
    claimed = spool.claim("j", lambda _, payload: payload + b"!")
    assert claimed is not None
    assert (claimed.payload, claimed.drawn) == (b"payload 1!", b"payload 1")
    with sqlite3.connect(spool.path) as db:
        assert db.execute("SELECT payload FROM label").fetchall() == [(b"",)]
    db.close()
    spool.unclaim(claimed)
    assert spool.claim("j", wire) is not None


def test_undrawn_labels_are_drawn_in_order_and_drawn_anew_on_request(spool: Spool) -> None:
    spool.add_job("j", "p", [PrintItem(f"G/{n}", str(n), None) for n in range(5)])
    assert spool.claim("j", wire) is None
    spool.keep_drawn("j", {"0": b"a", "1": b"b"})
    assert spool.undrawn("j", 2) == ["2", "3"]
    spool.draw_again("j", b"new")
    assert spool.undrawn("j", 9) == spool.queued("j") == ["0", "1", "2", "3", "4"]
    assert spool.prologue_of("j") == b"new"
    with pytest.raises(SpoolError):
        spool.keep_drawn("j", {"0": b""})


def test_a_ticked_list_decides_what_lies_between_good_labels(spool: Spool) -> None:
    spool.add_job("j", "p", [item(n) for n in (1, 2, 3)])
    for _ in range(3):
        bring(spool, "j", "in_doubt")
    resolved = spool.resolve_listed("j", ["1", "3"])
    assert (resolved.confirmed, resolved.void) == (("1", "3"), ("2",))


def test_cancelling_by_key_leaves_what_has_left(spool: Spool) -> None:
    spool.add_job("j", "p", [item(1), item(2), item(3)])
    bring(spool, "j", "sent")
    assert spool.cancel_keys(["G/1", "G/3", "G/9"]) == ("G/3",)
    assert [x.state for x in spool.labels("j")] == ["sent", "queued", "cancelled"]
    assert [job.job_id for job in spool.unsettled()] == ["j"]


def test_looking_at_the_lock_never_takes_it(spool: Spool) -> None:
    assert not spool.is_printing("p")
    with spool.lock("p"):
        assert spool.is_printing("p")
        assert not spool.is_printing("q")
    assert not spool.is_printing("p")


def test_a_lock_that_cannot_be_written_is_not_said_to_be_a_busy_printer(spool: Spool) -> None:
    with spool.lock("p"):
        (lock,) = spool.path.parent.glob("*.lock")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(SpoolError) as refused, spool.lock("p"):
        pass
    assert refused.value.code == "spool.unwritable"


def test_a_line_is_clean_only_after_a_clean_end(spool: Spool) -> None:
    assert spool.line_opened("p") == (False, 1)
    assert spool.line_opened("p") == (False, 2)
    spool.line_closed("p")
    assert spool.line_opened("p") == (True, 3)
    assert spool.line_opened("q") == (False, 1)


def test_a_file_that_is_no_spool_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    text = tmp_path / "text.db"
    text.write_text("no database at all, but long enough to look at" * 40)
    for path in (other, text):
        with pytest.raises(SpoolError) as refused:
            Spool(path, lambda: "t")
        assert refused.value.code == "spool.not-ours"


def test_two_workers_never_print_on_one_printer(spool: Spool, tmp_path: Path) -> None:
    with spool.lock("p"):
        with Spool(spool.path, lambda: "t") as other, pytest.raises(SpoolError), other.lock("p"):
            pytest.fail("the lock was given twice")
        with spool.lock("q"):
            pass
    with spool.lock("p"):
        pass


@pytest.mark.parametrize(
    "wrong",
    [{"key": ""}, {"serial": ""}, {"payload": b""}, {"attempt": 0}, {"key": "x" * 201}],
)
def test_an_impossible_item_does_not_exist(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"key": "k", "serial": "s", "payload": b"p", "attempt": 1}
    with pytest.raises(SpoolError):
        PrintItem(**{**good, **wrong})  # type: ignore[arg-type]  # wrong values are the point


class SpoolMachine(RuleBasedStateMachine):
    """Any order of acts, restarts included: no label is ever claimed twice."""

    def __init__(self) -> None:
        super().__init__()
        self.spool = Spool(Path(":memory:"), lambda: "t")
        self.spool.add_job("j", "p", [item(n) for n in range(12)])
        self.claimed: list[int] = []

    @rule()
    def claim(self) -> None:
        if (label := self.spool.claim("j", wire)) is not None:
            assert label.number not in self.claimed
            self.claimed.append(label.number)

    @rule(to=st.sampled_from(["sent", "confirmed"]))
    def advance(self, to: State) -> None:
        was: State = "sending" if to == "sent" else "sent"
        for label in self.spool.labels("j"):
            if label.state == was:
                self.spool.move(label.number, (was,), to)
                return

    @rule()
    def restart(self) -> None:
        self.spool.doubt_unfinished("p")

    @rule(n=st.integers(0, 11))
    def scan(self, n: int) -> None:
        state = self.spool.labels("j")[n].state
        if state in ("in_doubt", "confirmed"):
            self.spool.resolve("j", str(n))
            assert self.spool.counts("j")["in_doubt"] == 0

    @rule()
    def cancel(self) -> None:
        self.spool.cancel("j")

    @invariant()
    def every_label_is_accounted_for(self) -> None:
        assert sum(self.spool.counts("j").values()) == 12
        untouched = {label.number for label in self.spool.labels("j")} - set(self.claimed)
        assert all(
            label.state in ("queued", "cancelled")
            for label in self.spool.labels("j")
            if label.number in untouched
        )

    def teardown(self) -> None:
        self.spool.close()


TestSpoolMachine = SpoolMachine.TestCase
TestSpoolMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
