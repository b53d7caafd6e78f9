"""Every finding is made by the story that deserves it, worded in both languages; clean gives none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.projections.facts import lot_facts
from ledger.verify.entry import parse_entry
from ledger.verify.findings import FINDINGS, REASONS, Finding
from ledger.verify.graph import lots_about, lots_named
from ledger.verify.history import History, Located
from ledger.verify.lots import LotGraph
from ledger.verify.rules.standing import lot_findings, lot_status
from ledger.verify.shapes import REASON
from tests.ledger_story import GROWER, GTIN, NOW, SIGNERS, amount, kg, lot
from tests.tampering.forgery import Desk

STATION, ADMIN = SIGNERS[GROWER, "station"], SIGNERS[GROWER, "admin"]
RAW, MADE = f"{GROWER}/qua", f"{GROWER}/bot"
Q1, B1, P1 = (RAW, "Q1"), (MADE, "B1"), (GTIN, "P1")


class Farm(Desk):
    """One party with a site, two items, a product and a verified scale; it writes anything."""

    def __init__(self) -> None:
        super().__init__()
        self.newest: dict[tuple[str, str], str] = {}
        self.enrol(GROWER)
        for code in ("VT-1", "XUONG"):
            self.tell("site-registered", {"code": code, "kind": "other", "name": code})
        self.tell("item-registered", {"code": "qua", "name": "Quả"})
        self.tell("item-registered", {"code": "bot", "name": "Bột"})
        net = {"value": "100", "unit": "g"}
        self.tell("product-registered", {"gtin": GTIN, "name": "Bột 100 g", "net_content": net})
        self.tell("instrument-registered", {"code": "CAN-1", "kind": "cân"})
        days = {"verified_on": "2026-01-01", "valid_to": "2026-12-31"}
        self.tell("instrument-verified", {"code": "CAN-1", **days})

    def tell(self, kind: str, body: dict[str, Any], **more: Any) -> str:
        """Sign with the admin key."""
        return self.add(ADMIN, kind, body, **more)

    def goods(self, kind: str, day: str, body: dict[str, Any], **more: Any) -> str:
        """Sign with the station key, on a day such as 08-05."""
        lots = lots_named(kind, body)
        links = dict.fromkeys(
            [*more.pop("links", ()), *(self.newest[x] for x in lots if x in self.newest)]
        )
        more = {
            "time": f"2026-{day}",
            "links": [] if more.pop("unlinked", False) else list(links),
            **more,
        }
        made = self.add(STATION, kind, body, **more)
        self.newest.update(dict.fromkeys(lots_about(kind, body), made))
        return made

    def harvest(self, day: str = "08-05", value: str = "10", code: str = "Q1", **more: Any) -> str:
        body = {"lot": lot(RAW, code), "quantity": kg(value), "site": "VT-1", **more}
        return self.goods("harvested", day, body)

    def process(self, day: str = "08-06", into: str = "10", out: str = "8", **more: Any) -> str:
        inputs, outputs = [amount(RAW, "Q1", into)], [amount(MADE, "B1", out)]
        body = {"site": "XUONG", "inputs": inputs, "outputs": outputs, **more}
        return self.goods("processed", day, body)

    def pack(self, day: str = "08-07", value: str = "8", packs: int = 80, **more: Any) -> str:
        body = {"lot": lot(*P1), "site": "XUONG", "inputs": [amount(MADE, "B1", value)]}
        return self.goods("packed", day, {**body, "packs": packs, **more})

    def labels(self, first: int, count: int, day: str = "08-08") -> str:
        body = {"lot": lot(*P1), "tag": "A1", "first": first, "count": count}
        return self.goods("labels-issued", day, body)

    def ship(self, of: tuple[str, str] = P1, day: str = "08-09", value: str = "80") -> str:
        quantity = {"value": value, "unit": "pack"} if of == P1 else kg(value)
        body = {"lot": lot(*of), "quantity": quantity, "site": "XUONG"}
        return self.goods("shipped", day, body)

    def certificate(self, kind: str, subject: str, until: str) -> None:
        body = {"kind": kind, "number": f"{kind}/1", "issuer": "UBND", "subject": subject}
        days = {"valid_from": "2023-01-01", "valid_to": until}
        self.tell("certificate-recorded", {**body, **days, "stars": 4})

    def findings(self, *lots: tuple[str, str]) -> list[Finding]:
        """Findings of these lots, after every entry was admitted in order."""
        graph, history = self.folded()
        disputed = history.keys.disputed()
        return [
            found
            for one in lots or (Q1, B1, P1)
            for found in lot_findings(graph, history.registry, one, disputed=disputed, now=NOW)
        ]

    def folded(self) -> tuple[LotGraph, History]:
        """The graph and the history of all entries."""
        known: dict[str, tuple[str, str]] = {}
        history, located = History(known.get, self.trust.roots), list[Located]()
        for index, raw in enumerate(self.entries):
            located.append(history.admit(index, parse_entry(raw)))
            known[located[-1].id] = located[-1].statement.type, located[-1].statement.party
        return LotGraph(located), history


def whole(farm: Farm) -> None:
    """A clean chain from harvest to shipping."""
    farm.harvest(instrument="CAN-1")
    farm.process()
    farm.pack(expiry="2028-01-01")
    farm.labels(1, 80)
    farm.ship()


def _overdrawn(farm: Farm) -> None:
    farm.harvest(value="10")
    farm.process(into="10.001")


def _received_more(farm: Farm) -> None:
    farm.harvest(value="10")
    farm.goods("received", "08-06", {"lot": lot(*Q1), "quantity": kg("11"), "site": "XUONG"})


def _packed(farm: Farm, **more: Any) -> None:
    farm.harvest()
    farm.process()
    farm.pack(**more)


def _labels(farm: Farm, *ranges: tuple[int, int]) -> None:
    _packed(farm)
    for first, count in ranges:
        farm.labels(first, count)


def _ship(farm: Farm, of: tuple[str, str], value: str) -> None:
    _packed(farm)
    farm.ship(of, value=value)


def _before(farm: Farm) -> None:
    farm.harvest("08-06")
    farm.process("08-05")


def _stopped(farm: Farm, kind: str, *, moved: bool = False, closed: bool = False) -> None:
    whole(farm)
    order: dict[str, Any] = {"lots": [lot(*P1)], "reason": "in-doubt"}
    if kind == "recalled":
        order["reach"] = "lots"
    stop = farm.goods(kind, "08-10", order)
    if moved:
        body = {"lot": lot(*P1), "quantity": {"value": "1", "unit": "pack"}}
        farm.goods("sold", "08-11", body)
    if closed:
        end = "released" if kind == "held" else "recall-closed"
        lifted = {"lots": [lot(*P1)], "reason": "other", "ends": stop}
        farm.goods(end, "08-12", lifted, links=[stop])


def _recalled_input(farm: Farm) -> None:
    whole(farm)
    body = {"lots": [lot(*Q1)], "reach": "descendants", "reason": "contamination"}
    farm.goods("recalled", "08-10", body)


def _certified(farm: Farm, kind: str, subject: str) -> None:
    farm.certificate(kind, subject, "2026-08-04")
    whole(farm)


def _withdrawn(farm: Farm) -> None:
    farm.certificate("vietgap", f"party:{GROWER}", "2030-01-01")
    body = {"number": "vietgap/1", "subject": f"party:{GROWER}", "reason": "other"}
    farm.tell("certificate-withdrawn", body)
    whole(farm)


def _scale(farm: Farm, day: str, code: str) -> None:
    farm.harvest(day, instrument=code)


def _sprayed(farm: Farm) -> None:
    body = {"site": "VT-1", "activity": "spraying", "interval_days": 7}
    farm.goods("field-work-recorded", "08-01", body)
    farm.harvest("08-07")


def _seen(farm: Farm, kind: str) -> None:
    farm.harvest()
    farm.goods(kind, "08-06", {"lot": lot(*Q1), "result": "fail"})


def _late(farm: Farm) -> None:
    farm.harvest("09-10", code="Q9")
    farm.harvest("09-01")


def _future(farm: Farm) -> None:
    farm.goods("harvested", "x", _harvest_body(), time="2027-01-01")


def _harvest_body() -> dict[str, Any]:
    return {"lot": lot(*Q1), "quantity": kg("10"), "site": "VT-1"}


def _disputed_key(farm: Farm) -> None:
    farm.harvest()
    body = {"keyid": STATION.keyid.hex(), "last_good": 5, "reason": "key-stolen"}
    farm.tell("key-compromised", body)


def _disputed_fact(farm: Farm) -> None:
    entry = farm.harvest()
    body = {"entry": entry, "lots": [lot(*Q1)], "reason": "in-doubt"}
    farm.goods("disputed", "08-06", body, links=[entry])


def _corrected(farm: Farm) -> None:
    entry = farm.harvest()
    body = {"corrects": entry, "of": "harvested", "reason": "typing-error"}
    farm.goods("corrected", "08-05", {**body, "body": _harvest_body()}, links=[entry])


def _made(farm: Farm, **more: Any) -> None:
    farm.harvest()
    farm.process(**more)


def _without_origin(farm: Farm) -> None:
    farm.process()


def _scale_too_early(farm: Farm) -> None:
    body = {**_harvest_body(), "instrument": "CAN-1"}
    farm.goods("harvested", "x", body, time="2025-12-31")


def _unlinked(farm: Farm) -> None:
    farm.harvest()
    body = {"lot": lot(*Q1), "quantity": kg("9"), "site": "XUONG"}
    farm.goods("received", "08-06", body, unlinked=True)


def _elsewhere(farm: Farm) -> None:
    farm.goods("harvested", "08-05", {**_harvest_body(), "site": "LA-CHO"})


STORIES: list[tuple[str, Callable[[Farm], None], tuple[str, str]]] = [
    ("more-out-than-in", lambda f: _made(f, out="10.001"), B1),
    ("more-out-than-in", lambda f: _made(f, out="8", loss=kg("2.5")), B1),
    ("more-out-than-in", _received_more, Q1),
    ("overdrawn", _overdrawn, Q1),
    ("packs-exceed-content", lambda f: _packed(f, packs=81), P1),
    ("labels-exceed-packs", lambda f: _labels(f, (1, 81)), P1),
    ("serial-reused", lambda f: _labels(f, (1, 40), (40, 40)), P1),
    ("shipped-exceeds", lambda f: _ship(f, P1, "81"), P1),
    ("shipped-exceeds", lambda f: _ship(f, B1, "8.001"), B1),
    ("not-linked", _unlinked, Q1),
    ("before-input", _before, B1),
    ("expiry-before-packing", lambda f: _packed(f, expiry="2026-08-06"), P1),
    ("moved-while-stopped", lambda f: _stopped(f, "held", moved=True), P1),
    ("moved-while-stopped", lambda f: _stopped(f, "recalled", moved=True, closed=True), P1),
    ("input-recalled", _recalled_input, P1),
    ("lot-recalled", lambda f: _stopped(f, "recalled"), P1),
    ("lot-held", lambda f: _stopped(f, "held"), P1),
    ("lot-expired", lambda f: _packed(f, expiry="2026-11-19"), P1),
    ("origin-missing", _without_origin, Q1),
    ("certificate-expired", lambda f: _certified(f, "vietgap", f"site:{GROWER}/VT-1"), Q1),
    ("certificate-expired", _withdrawn, Q1),
    ("stars-expired", lambda f: _certified(f, "ocop", f"product:{GTIN}"), P1),
    ("instrument-out", _scale_too_early, Q1),
    ("instrument-unverified", lambda f: _scale(f, "08-05", "CAN-9"), Q1),
    ("pre-harvest-interval", _sprayed, Q1),
    ("site-unknown", _elsewhere, Q1),
    ("test-failed", lambda f: _seen(f, "tested"), Q1),
    ("test-failed", lambda f: _seen(f, "inspected"), Q1),
    ("recorded-late", _late, Q1),
    ("time-in-future", _future, Q1),
    ("disputed-key", _disputed_key, Q1),
    ("disputed-fact", _disputed_fact, Q1),
    ("corrected", _corrected, Q1),
]


def test_every_finding_code_has_a_story_here() -> None:
    assert {code for code, _, _ in STORIES} == FINDINGS.keys()


@pytest.mark.parametrize(("code", "story", "of"), STORIES)
def test_the_story_gives_its_finding_worded_in_both_languages(
    code: str, story: Callable[[Farm], None], of: tuple[str, str]
) -> None:
    farm = Farm()
    story(farm)
    assert farm.audit().clean
    found = [one for one in farm.findings(of) if one.code == code]
    assert found, farm.findings()
    for one in found:
        assert one.lot == of and one.entry in {parse_entry(raw).id.hex() for raw in farm.entries}
        assert one.severity in {"error", "warning", "notice"}
        english, vietnamese = one.say("en"), one.say("vi")
        assert english != vietnamese and english.endswith(".") and vietnamese.endswith(".")
        assert not re.search(r"[{}]|None|null", english + vietnamese)
        params = dict(one.params) | {"lot": of[1]}
        for name in re.findall(r"{(\w+)}", FINDINGS[code][1]):
            if name not in {"reason", "type", "status"}:  # worded, not quoted
                assert params[name][:70] in english and params[name][:70] in vietnamese


def test_a_clean_chain_has_no_finding_and_is_active() -> None:
    farm = Farm()
    whole(farm)
    assert farm.findings() == []
    graph, _ = farm.folded()
    assert lot_status(graph, P1, NOW) == "active"


@pytest.mark.parametrize(
    ("story", "status"),
    [
        (lambda f: _stopped(f, "held"), "held"),
        (lambda f: _stopped(f, "held", closed=True), "active"),
        (lambda f: _stopped(f, "recalled"), "recalled"),
        (lambda f: _stopped(f, "recalled", closed=True), "active"),
        (_recalled_input, "recalled"),
        (lambda f: _packed(f, expiry="2026-11-19"), "expired"),
        (lambda f: _packed(f, expiry="2026-11-20"), "active"),
    ],
)
def test_the_standing_follows_stops_and_dates(story: Callable[[Farm], None], status: str) -> None:
    farm = Farm()
    story(farm)
    graph, _ = farm.folded()
    assert lot_status(graph, P1, NOW) == status


def test_edges_of_the_rules_give_no_finding() -> None:
    farm = Farm()
    body = {"site": "VT-1", "activity": "spraying", "interval_days": 4}
    farm.goods("field-work-recorded", "08-01", body)
    farm.harvest("08-05")  # the first day on which it is allowed
    farm.process(out="9.5", loss=kg("0.5"))
    farm.pack(value="9.5", packs=95)
    farm.labels(1, 50)
    farm.labels(51, 45)
    farm.ship(value="95")
    assert farm.findings() == []


def test_voided_labels_may_be_issued_anew() -> None:
    farm = Farm()
    _packed(farm)
    farm.labels(1, 80)
    void = {"lot": lot(*P1), "voided": {"tag": "A1", "ranges": [{"first": 3, "last": 4}]}}
    farm.goods("labels-voided", "08-08", {**void, "reason": "damaged"})
    farm.labels(81, 2)
    assert farm.findings() == []
    farm.labels(83, 1)
    assert [one.code for one in farm.findings()] == ["labels-exceed-packs"]


def test_every_reason_code_is_worded_in_both_languages() -> None:
    assert set(REASON.words) == REASONS.keys()
    assert all(english and vietnamese for english, vietnamese in REASONS.values())


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_at_the_end_of_the_calendar_are_judged_and_never_crash(day: str) -> None:
    """What is well formed is recorded; a rule that raised would stop every reader of the log."""
    farm = Farm()
    body = {"site": "VT-1", "activity": "spraying", "interval_days": 365}
    farm.goods("field-work-recorded", "x", body, time=day)
    farm.goods("harvested", "x", _harvest_body(), time=day)
    expected = {"9999-12-31": "time-in-future", "0001-01-01": "pre-harvest-interval"}
    assert expected[day] in {one.code for one in farm.findings(Q1)}
    assert farm.check(Q1).item == RAW


def test_amounts_at_the_end_of_the_scale_still_give_a_lots_facts() -> None:
    """A signed absurdity is shown as a finding; it must not stop the read models."""
    farm = Farm()
    net = {"value": "999999999999.999999", "unit": "t"}
    farm.tell("product-registered", {"gtin": GTIN, "name": "x", "net_content": net})
    tiny = {"lot": lot(MADE, "B1"), "quantity": {"value": "0.000001", "unit": "g"}}
    body = {"lot": lot(*P1), "site": "XUONG", "inputs": [tiny], "packs": 999_999_999}
    farm.goods("packed", "08-07", body)
    graph, history = farm.folded()
    facts = lot_facts(graph, history.registry, P1, {})
    assert facts["balance"]["yield_percent"] is None
    assert "packs-exceed-content" in {one["code"] for one in facts["findings"]}
