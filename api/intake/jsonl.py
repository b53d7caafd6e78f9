"""JSON Lines: one draft per line, for programs that write diaries.

    {"type": "harvested", "time": "2026-09-07T09:06:00+07:00", "body": {...}, "note": "..."}

`type` and `body` are those of format v1 (docs/format.md), decimals as text. `time` is RFC 3339 with
offset. `party` may be left out; when given it is the party of this station, or LEDGER for
party-registered. `note` is free text and stays private; a body may not carry one.

As in a diary, labels-issued has a body of lot and count (and template) only, and a correction has no
`corrects`: the caller adds both. Statements about keys and about printed labels are refused: they
are made by the commands that hold the key or the printer.
"""

import datetime as dt
import json
import unicodedata
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from api.intake.known import Known
from api.intake.mentions import unregistered
from api.intake.problems import IntakeError, IntakeProblem
from api.intake.rows import Row
from api.intake.table import MOST_ROWS, decode
from api.intake.times import future
from ledger.domain.drafts import LONGEST_PRIVATE, Draft, DraftError
from ledger.verify.shapes import BODIES

LONGEST_LINE: Final = 65_536  # bytes, the most that a payload may have
DEEPEST: Final = 16  # levels; a body has five, and copying a very deep one would overflow the stack

_BY_COMMAND_ONLY: Final = frozenset(
    {
        "ledger-opened",
        "key-enrolled",
        "key-retired",
        "key-compromised",
        "reattested",
        "index-committed",
        "labels-printed",
        "labels-voided",
        "labels-reprinted",
    }
)
TYPES: Final = (*(name for name in BODIES if name not in _BY_COMMAND_ONLY), "corrected")

_KEYS: Final = ("type", "time", "party", "body", "note")
_FILLED_IN: Final = {"labels-issued": ("tag", "first"), "corrected": ("corrects",)}


def read_jsonl(raw: bytes, party: str, known: Known, now: dt.datetime) -> Iterator[Row]:
    """Yield a Row for every line, blank ones too. Bounds and `known` as for `read_diary`.

    IntakeError, raised by the call itself, when the file is no UTF-8 text, over 20 MiB or over
    100,000 lines. A line has at most 65,536 bytes.
    """
    lines = decode(raw).split("\n")
    if len(lines) > MOST_ROWS + 1:
        raise IntakeError("too-many-rows", most=MOST_ROWS)
    return (_row(at, line, party, known, now) for at, line in enumerate(lines, 1))


def _row(number: int, line: str, party: str, known: Known, now: dt.datetime) -> Row:
    source = line.strip()
    if not source:
        return Row(number, None, (), "")
    found = _judge(source, party, known, now)
    if isinstance(found, Draft):
        return Row(number, found, (), source[:300])
    return Row(number, None, tuple(dict.fromkeys(found)), source[:300])


def _judge(line: str, party: str, known: Known, now: dt.datetime) -> Draft | list[IntakeProblem]:
    size = len(line.encode("utf-8"))
    if size > LONGEST_LINE:
        return [IntakeProblem.of("line-too-long", found=size, most=LONGEST_LINE)]
    value = parse_object(line)
    if value is None:
        return [IntakeProblem.of("json-line")]
    problems = [
        IntakeProblem.of("key-unknown", found=key, known=", ".join(_KEYS))
        for key in value
        if key not in _KEYS
    ]
    problems += _fields(value, party, now)
    if problems:
        return problems
    note = value.get("note")
    private = {} if note is None else {"note": note}
    try:
        draft = Draft(
            value["type"], value.get("party", party), value["time"], value["body"], private
        )
    except DraftError as refusal:
        return [IntakeProblem.refused(refusal)]
    return body_problems(draft) or unregistered(draft, known) or draft


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object in `text` with all its text in NFC; None when it is none.

    A key given twice, NaN and a half character are refused: readers would disagree about them.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        if not isinstance(value, dict) or _deeper_than(value, DEEPEST):
            return None
        whole = json.dumps(value, ensure_ascii=False)
        whole.encode("utf-8")
        # Escapes can hide text that was not in NFC when the file was read.
        if unicodedata.is_normalized("NFC", whole):
            return value
        again: dict[str, Any] = json.loads(
            unicodedata.normalize("NFC", whole), object_pairs_hook=_unique
        )
    except (ValueError, RecursionError):
        return None
    return again


def body_problems(draft: Draft) -> list[IntakeProblem]:
    """Every field of the body that format v1 does not allow or lacks."""
    problems = []
    for path, found, kind in draft.faults():
        english, vietnamese = kind.expected
        problems.append(
            IntakeProblem.of(
                "field-wrong", path, found=found, expected=english, expected_vi=vietnamese
            )
        )
    problems += [
        IntakeProblem.of(
            "field-wrong",
            name,
            found=draft.body[name],
            expected="nothing, since the station fills it in",
            expected_vi="để trống vì trạm tự điền",
        )
        for name in _FILLED_IN.get(draft.type, ())
        if name in draft.body
    ]
    return problems


def _fields(value: dict[str, Any], party: str, now: dt.datetime) -> list[IntakeProblem]:
    """Problems of the fields around the body."""
    problems: list[IntakeProblem] = []
    for key, kind, english, vietnamese in (
        ("type", str, "a type of format v1", "một loại của định dạng v1"),
        ("time", str, "a time such as 2026-09-07T09:06:00+07:00", "thời điểm RFC 3339"),
        ("body", dict, "an object", "một đối tượng"),
    ):
        if not isinstance(value.get(key), kind):
            problems.append(
                IntakeProblem.of("key-missing", key, expected=english, expected_vi=vietnamese)
            )
    of = value.get("type")
    if isinstance(of, str) and of not in TYPES:
        problems.append(IntakeProblem.of("type-not-here", "type", found=of, known=", ".join(TYPES)))
    who = value.get("party", party)
    if who != party and not (who == "LEDGER" and of == "party-registered"):
        problems.append(IntakeProblem.of("party-other", "party", found=who, expected=party))
    problems += _time_problems(value.get("time"), now)
    note = value.get("note")
    if note is not None and not (isinstance(note, str) and 1 <= len(note) <= LONGEST_PRIVATE):
        problems.append(
            IntakeProblem.of(
                "field-wrong",
                "note",
                found=note,
                expected=f"a text of 1 to {LONGEST_PRIVATE} characters",
                expected_vi=f"dòng chữ từ 1 đến {LONGEST_PRIVATE} ký tự",
            )
        )
    elif note is not None and of in BODIES and "note" not in BODIES[str(of)].fields:
        problems.append(IntakeProblem.of("no-note", "note", found=of))
    return problems


def _time_problems(time: object, now: dt.datetime) -> list[IntakeProblem]:
    if not isinstance(time, str):
        return []
    try:
        moment = dt.datetime.fromisoformat(time)
    except ValueError:
        return []  # Draft refuses it with its own sentence
    if moment.tzinfo is None:
        return []
    problem = future(moment, time, "time", now)
    return [] if problem is None else [problem]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _deeper_than(value: object, most: int) -> bool:
    """Whether lists and objects are nested more than `most` deep; does not recurse itself."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(one, dict | list) for one in level)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
