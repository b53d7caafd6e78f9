"""A province's statements, signed by their parties' own keys: what large ledgers are made of.

A party's statements depend on nobody else's, so parties are signed for in several processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.domain.check_digit import check_digit
from ledger.domain.drafts import Draft
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.statement import Statement

_START = dt.datetime(2026, 1, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=7)))
EACH_LOT = 6
Body = dict[str, Any]


class Scribe:
    """One key's journal: signs statements one after the other and keeps their bytes."""

    def __init__(self, signer: Signer, party: str, seq: int = 0, prev: str | None = None) -> None:
        self.signer = signer
        self.party = party
        self.raw: list[bytes] = []
        self._seq = seq
        self._prev = prev

    def say(self, kind: str, body: Body, links: Sequence[str] = (), *, minute: int = 0) -> str:
        """Sign the next statement; returns its id."""
        self._seq += 1
        time = (_START + dt.timedelta(minutes=minute)).isoformat(timespec="seconds")
        statement = Statement(
            kind, self.party, self._seq, self._prev, time, tuple(links), None, body
        )
        entry = self.signer.sign(statement)
        self.raw.append(entry.raw)
        self._prev = entry.id.hex()
        return self._prev


def kilos(amount: int) -> Body:
    """A quantity."""
    return {"value": str(amount), "unit": "kg"}


def gtin(number: int) -> str:
    """A GTIN-14 as statements have it, of a made-up company prefix."""
    body = f"0893{number:09d}"
    return f"{body}{check_digit(body)}"


@dataclass(frozen=True, slots=True)
class Member:
    """A party and its two private keys (raw)."""

    number: int
    admin: bytes
    station: bytes

    @property
    def code(self) -> str:
        return f"HTX-{self.number:05d}"

    @classmethod
    def new(cls, number: int) -> Member:
        """A party with keys of its own."""
        return cls(number, *(Ed25519PrivateKey.generate().private_bytes_raw() for _ in range(2)))


def signer_of(raw: bytes) -> Signer:
    """A signer from a private key's raw bytes."""
    return Signer.of(Ed25519PrivateKey.from_private_bytes(raw))


def enrol(root: Scribe, member: Member, origin: str) -> list[bytes]:
    """A party let in with its sites, goods and scale; the root's statements come first."""
    admin, station = signer_of(member.admin), signer_of(member.station)
    code, before = member.code, len(root.raw)
    party = {"code": code, "kind": "cooperative", "name": f"Hợp tác xã {member.number}"}
    root.say("party-registered", party)
    time = _START.isoformat()

    def enrolled(new: Signer, role: str, by: str, tag: str | None = None) -> Draft:
        return enrolment(origin, new, code, role, time, by=by, tag=tag)

    root.say("key-enrolled", enrolled(admin, "admin", ROOT_PARTY).body)
    own = Scribe(admin, code)
    own.say("key-enrolled", enrolled(station, "station", code, "A1").body)
    own.say("site-registered", {"code": "VT-01", "kind": "growing-area", "name": "Vườn 1"})
    own.say("site-registered", {"code": "XUONG", "kind": "processing", "name": "Xưởng"})
    own.say("item-registered", {"code": "cu-dong", "name": "Củ dong"})
    own.say("item-registered", {"code": "bot-dong", "name": "Bột dong"})
    own.say("product-registered", {"gtin": gtin(member.number), "name": "Miến dong"})
    own.say("instrument-registered", {"code": "CAN-01", "kind": "cân bàn"})
    return [*root.raw[before:], *own.raw]


def year(member: Member, lots: int) -> list[bytes]:
    """So many lots from harvest to shipping, six statements each."""
    scribe = Scribe(signer_of(member.station), member.code)
    for number in range(lots):
        _one_lot(scribe, gtin(member.number), f"{number:06d}", number)
    return scribe.raw


def _one_lot(scribe: Scribe, product: str, code: str, number: int) -> None:
    minute = number * 97
    root: Body = {"item": f"{scribe.party}/cu-dong", "code": f"C{code}"}
    starch = {"item": f"{scribe.party}/bot-dong", "code": f"B{code}"}
    packed = {"item": product, "code": f"M{code}"}
    amount = {"value": f"{100 + number % 80}.{number % 1000:03d}", "unit": "kg"}
    seen: Body = {"site": "VT-01", "instrument": "CAN-01"}
    household = {"kind": "household", "number": f"{number % 40 + 1:02d}"}
    one = scribe.say(
        "harvested", {"lot": root, "quantity": amount, "from": household, **seen}, minute=minute
    )
    seen["site"] = "XUONG"
    one = scribe.say(
        "received", {"lot": root, "quantity": amount, **seen}, [one], minute=minute + 9
    )
    body: Body = {
        "site": "XUONG",
        "inputs": [{"lot": root, "quantity": amount}],
        "outputs": [{"lot": starch, "quantity": kilos(40)}],
    }
    one = scribe.say("processed", body, [one], minute=minute + 90)
    inputs = [{"lot": starch, "quantity": kilos(40)}]
    body = {"lot": packed, "site": "XUONG", "inputs": inputs, "packs": 80}
    one = scribe.say("packed", body, [one], minute=minute + 300)
    issued = {"lot": packed, "tag": "A1", "first": number * 80 + 1, "count": 80}
    one = scribe.say("labels-issued", issued, [one], minute=minute + 310)
    body = {
        "lot": packed,
        "quantity": {"value": "80", "unit": "pack"},
        "site": "XUONG",
        "to": {"kind": "company", "number": "7"},
    }
    scribe.say("shipped", body, [one], minute=minute + 900)
