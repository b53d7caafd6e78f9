"""Writes labels/: codes of labels to be judged by station lists and bundles, for other verifiers.

Keys are fixed, so running it again must change nothing; tests/verify compares.
Run: python -m tests.vectors.make_label_vectors
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ledger.founding import enrolment
from ledger.label_seals import LabelSealer
from ledger.signing import Signer
from ledger.verify.bundle import LotBundle
from ledger.verify.entry import parse_entry
from ledger.verify.label_seal import HINT_BYTES, LabelSeal, sealed_bytes
from ledger.verify.merkle import CompactRange
from ledger.verify.signature import LOW_ORDER_ENCODINGS, L
from ledger.verify.sparse_map import row_name
from ledger.verify.station_list import LISTED, format_station_list
from tests.ledger_story import GROWER, GTIN, ORIGIN, PACKER, SIGNERS, TRUST, signer_of, told
from tests.tampering.forgery import Desk
from tests.tampering.indexed import Whole, indexed

FOLDER = Path(__file__).resolve().parent / "labels"
CLEAN_BUNDLE = "../bundles/clean_complete/bundle.json"
HOST = "HTTPS://TRUYXUAT.VN"
_STATION, _OTHER = SIGNERS[PACKER, "station"], SIGNERS[GROWER, "station"]
_SECOND = signer_of(f"{PACKER} second station")
_SERIAL, _LOT = "A2000003K7QM", "P1"
_TIME = "2026-11-19T08:00:00+07:00"


class _Later(Desk):
    """The story's ledger, going on."""

    def __init__(self) -> None:
        super().__init__()
        self.entries, self.roots, self._tree, self._heads = [], {}, CompactRange(), {}
        for raw in told().entries:
            entry = parse_entry(raw)
            self._heads[entry.keyid] = json.loads(entry.payload)["seq"], entry.id.hex()
            self.entries.append(raw)
            self._tree.append(entry.id)
            self.roots[self.size] = self._tree.root()

    def end(self, kind: str, **more: int) -> None:
        """The packer's manager ends its station's key."""
        body = {"keyid": _STATION.keyid.hex(), "reason": "key-stolen" if more else "replaced"}
        self.add(SIGNERS[PACKER, "admin"], kind, {**body, **more}, party=PACKER, time=_TIME)

    def renew(self) -> None:
        """The packer's manager enrols a second station."""
        draft = enrolment(ORIGIN, _SECOND, PACKER, "station", _TIME, by=PACKER, tag="A7")
        self.add(SIGNERS[PACKER, "admin"], draft.type, draft.body, party=PACKER, time=_TIME)


def _kind(raw: bytes) -> str:
    return str(json.loads(parse_entry(raw).payload)["type"])


def _list_of(
    entries: Sequence[bytes], *, hidden: Collection[str] = (), more: Collection[str] = ()
) -> LotBundle:
    whole = Whole(indexed(entries))
    kinds = (LISTED - set(hidden)) | set(more)
    kept = [at for at, raw in enumerate(entries) if _kind(raw) in kinds]
    names = sorted((name for name in whole.rows if name[0] == "key"), key=row_name)
    return whole.bundle(kept, ("", ""), names=names)


def _without_index(entries: Sequence[bytes]) -> LotBundle:
    kept = [at for at, raw in enumerate(entries) if _kind(raw) in LISTED]
    return Whole(entries).bundle(kept, ("", ""))


@cache
def lists() -> dict[str, bytes]:
    """File name -> bytes of every station list."""
    retired, stolen = _Later(), _Later()
    retired.end("key-retired")
    retired.renew()
    stolen.end("key-compromised", last_good=10)
    made = {
        "stations.json": _list_of(told().entries),
        "stations-retired.json": _list_of(retired.entries),
        "stations-stolen.json": _list_of(stolen.entries),
        "stations-end-hidden.json": _list_of(retired.entries, hidden=["key-retired"]),
        "stations-foreign.json": _list_of(told().entries, more=["harvested"]),
        "stations-without-index.json": _without_index(told().entries),
    }
    files = {name: format_station_list(one) for name, one in made.items()}
    text = files["stations.json"].decode()
    files["stations-altered.json"] = text.replace('\\"name\\":\\"', '\\"name\\":\\"X', 1).encode()
    return files


def sealed(
    serial: str = _SERIAL,
    by: Signer = _STATION,
    *,
    gtin: str = GTIN,
    lot: str = _LOT,
    origin: str = ORIGIN,
    host: str = HOST,
) -> str:
    """An address with a seal that is true of it."""
    seal = LabelSealer(origin, by.private, by.keyid)(gtin, lot, serial)
    return f"{host}/01/{gtin}/10/{lot}/21/{serial}{seal}"


def _with_seal(change: Callable[[LabelSeal], LabelSeal]) -> str:
    address, _, digits = sealed().partition("?S=")
    return f"{address}?S={change(LabelSeal.read(digits)).text}"


def _other_s(seal: LabelSeal) -> LabelSeal:
    s = int.from_bytes(seal.signature[32:], "little") + L
    return LabelSeal(seal.hint, seal.signature[:32] + s.to_bytes(32, "little"))


@dataclass(frozen=True, slots=True)
class LabelCase:
    """A code, what it is judged by (file names), and what must be said of it."""

    name: str
    what: str
    text: str
    code: str
    stations: str | None = "stations.json"
    bundle: str | None = None
    evidence: tuple[str, ...] = ()


def cases() -> list[LabelCase]:
    """Every case."""
    good = sealed()
    plain, _, digits = good.partition("?S=")
    newer = sealed("A7000001K7QM", _SECOND)
    unknown = signer_of("nobody")
    return [
        LabelCase("good", "a seal by the packing station", good, "seal-good"),
        LabelCase(
            "good-spelled-otherwise",
            "small letters in host and name of the seal, a path before, more of a query, a fragment",
            f"{good.replace(HOST, 'https://a.vn:8443/tem/01')}&lang=en#x\r\n".replace("?S", "?s"),
            "seal-good",
        ),
        LabelCase(
            "good-lot-escaped",
            "a lot code with a slash and small letters",
            sealed(lot="L/a").replace("L/a", "L%2Fa"),
            "seal-good",
        ),
        LabelCase("serial-changed", "one digit", good.replace("000003", "000004"), "seal-changed"),
        LabelCase("lot-changed", "another lot", good.replace("/P1/", "/P2/"), "seal-changed"),
        LabelCase(
            "product-changed",
            "another product",
            good.replace(GTIN, "08938501000132"),
            "seal-changed",
        ),
        LabelCase(
            "seal-moved",
            "the seal of another label",
            f"{plain}?S={sealed('A2000004K7QM').partition('?S=')[2]}",
            "seal-changed",
        ),
        LabelCase(
            "other-ledger",
            "sealed for another ledger",
            sealed(origin="ledger.example/other"),
            "seal-changed",
        ),
        LabelCase("s-malleable", "S + L in the place of S", _with_seal(_other_s), "seal-changed"),
        LabelCase(
            "r-low-order",
            "R of low order",
            _with_seal(
                lambda one: LabelSeal(one.hint, min(LOW_ORDER_ENCODINGS) + one.signature[32:])
            ),
            "seal-changed",
        ),
        LabelCase(
            "hint-changed",
            "the hint of no key",
            _with_seal(lambda one: LabelSeal(bytes(HINT_BYTES), one.signature)),
            "key-strange",
        ),
        LabelCase("key-unknown", "a key that nobody enrolled", sealed(by=unknown), "key-strange"),
        LabelCase(
            "key-of-manager",
            "a manager's key, which seals no labels",
            sealed(by=SIGNERS[PACKER, "admin"]),
            "key-strange",
        ),
        LabelCase("station-newer", "a station newer than the list", newer, "key-strange"),
        LabelCase(
            "station-new", "the same with a newer list", newer, "seal-good", "stations-retired.json"
        ),
        LabelCase(
            "printed-again",
            "a serial of the station's old key, printed again with its new one",
            sealed(by=_SECOND),
            "seal-good",
            "stations-retired.json",
        ),
        LabelCase("key-retired", "a retired key", good, "key-retired", "stations-retired.json"),
        LabelCase("key-stolen", "a stolen key", good, "key-stolen", "stations-stolen.json"),
        LabelCase(
            "station-of-other",
            "another party's station",
            sealed("A1000003K7QM", _OTHER),
            "product-of-other",
        ),
        LabelCase(
            "tag-foreign", "a tag that no station had", sealed("ZZ000003K7QM"), "tag-foreign"
        ),
        LabelCase(
            "product-unknown",
            "a product that was not registered",
            sealed(gtin="08938501000132"),
            "product-strange",
        ),
        LabelCase("seal-cut", "one digit less", good[:-1], "seal-length"),
        LabelCase("seal-long", "one digit more", f"{good}0", "seal-length"),
        LabelCase("seal-letter", "a letter in the seal", f"{good[:-1]}O", "seal-length"),
        LabelCase("seal-empty", "nothing in the seal", f"{plain}?S=", "seal-length"),
        LabelCase(
            "seal-range", "a number too large", f"{plain}?S={'9' * len(digits)}", "seal-range"
        ),
        LabelCase("seal-twice", "two seals", f"{good}&s={digits}", "seal-twice"),
        LabelCase("seal-absent", "a plain label", plain, "seal-absent"),
        LabelCase("no-address", "a serial alone", _SERIAL, "address-wrong"),
        LabelCase("no-serial", "no serial", good.replace(f"/21/{_SERIAL}", ""), "address-wrong"),
        LabelCase("short-gtin", "13 digits", good.replace("/01/0", "/01/"), "address-wrong"),
        LabelCase("other-scheme", "no web address", good.replace("HTTPS", "FTP"), "address-wrong"),
        LabelCase(
            "list-end-hidden",
            "the list leaves out that a key was retired",
            good,
            "evidence-refused",
            "stations-end-hidden.json",
            evidence=("key-change-hidden",),
        ),
        LabelCase(
            "list-altered",
            "a name in the list was changed",
            good,
            "evidence-refused",
            "stations-altered.json",
            evidence=("entries-unproved", "key-unknown", "party-unknown", "wrong"),
        ),
        LabelCase(
            "list-foreign",
            "the list holds harvests",
            good,
            "evidence-refused",
            "stations-foreign.json",
            evidence=("list-foreign",),
        ),
        LabelCase(
            "list-without-index",
            "the list does not show that nothing is hidden",
            good,
            "evidence-refused",
            "stations-without-index.json",
            evidence=("index-absent",),
        ),
        LabelCase("nothing-to-judge-by", "no list, no bundle", good, "evidence-missing", None),
        LabelCase(
            "bundle-shows-issue", "by the lot's bundle", good, "serial-recorded", None, CLEAN_BUNDLE
        ),
        LabelCase(
            "plain-with-bundle",
            "a plain label by the lot's bundle",
            plain,
            "serial-recorded",
            None,
            CLEAN_BUNDLE,
        ),
        LabelCase(
            "retired-with-bundle",
            "a retired key, and the bundle that shows the issue",
            good,
            "serial-recorded",
            "stations-retired.json",
            CLEAN_BUNDLE,
        ),
        LabelCase(
            "never-issued",
            "a true seal on a serial that the bundle does not show",
            sealed("A2009999K7QM"),
            "serial-foreign",
            None,
            CLEAN_BUNDLE,
        ),
        LabelCase(
            "bundle-of-other-lot",
            "the bundle is another lot's, and its keys serve",
            sealed(lot="P9"),
            "seal-good",
            None,
            CLEAN_BUNDLE,
        ),
    ]


def seal_vectors() -> dict[str, Any]:
    """One seal from its key and words to its digits, and digits that spell none."""
    message = sealed_bytes(ORIGIN, GTIN, _LOT, _SERIAL)
    seal = LabelSeal.read(sealed().partition("?S=")[2])
    return {
        "seed": _STATION.private.private_bytes_raw().hex(),
        "public_key": _STATION.public.hex(),
        "origin": ORIGIN,
        "gtin14": GTIN,
        "lot": _LOT,
        "serial": _SERIAL,
        "message": message.decode(),
        "hint": seal.hint.hex(),
        "signature": seal.signature.hex(),
        "digits": seal.text,
        "address": sealed(),
        "refused": [
            {"digits": seal.text[:-1], "code": "seal-length"},
            {"digits": "9" * len(seal.text), "code": "seal-range"},
        ],
    }


def files() -> dict[str, bytes]:
    """File name -> bytes of everything in labels/ but its README."""
    told_cases = [
        {
            "name": one.name,
            "what": one.what,
            "text": one.text,
            "stations": one.stations,
            "bundle": one.bundle,
            "code": one.code,
            "evidence": list(one.evidence),
        }
        for one in cases()
    ]
    return {
        "trust.json": replace(TRUST, index_required=True).format(),
        "cases.json": (json.dumps(told_cases, indent=1) + "\n").encode(),
        "seal.json": (json.dumps(seal_vectors(), indent=1) + "\n").encode(),
        **lists(),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file_name, content in files().items():
        (FOLDER / file_name).write_bytes(content)
