from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printers.dialogue.choose import dialogue_for
from printers.dialogue.condition import Condition
from printers.dialogue.escpos import EscposDialogue
from printers.dialogue.inspect import inspect
from printers.dialogue.process_id import answer_of, request_answer
from printers.dialogue.tspl import TsplDialogue
from printers.errors import AttentionError, TransportError
from printers.profile import SHIPPED, Profile
from printers.transport import open_transport
from printers.virtual import Faults, VirtualPrinter

FINE = b"\x12\x12\x12\x12"
ROUND = bytes.fromhex("100401100402100403100404")


def trouble(condition: Condition) -> str | None:
    found = condition.trouble()
    return found.code if found else None


def asked(answers: bytes) -> Condition:
    dialogue = EscposDialogue("T3", True)
    assert dialogue.question() == ROUND
    assert dialogue.hear(answers, ()) == []
    return dialogue.condition


def test_everything_is_unknown_before_an_answer_and_says_so() -> None:
    for lang in ("vi", "en"):
        said = Condition().sentences(lang)
        assert len(said) == 6
        word = "hông biết" if lang == "vi" else "unknown"
        assert all(word in sentence for sentence in said)
    assert Condition().trouble() is None


def test_a_round_of_fine_answers_is_fine_and_nothing_is_left_unknown() -> None:
    assert asked(FINE) == Condition(True, True, True, True, False, "none")
    assert not any("unknown" in sentence for sentence in asked(FINE).sentences("en"))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ("1a321272", "printer.paper-out"),
        ("12121272", "printer.paper-out"),
        ("1a161212", "printer.cover-open"),
        ("1a361272", "printer.cover-open"),
        ("1a521212", "printer.fault"),
        ("1a525212", "printer.hot"),
        ("1a521a12", "printer.cutter"),
        ("1a523212", "printer.broken"),
        ("1a121212", "printer.offline"),
        ("1a565212", "printer.cover-open"),
    ],
)
def test_each_trouble_of_the_reference_is_told_with_what_to_do(answers: str, code: str) -> None:
    found = asked(bytes.fromhex(answers)).trouble()
    assert found is not None
    assert found.code == code
    assert "; " in found.say("vi")


def test_an_open_cover_among_the_self_clearing_errors_is_not_called_hot() -> None:
    assert asked(bytes.fromhex("1a565212")).cool is None


def test_a_roll_nearly_used_up_is_known_but_stops_nothing() -> None:
    found = asked(bytes.fromhex("1212121e"))
    assert found.paper_low is True
    assert found.trouble() is None


def test_a_round_with_a_lost_answer_says_nothing_at_all() -> None:
    dialogue = EscposDialogue("T3", True)
    dialogue.question()
    assert dialogue.hear(b"\x12\x12\x12", ()) == []
    assert dialogue.condition == Condition()
    assert [dialogue.question() for _ in range(6)] == [b""] * 6
    assert dialogue.condition == Condition()


def test_a_fine_printer_that_falls_silent_becomes_unknown() -> None:
    dialogue = EscposDialogue("T3", True)
    dialogue.question()
    dialogue.hear(FINE, ())
    assert dialogue.condition.paper is True
    for _ in range(4):
        dialogue.question()
    assert dialogue.condition == Condition()
    dialogue.hear(bytes.fromhex("1a321272"), ())
    assert trouble(dialogue.condition) == "printer.paper-out"


def test_answers_to_nothing_asked_and_impossible_bits_are_odd() -> None:
    with pytest.raises(AttentionError):
        EscposDialogue("T3", True).hear(b"\x12", ())
    dialogue = EscposDialogue("T3", True)
    dialogue.question()
    with pytest.raises(AttentionError):
        dialogue.hear(b"\x12\x12\x12\x16", ())  # one of the two near-end bits


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 9))
def test_process_ids_are_heard_in_order_however_the_bytes_arrive(
    jumps: list[int], cut: int
) -> None:
    numbers = [sum(jumps[: n + 1]) for n in range(len(jumps))]
    stream = b"".join(answer_of(number) for number in numbers)
    dialogue = EscposDialogue("T3", False)
    heard: list[int] = []
    for at in range(0, len(stream), cut):
        heard += dialogue.hear(stream[at : at + cut], numbers[len(heard) :])
    assert heard == numbers


def test_an_acknowledgement_among_status_answers_is_found() -> None:
    dialogue = EscposDialogue("T3", True)
    assert dialogue.request(7) == request_answer(7)
    dialogue.question()
    assert dialogue.hear(b"\x12\x12" + answer_of(7) + b"\x12\x12", [7, 8]) == [7]
    assert dialogue.condition.paper is True


@pytest.mark.parametrize(
    "reply",
    [answer_of(2), b"\x37\x21abcd\x00", answer_of(1)[:-1] + b"\x01", b"ok", b"\x00", b"\xff"],
)
def test_anything_but_the_next_acknowledgement_is_odd(reply: bytes) -> None:
    dialogue = EscposDialogue("T3", True)
    dialogue.request(1)
    with pytest.raises(AttentionError) as odd:
        dialogue.hear(reply, [1, 2])
    assert odd.value.code == "printer.odd-reply"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_random_bytes_never_confirm_a_label_of_tier_3(noise: bytes) -> None:
    dialogue = EscposDialogue("T3", True)
    dialogue.request(3)
    dialogue.question()
    with contextlib.suppress(AttentionError):
        assert dialogue.hear(noise, [3]) == ([3] if answer_of(3) in noise else [])


def test_the_nth_paper_answer_confirms_the_nth_label_of_tier_2() -> None:
    dialogue = EscposDialogue("T2", False)
    assert dialogue.request(4) == dialogue.request(5) == b"\x1dr\x01"
    assert dialogue.hear(b"\x00", [4, 5]) == [4]
    assert dialogue.hear(b"\x03", [5]) == [5]
    assert dialogue.condition.paper_low is True
    with pytest.raises(AttentionError):
        dialogue.hear(b"\x00", [])


def test_tier_2_does_not_confirm_the_label_at_the_end_of_the_roll() -> None:
    dialogue = EscposDialogue("T2", False)
    dialogue.request(4)
    with pytest.raises(AttentionError) as out:
        dialogue.hear(b"\x0c", [4])
    assert out.value.code == "printer.paper-out"


def test_tier_2_understands_status_that_the_printer_sends_by_itself() -> None:
    dialogue = EscposDialogue("T2", False)
    dialogue.request(4)
    assert dialogue.hear(bytes.fromhex("38000c0f"), [4]) == []
    assert trouble(dialogue.condition) == "printer.cover-open"
    assert dialogue.hear(bytes.fromhex("18400c"), [4]) == []
    assert dialogue.hear(b"\x0f" + b"\x10\x00\x00\x0f" + b"\x00", [4]) == [4]
    assert dialogue.condition.trouble() is None


def test_what_an_earlier_label_told_does_not_hide_that_the_printer_fell_silent() -> None:
    dialogue = EscposDialogue("T2", True)
    dialogue.request(1)
    dialogue.question()
    assert dialogue.hear(b"\x00", [1]) == [1]
    assert dialogue.condition == Condition()


def watch(states: str, sent_after: int = 0) -> list[int]:
    """Answers to questions, one a byte; the label is sent after `sent_after` of them."""
    dialogue = TsplDialogue(True)
    waiting: list[int] = []
    done: list[int] = []
    for n, state in enumerate(bytes.fromhex(states)):
        assert dialogue.question() == b"\x1b!?"
        if n == sent_after:
            assert dialogue.request(9) == b""
            waiting = [9]
        done += dialogue.hear(bytes([state]), waiting)
        waiting = [number for number in waiting if number not in done]
    return done


@pytest.mark.parametrize(
    ("states", "done"),
    [
        ("00002000", [9]),
        ("0020202000", [9]),
        ("000000", []),
        ("0020", []),
        ("00200420000000", []),
        ("00201000", []),
        ("0004200000", []),
    ],
)
def test_a_tspl_label_counts_only_when_seen_printing_and_then_ready(
    states: str, done: list[int]
) -> None:
    assert watch(states) == done


def test_what_was_asked_before_the_label_says_nothing_about_it() -> None:
    assert watch("2000", sent_after=0) == []
    assert watch("202000", sent_after=0) == [9]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (0x01, "printer.cover-open"),
        (0x02, "printer.jam"),
        (0x04, "printer.paper-out"),
        (0x05, "printer.cover-open"),
        (0x08, "printer.ribbon"),
        (0x10, "printer.offline"),
        (0x80, "printer.fault"),
        (0x00, None),
        (0x20, None),
    ],
)
def test_each_tspl_state_is_told(state: int, code: str | None) -> None:
    dialogue = TsplDialogue(False)
    dialogue.question()
    dialogue.hear(bytes([state]), [])
    assert trouble(dialogue.condition) == code


def test_an_unasked_tspl_byte_is_odd() -> None:
    with pytest.raises(AttentionError):
        TsplDialogue(True).hear(b"\x00", [1])


@pytest.mark.parametrize("name", SHIPPED)
def test_each_profile_gets_the_conversation_that_its_tier_allows(name: str) -> None:
    profile = Profile.shipped(name)
    windows = {"T0": 0, "T1": 1, "T2": 2, "T3": 2}
    assert dialogue_for(profile, True).window == windows[profile.status_tier]
    assert dialogue_for(profile, False).window == 0
    assert dialogue_for(profile, False).question() == b""
    assert bool(dialogue_for(profile, True).question()) == (profile.realtime_status is True)


@pytest.mark.parametrize("name", ["virtual", "virtual-tspl"])
def test_inspecting_the_virtual_printer_tells_its_troubles(tmp_path: Path, name: str) -> None:
    profile = Profile.shipped(name)
    language: Literal["escpos", "tspl"] = "tspl" if profile.language == "tspl" else "escpos"
    empty, open_cover = Faults(paper_out_after=0), Faults(cover_open_after=0)
    for faults, code in ((empty, "printer.paper-out"), (open_cover, "printer.cover-open")):
        with VirtualPrinter(tmp_path / code, faults=faults, language=language) as printer:
            started = time.monotonic()
            found = inspect(open_transport(printer.address), profile)
            assert trouble(found) == code
            assert time.monotonic() - started < 2
    with VirtualPrinter(tmp_path / "fine", language=language) as printer:
        found = inspect(open_transport(printer.address), profile)
        assert found.trouble() is None
        assert found.paper is True
        unreachable = printer.address
    with pytest.raises(TransportError):
        inspect(open_transport(unreachable), profile)


def test_inspecting_a_silent_printer_ends_and_knows_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        way = open_transport(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        started = time.monotonic()
        assert inspect(way, Profile.shipped("virtual"), 0.3) == Condition()
        assert time.monotonic() - started < 5


def test_a_printer_that_cannot_be_asked_is_reached_and_stays_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        way = open_transport(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        assert inspect(way, Profile.shipped("escpos-58")) == Condition()
