"""A ledger in which there is something to hide: besides what `honest` tells, tests that failed, lots
held, recalled and disputed, corrections, papers withdrawn, keys retired and keys stolen.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.ledger_story import signer_of
from tests.tampering.forgery import BY_KEYID
from tests.tampering.layers.honest import PARTIES, Telling, founded, lot_life

_TAGS = "BCDEFGHJKMNPQRSTV"


@cache
def troubled(size: int) -> tuple[bytes, ...]:
    """`size` entries, the same at each call."""
    tell = founded()
    round_ = 0
    while tell.desk.size < size:
        party = PARTIES[round_ % len(PARTIES)]
        if round_ % 3 == 0:
            _papers(tell, party, round_)
        ids = lot_life(tell, party, round_)
        _trouble(tell, party, round_, ids)
        if round_ % 5 == 4:
            _key_ends(tell, party, round_)
        round_ += 1
    return tuple(tell.desk.entries[:size])


def _trouble(tell: Telling, party: str, number: int, ids: dict[str, str]) -> None:
    """What is said of a lot besides its life; each lot has one or two of it."""
    leaf = {"item": f"{party}/la", "code": f"L{number}"}
    dry = {"item": f"{party}/kho", "code": f"L{number}"}
    if number % 2 == 0:
        body: dict[str, Any] = {"lot": leaf, "result": "fail" if number % 4 else "pass"}
        tell.say(party, "tested", body, ids["harvested"])
    if number % 4 == 1:
        body = {"lots": [leaf], "reason": "in-doubt"}
        held = tell.say(party, "held", body, ids["harvested"])
        body = {"lots": [leaf], "reason": "customer-request", "ends": held}
        tell.say(party, "released", body, held)
    if number % 4 == 3:
        body = {"lots": [leaf], "reach": "descendants", "reason": "contamination"}
        tell.say(party, "recalled", body, ids["harvested"])
    if number % 6 == 1:
        fact = {"lot": leaf, "quantity": {"value": "90", "unit": "kg"}, "site": "S1"}
        body = {"of": "harvested", "corrects": ids["harvested"], "reason": "typing-error"}
        tell.say(party, "corrected", {**body, "body": fact}, ids["harvested"])
    if number % 6 == 5:
        body = {"entry": ids["processed"], "lots": [dry], "reason": "in-doubt"}
        tell.say(party, "disputed", body, ids["processed"])


def _papers(tell: Telling, party: str, number: int) -> None:
    """A paper of the party's site, or the end of the one before."""
    admin, subject = signer_of(f"{party} admin"), f"site:{party}/S1"
    body: dict[str, Any] = {"number": f"VG-{number % 12}", "subject": subject}
    if number >= 12 and number % 2:
        gone = {**body, "reason": "authority-order"}
        tell.say(party, "certificate-withdrawn", gone, by=admin)
        return
    issued = {"kind": "vietgap", "issuer": "Trung tâm", "valid_from": "2026-01-01"}
    body = {**body, **issued, "valid_to": "2028-12-31"}
    tell.say(party, "certificate-recorded", body, by=admin)


def _key_ends(tell: Telling, party: str, number: int) -> None:
    """The station's key ends, retired or stolen, and a new one goes on."""
    old, admin = tell.station(party), signer_of(f"{party} admin")
    body: dict[str, Any] = {"keyid": old.keyid.hex(), "reason": "replaced"}
    if number % 2:
        body = {**body, "reason": "key-stolen", "last_good": tell.desk.size - 12}
    tell.say(party, "key-compromised" if number % 2 else "key-retired", body, by=admin)
    new = signer_of(f"{party} station {number}")
    BY_KEYID[new.keyid] = new
    tell.desk.enrol_key(
        admin, new, party, "station", by=party, tag=f"{_TAGS[number // 9]}{number % 9 + 1}"
    )
    tell.stations[party] = new
