"""The set-up file: who, where, what, certificates and instruments, as registry drafts.

One JSON object: `party` {code, kind, name, ...}; `partners` (other parties of the same form);
`sites`, `items`, `products`, `certificates`, `instruments`, each a list of objects with the field
names of format v1. People may write `net_content` as "500 g", a GTIN with 8, 12, 13 or 14 digits,
days as 2026-05-10 or 10/05/2026, and the `subject` of a certificate as a GTIN, a site code or a
party code of the same file. An empty text means that the field is absent.
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Final

from api.intake.jsonl import body_problems, parse_object
from api.intake.problems import IntakeError, IntakeProblem, SetupRefused
from api.intake.setup_values import Names, day, gtin, net_content, subject
from api.intake.table import decode
from ledger.domain.drafts import Draft, DraftError
from ledger.domain.errors import DomainError
from ledger.verify.shapes import BODIES

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_OF_A_KIND: Final = 2_000
REGISTRAR: Final = "LEDGER"  # who registers parties

_LISTS: Final = {
    "partners": "party-registered",
    "sites": "site-registered",
    "items": "item-registered",
    "products": "product-registered",
    "instruments": "instrument-registered",
    "certificates": "certificate-recorded",
}
_KEYS: Final = ("party", *_LISTS)
_VERIFICATION: Final = ("verified_on", "valid_to", "body")


def read_setup(raw: bytes, time: str) -> list[Draft]:
    """Return the registry drafts of a set-up file, in an order that the ledger can take.

    `time` (RFC 3339 with offset) becomes the time of every draft. Parties are registered by
    LEDGER, all else by the party of the file. At most 2 MiB and 2,000 objects of a kind.
    IntakeError when it is no JSON object; SetupRefused with every problem when it is.
    """
    text = decode(raw, MOST_BYTES)
    value = parse_object(text)
    if value is None:
        raise IntakeError("not-json", line=_broken_line(text))
    reader = _Reader(value, time)
    drafts = reader.drafts()
    if reader.problems:
        raise SetupRefused(tuple(dict.fromkeys(reader.problems)))
    return drafts


class _Reader:
    """One file under reading; `problems` grows."""

    def __init__(self, value: dict[str, Any], time: str) -> None:
        self.value = value
        self.time = time
        self.problems: list[IntakeProblem] = []
        self._unknown_keys(value, _KEYS, "")
        head = value.get("party")
        self.head = _present(head) if isinstance(head, dict) else {}
        if not self.head:
            self.problems.append(
                IntakeProblem.of(
                    "key-missing",
                    "party",
                    expected="an object with code, kind and name",
                    expected_vi="đối tượng có code, kind và name",
                )
            )
        self.party = str(self.head.get("code", ""))
        self.lists = {name: self._objects(name) for name in _LISTS}
        self.names = Names(
            self.party,
            frozenset({self.party} | {str(one.get("code")) for one in self.lists["partners"]}),
            frozenset(str(one.get("code")) for one in self.lists["sites"]),
            frozenset(
                number
                for one in self.lists["products"]
                if isinstance(number := _tried(gtin, one.get("gtin")), str)
            ),
        )

    def drafts(self) -> list[Draft]:
        """Every draft that could be made; the problems say what could not."""
        found: list[Draft | None] = []
        if self.head:
            found.append(self._draft("party-registered", REGISTRAR, self.head, "party"))
        for name, kind in _LISTS.items():
            self._repeated(name)
            who = REGISTRAR if name == "partners" else self.party
            for at, one in enumerate(self.lists[name]):
                where = f"{name}[{at}]"
                if name == "instruments":
                    found += self._instrument(one, where)
                else:
                    found.append(self._draft(kind, who, one, where))
        return [draft for draft in found if draft is not None]

    def _instrument(self, one: dict[str, Any], where: str) -> list[Draft | None]:
        """A registration, and a verification when the object has anything of one."""
        about = {key: value for key, value in one.items() if key not in _VERIFICATION}
        drafts = [self._draft("instrument-registered", self.party, about, where)]
        verified: dict[str, Any] = {key: one[key] for key in _VERIFICATION if key in one}
        if verified:
            body = {**verified, "code": one.get("code")}
            drafts.append(self._draft("instrument-verified", self.party, body, where))
        return drafts

    def _draft(self, kind: str, who: str, one: dict[str, Any], where: str) -> Draft | None:
        before = len(self.problems)
        self._unknown_keys(one, tuple(BODIES[kind].fields), where)
        body = {
            key: self._value(key, value, where)
            for key, value in one.items()
            if key in BODIES[kind].fields
        }
        self._days_in_order(body, where)
        if len(self.problems) > before:
            return None
        try:
            draft = Draft(kind, who, self.time, body)
        except DraftError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, where))
            return None
        faults = body_problems(draft)
        self.problems += [
            IntakeProblem(one.code, f"{where}.{one.column}", one.en, one.vi) for one in faults
        ]
        return None if faults else draft

    def _value(self, key: str, value: Any, where: str) -> Any:
        """The value as the ledger writes it; a problem and the value itself when it cannot be."""
        reader = _READERS.get(key)
        path = f"{where}.{key}"
        if key == "subject" and isinstance(value, str):
            found = subject(value, self.names)
            if found is None:
                self.problems.append(IntakeProblem.of("subject-unknown", path, found=value))
            return found or value
        if reader is None or not isinstance(value, str):
            return value
        try:
            return reader(value)
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, path))
            return value

    def _days_in_order(self, body: dict[str, Any], where: str) -> None:
        first, last = body.get("valid_from", body.get("verified_on")), body.get("valid_to")
        if _is_day(first) and _is_day(last) and str(first) > str(last):
            self.problems.append(IntakeProblem.of("days-reversed", where, first=first, last=last))

    def _objects(self, name: str) -> list[dict[str, Any]]:
        found = self.value.get(name, [])
        right = isinstance(found, list) and len(found) <= MOST_OF_A_KIND
        if not right or not all(isinstance(one, dict) for one in found):
            self.problems.append(
                IntakeProblem.of(
                    "field-wrong",
                    name,
                    found=found,
                    expected=f"a list of at most {MOST_OF_A_KIND} objects",
                    expected_vi=f"danh sách tối đa {MOST_OF_A_KIND} đối tượng",
                )
            )
            return []
        return [_present(one) for one in found]

    def _repeated(self, name: str) -> None:
        key = {"products": "gtin", "certificates": "number"}.get(name, "code")
        seen = {repr(self.party)} if name == "partners" else set()
        for one in self.lists[name]:
            # The same paper may cover several sites.
            what = (one.get(key), one.get("subject")) if name == "certificates" else one.get(key)
            if repr(what) in seen:
                self.problems.append(IntakeProblem.of("repeated", name, found=one.get(key)))
            seen.add(repr(what))

    def _unknown_keys(self, one: dict[str, Any], known: tuple[str, ...], where: str) -> None:
        for key in one:
            if key not in known:
                self.problems.append(
                    IntakeProblem.of(
                        "key-unknown", where or None, found=key, known=", ".join(known)
                    )
                )


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "gtin": gtin,
    "net_content": net_content,
    "valid_from": day,
    "valid_to": day,
    "verified_on": day,
}


def _present(one: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something: an empty text, list or null means absent."""
    return {key: value for key, value in one.items() if value not in ("", None)}


def _tried(reader: Callable[[str], Any], value: Any) -> Any:
    try:
        return reader(value)
    except DomainError:
        return None


def _is_day(value: object) -> bool:
    try:
        dt.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _broken_line(text: str) -> int:
    """The line at which the JSON text stops making sense; 1 when it is no object at all."""
    try:
        json.loads(text)
    except json.JSONDecodeError as broken:
        return broken.lineno
    except (ValueError, RecursionError):
        return 1
    return 1
