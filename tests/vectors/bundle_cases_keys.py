"""The cases of bundle format v2 about keys, journals and whose goods they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from ledger.signing import Signer
from ledger.verify.bundle import LotBundle
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.trust import Trust
from tests.ledger_story import GROWER, GTIN, PACKER, ROOT, SIGNERS, kg, lot, signer_of
from tests.tampering.forgery import Desk
from tests.tampering.indexed import Whole, indexed
from tests.vectors.bundle_cases_v2 import Case, kind_of

_LOT: Lot = (f"{GROWER}/qua", "Q1")
_PRODUCT: Lot = (GTIN, "P9")
_ADMIN, _STATION = SIGNERS[GROWER, "admin"], SIGNERS[GROWER, "station"]
_SECOND = signer_of(f"{GROWER} second station")


def _desk() -> Desk:
    desk = Desk()
    desk.enrol(GROWER)
    return desk


def _harvest(
    desk: Desk,
    by: Signer = _STATION,
    *,
    code: str = "Q1",
    day: str = "2026-09-02",
    party: str = GROWER,
) -> str:
    body = {"lot": lot(_LOT[0], code), "quantity": kg("5"), "site": "VT-1"}
    return desk.add(by, "harvested", body, party=party, time=day)


def _ended(
    desk: Desk, kind: str, by: Signer = _ADMIN, keyid: bytes = _STATION.keyid, **more: int
) -> None:
    body = {"keyid": keyid.hex(), "reason": "key-stolen" if more else "replaced", **more}
    party = "LEDGER" if by.keyid in _ROOTS else GROWER
    desk.add(by, kind, body, party=party, time="2026-09-05")


_ROOTS = {one.keyid for one in (ROOT, signer_of("root 2"))}


def _whole(desk: Desk, hidden: Iterable[str] = (), of: Lot = _LOT) -> LotBundle:
    """Everything of a small ledger and its index, but for statements of some types."""
    ledger = Whole(indexed(desk.entries))
    kept = [at for at, raw in enumerate(desk.entries) if kind_of(raw) not in hidden]
    return ledger.bundle(kept, of)


def _required(desk: Desk) -> Trust:
    return replace(desk.trust, index_required=True)


def _retired_before() -> Desk:
    desk = _desk()
    _harvest(desk)
    _ended(desk, "key-retired")
    desk.enrol_key(_ADMIN, _SECOND, GROWER, "station", by=GROWER, tag="A7")
    body = {"lot": lot(*_LOT), "result": "pass"}
    desk.add(_SECOND, "tested", body, time="2026-09-06", links=[_id_of(desk, "harvested")])
    return desk


def _id_of(desk: Desk, kind: str) -> str:
    return next(parse_entry(raw).id.hex() for raw in desk.entries if kind_of(raw) == kind)


def _used_after_end() -> Desk:
    desk = _desk()
    _ended(desk, "key-retired")
    _harvest(desk)
    return desk


def _stolen(*, reattested: bool = False) -> Desk:
    desk = _desk()
    good = desk.size
    harvest = _harvest(desk)
    _ended(desk, "key-compromised", last_good=good)
    if reattested:
        desk.add(_ADMIN, "reattested", {"entries": [harvest]}, time="2026-09-06")
    return desk


def _threshold(votes: int) -> Desk:
    roots = [ROOT, signer_of("root 2")]
    desk = Desk(roots, threshold=2)
    for root in roots:
        body = {"code": GROWER, "kind": "cooperative", "name": f"Cơ sở {GROWER}"}
        desk.add(root, "party-registered", body, party="LEDGER")
    for root in roots[:votes]:
        desk.enrol_key(root, _ADMIN, GROWER, "admin", by="LEDGER")
    desk.enrol_key(_ADMIN, _STATION, GROWER, "station", by=GROWER, tag="A1")
    _harvest(desk)
    return desk


def _ended_by_two() -> Desk:
    desk = _threshold(2)
    for root in (ROOT, signer_of("root 2")):
        _ended(desk, "key-retired", by=root)
    return desk


def _second_vote_hidden() -> LotBundle:
    """Of the two roots' words that end a key one is left out, so it does not count."""
    desk = _ended_by_two()
    last = max(at for at, raw in enumerate(desk.entries) if kind_of(raw) == "key-retired")
    return Whole(indexed(desk.entries)).bundle([at for at in range(desk.size) if at != last], _LOT)


def _swapped() -> Desk:
    """The enrolment of a station names the thief's key, with the proof of the true one."""
    desk = Desk()
    body = {"code": GROWER, "kind": "cooperative", "name": f"Cơ sở {GROWER}"}
    desk.add(ROOT, "party-registered", body, party="LEDGER")
    desk.enrol_key(ROOT, _ADMIN, GROWER, "admin", by="LEDGER")
    other = Desk()
    other.enrol(GROWER)
    enrolled = [
        json.loads(_payload(raw)) for raw in other.entries if kind_of(raw) == "key-enrolled"
    ]
    body = {**enrolled[-1]["body"], "key": _SECOND.public.hex()}
    desk.add(_ADMIN, "key-enrolled", body)
    _harvest(desk, _SECOND)
    return desk


def _payload(raw: bytes) -> bytes:
    return parse_entry(raw).payload


def _unauthorised() -> Desk:
    """A station enrols another key of its party."""
    desk = _desk()
    desk.enrol_key(_STATION, _SECOND, GROWER, "station", by=GROWER, tag="A7")
    _harvest(desk)
    return desk


def _replayed() -> Desk:
    """The very bytes of a statement sealed a second time."""
    desk = _desk()
    _harvest(desk)
    desk.replay(-1)
    return desk


def _by_other_party() -> Desk:
    """Another party says the same in its own name."""
    desk = _desk()
    desk.enrol(PACKER, "company", tag="B1")
    _harvest(desk)
    _harvest(desk, SIGNERS[PACKER, "station"], party=PACKER)
    return desk


def _backdated() -> Desk:
    desk = _desk()
    _harvest(desk, day="2026-09-20")
    _harvest(desk, day="2026-09-01")
    return desk


def _papers(*, withdrawn: bool = True) -> Desk:
    desk = _desk()
    admin = SIGNERS[GROWER, "admin"]
    paper = {
        "kind": "ocop",
        "number": "9/QĐ-UBND",
        "issuer": "UBND tỉnh",
        "subject": f"product:{GTIN}",
        "valid_from": "2026-01-01",
        "valid_to": "2028-12-31",
        "stars": 4,
    }
    desk.add(admin, "product-registered", {"gtin": GTIN, "name": "Chè hộp"})
    desk.add(admin, "certificate-recorded", paper)
    if withdrawn:
        gone = {"number": paper["number"], "subject": paper["subject"], "reason": "authority-order"}
        desk.add(admin, "certificate-withdrawn", gone, time="2026-08-20")
    harvest = _harvest(desk)
    used = [{"lot": lot(*_LOT), "quantity": kg("5")}]
    body = {"lot": lot(*_PRODUCT), "site": "VT-1", "inputs": used, "packs": 50}
    desk.add(_STATION, "packed", body, time="2026-09-03", links=[harvest])
    return desk


def _disputed() -> Desk:
    desk = _desk()
    harvest = _harvest(desk)
    body = {"entry": harvest, "lots": [lot(*_LOT)], "reason": "in-doubt"}
    desk.add(_ADMIN, "disputed", body, time="2026-09-04", links=[harvest])
    return desk


def key_cases() -> dict[str, Case]:
    """Name -> case."""
    operator = "The operator of the log, or whoever hands out bundles."
    thief = "Whoever stole a station's key, with an operator who seals anything."

    def case(what: str, who: str, desk: Desk, *hidden: str, of: Lot = _LOT) -> Case:
        return Case(what, who, _whole(desk, hidden, of), _required(desk))

    return {
        "key_retired_after_use": case(
            "A station's key retired after it signed, its successor went on.", "", _retired_before()
        ),
        "key_end_hidden_fail": case(
            "The end of the key that signed left out, all proofs made anew.",
            operator,
            _retired_before_hidden(),
            "key-retired",
        ),
        "key_compromise_hidden_fail": case(
            "The word that a key was stolen left out, so that nothing looks disputed.",
            operator,
            _stolen(),
            "key-compromised",
        ),
        "key_ended_then_used_fail": case(
            "A key that was retired signs again, sealed.", thief, _used_after_end()
        ),
        "key_stolen_disputed": case(
            "Signed after the last good checkpoint of a stolen key: verified, with the finding "
            "disputed-key.",
            "",
            _stolen(),
        ),
        "key_stolen_reattested": case(
            "The same, and the party's admin vouched for it since.", "", _stolen(reattested=True)
        ),
        "fact_disputed": case(
            "The party disputes a statement of its own: verified, with a finding.", "", _disputed()
        ),
        "roots_two_of_two": case(
            "A ledger opened with two roots, both needed, and both said it.", "", _threshold(2)
        ),
        "roots_one_of_two_fail": case(
            "One of two roots alone lets a key in.",
            "Whoever holds one root key.",
            _threshold(1),
        ),
        "roots_vote_hidden_fail": Case(
            "One of the two roots' words that ended a key left out, so that it did not end.",
            operator,
            _second_vote_hidden(),
            _required(_ended_by_two()),
        ),
        "key_swapped_fail": case(
            "A station's enrolment names another key, with the proof of the true one.",
            "A manager who lets somebody else's key in.",
            _swapped(),
        ),
        "enrolment_unauthorised_fail": case(
            "A station enrols another key.", thief, _unauthorised()
        ),
        "entry_replayed_fail": case(
            "The bytes of a true statement sealed a second time.", operator, _replayed()
        ),
        "replayed_by_other_party_fail": case(
            "Another party says the same of the same goods in its own name.",
            "A party that wants to have grown them.",
            _by_other_party(),
        ),
        "backdated": case(
            "More harvested into the lot, dated three weeks back: verified, for it is what was signed, with the finding "
            "recorded-late, since its signer had seen later ones.",
            "A station that wants to look earlier.",
            _backdated(),
        ),
        "certificate_withdrawn": case(
            "The recognition was withdrawn before packing: verified, with the finding stars-expired.",
            "",
            _papers(),
            of=_PRODUCT,
        ),
        "certificate_withdrawal_hidden_fail": case(
            "The withdrawal left out, all proofs made anew.",
            operator,
            _papers(),
            "certificate-withdrawn",
            of=_PRODUCT,
        ),
    }


def _retired_before_hidden() -> Desk:
    desk = _desk()
    _harvest(desk)
    _ended(desk, "key-retired")
    return desk
