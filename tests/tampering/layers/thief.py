"""What somebody can do who owns the database and holds the log key, and at times a station's key.

Each attack takes the honest entries and a log index, and gives the entries that the thief shows
from then on, or None where it has no meaning. Before he shows them he does his best: `sealed_anew`
commits a true index over what is left, re-signs the log key's own journal, and seals all of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ledger.founding import enrolment
from ledger.verify.entry import parse_entry
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.merkle import leaf_hash
from ledger.verify.signature import LOW_ORDER_ENCODINGS, L
from tests.ledger_story import LOG, ORIGIN, signer_of
from tests.tampering.forgery import BY_KEYID, resigned, signed
from tests.tampering.layers.honest import PARTIES, Committer, time_at

Entries = list[bytes]
Attack = Callable[[Sequence[bytes], int], Entries | None]
STRANGER = signer_of("stranger")


def said(raw: bytes) -> dict[str, Any]:
    """The statement of an entry, as JSON."""
    found: dict[str, Any] = json.loads(parse_entry(raw).payload)
    return found


def sealed_anew(entries: Entries, honest: Sequence[bytes]) -> Entries:
    """The index over these entries committed truly, wherever an honest commitment stands."""
    committer, shown = Committer(), Entries()
    commitments = {raw for raw in honest if raw[-96:-64] == LOG.keyid}
    seq, prev = 0, None
    for raw in entries:
        again = raw
        if raw in commitments:
            seq += 1
            body = committer.body(shown)
            one = said(raw)
            if (one["body"], one["seq"], one["prev"]) != (body, seq, prev):
                again = resigned(raw, LOG, body=body, seq=seq, prev=prev)
            prev = leaf_hash(again).hex()
        shown.append(again)
    return shown


def _changed(change: Callable[[bytes], bytes]) -> Attack:
    def attack(honest: Sequence[bytes], at: int) -> Entries:
        return [*honest[:at], change(honest[at]), *honest[at + 1 :]]

    return attack


def _flip(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place:][1:]


def _payload_byte(raw: bytes) -> bytes:
    return _flip(raw, len(raw) - 96 - 40)


def _signature_byte(raw: bytes) -> bytes:
    return _flip(raw, len(raw) - 40)


def _malleable(raw: bytes) -> bytes:
    s = int.from_bytes(raw[-32:], "little") + L
    return raw[:-32] + s.to_bytes(32, "little")


def _low_order(raw: bytes) -> bytes:
    return raw[:-64] + min(LOW_ORDER_ENCODINGS) + raw[-32:]


def _swapped_key(raw: bytes) -> bytes:
    return raw[:-96] + STRANGER.keyid + raw[-64:]


def _by_stranger(raw: bytes) -> bytes:
    return signed(parse_entry(raw).payload, STRANGER)


def _written(change: Callable[[bytes], bytes], kind: str | None = None) -> Callable[[bytes], bytes]:
    """Another spelling of the payload, signed with the signer's own key."""

    def again(raw: bytes) -> bytes:
        entry = parse_entry(raw)
        return signed(change(entry.payload), BY_KEYID[entry.keyid], kind)

    return again


def _for_another_party(raw: bytes) -> bytes:
    party = said(raw)["party"]
    return resigned(raw, party=next(one for one in PARTIES if one != party))


def _deleted(honest: Sequence[bytes], at: int) -> Entries:
    return [*honest[:at], *honest[at + 1 :]]


def _truncated(honest: Sequence[bytes], at: int) -> Entries:
    return list(honest[:at])


def _inserted(honest: Sequence[bytes], at: int) -> Entries:
    made = resigned(honest[at], STRANGER, seq=1, prev=None)
    return [*honest[:at], made, *honest[at:]]


def _duplicated(honest: Sequence[bytes], at: int) -> Entries:
    return [*honest[: at + 1], *honest[at:]]


def _swapped(honest: Sequence[bytes], at: int) -> Entries | None:
    if at + 1 == len(honest):
        return None
    return [*honest[:at], honest[at + 1], honest[at], *honest[at + 2 :]]


def _moved_to_the_end(honest: Sequence[bytes], at: int) -> Entries | None:
    if at + 1 == len(honest):
        return None
    return [*honest[:at], *honest[at + 1 :], honest[at]]


def _rewritten(honest: Sequence[bytes], at: int) -> Entries:
    """With the signer's key too: the journal is signed anew from there, and links follow."""
    keyid, new_ids = honest[at][-96:-64], dict[str, str]()
    shown = list(honest[:at])
    for index, raw in enumerate(honest[at:], start=at):
        text = parse_entry(raw).payload.decode()
        if index == at:
            again = resigned(raw, time="2026-08-01T07:59:59+07:00")
        elif raw[-96:-64] == keyid and any(old in text for old in new_ids):
            for old, new in new_ids.items():
                text = text.replace(old, new)
            again = signed(text.encode(), BY_KEYID[keyid])
        else:
            again = raw
        if again != raw:
            new_ids[parse_entry(raw).id.hex()] = parse_entry(again).id.hex()
        shown.append(again)
    return shown


def _forked(honest: Sequence[bytes], at: int) -> Entries:
    """A clone of the key signs another statement for a place of the journal that is taken."""
    return [*honest, resigned(honest[at], time=time_at(len(honest)))]


def _head(honest: Sequence[bytes], keyid: bytes) -> dict[str, Any]:
    """What the next statement of a key must say of its place."""
    last = next(raw for raw in reversed(honest) if raw[-96:-64] == keyid)
    seen = [said(raw)["anchor"] for raw in honest if raw[-96:-64] == keyid]
    sized = [one for one in seen if one is not None]
    newest = max(sized, key=lambda one: int(one["size"]), default=None)
    entry = parse_entry(last)
    return {"seq": said(last)["seq"] + 1, "prev": entry.id.hex(), "anchor": newest}


def _backdated(honest: Sequence[bytes], at: int) -> Entries | None:
    """Signed today with a station's key, for a day long gone. Three days are no backdating."""
    keyid = honest[at][-96:-64]
    if said(honest[at])["type"] != "harvested":
        return None
    place = _head(honest, keyid)
    if place["anchor"] is None or place["anchor"]["size"] - at < 32:
        return None
    body = said(honest[at])["body"]
    body = body | {"lot": body["lot"] | {"code": f"BU{at}"}}
    return [*honest, resigned(honest[at], body=body, time=time_at(at), **{"in": []}, **place)]


def _used_after_its_end(honest: Sequence[bytes], at: int) -> Entries | None:
    """The station's admin ends the key; the thief of the key goes on signing."""
    one = said(honest[at])
    if one["type"] not in {"harvested", "processed", "shipped", "received", "recalled"}:
        return None
    admin, keyid = signer_of(f"{one['party']} admin"), honest[at][-96:-64]
    end = _next(
        honest,
        admin.keyid,
        one["party"],
        "key-retired",
        {
            "keyid": keyid.hex(),
            "reason": "key-lost",
        },
    )
    return [*honest, end, resigned(honest[at], **_head(honest, keyid))]


def _enrolled_by_a_station(honest: Sequence[bytes], at: int) -> Entries | None:
    """A station's key lets another key in, which only its admin may."""
    party = said(honest[at])["party"]
    if party == ROOT_PARTY:
        return None
    new, station = signer_of(f"new {at}"), signer_of(f"{party} station")
    draft = enrolment(ORIGIN, new, party, "station", time_at(at), by=party, tag="Z9")
    return [*honest, _next(honest, station.keyid, party, draft.type, draft.body)]


def _next(
    honest: Sequence[bytes], keyid: bytes, party: str, kind: str, body: dict[str, Any]
) -> bytes:
    sample = next(raw for raw in honest if raw[-96:-64] == keyid)
    own = _head(honest, keyid)
    return resigned(
        sample, type=kind, party=party, body=body, time=time_at(len(honest)), **{"in": []}, **own
    )


def _false_index(honest: Sequence[bytes], at: int) -> Entries | None:
    """The log key commits to an index that hides something; nothing else is touched."""
    if said(honest[at])["type"] != COMMITTED:
        return None
    body = said(honest[at])["body"] | {"root": "ab" * 32}
    place = {**_head(honest, LOG.keyid), "anchor": None}
    return [*honest, resigned(honest[at], LOG, body=body | {"size": len(honest)}, **place)]


ATTACKS: dict[str, Attack] = {
    "byte of a statement changed": _changed(_payload_byte),
    "byte of a signature changed": _changed(_signature_byte),
    "signature made malleable (S + L)": _changed(_malleable),
    "low-order R": _changed(_low_order),
    "key swapped": _changed(_swapped_key),
    "signed by a stranger": _changed(_by_stranger),
    "duplicate JSON keys": _changed(_written(lambda text: b'{"anchor":null,' + text[1:])),
    "other number form": _changed(_written(lambda text: text.replace(b'"seq":', b'"seq":0', 1))),
    "NFD for NFC": _changed(_written(lambda text: text[:-1] + ',"type2":"o\u0302"}'.encode())),
    "payload type confused": _changed(
        _written(lambda text: text, "application/vnd.ocop-ledger.key-proof.v1+json")
    ),
    "replayed for another party": _changed(_for_another_party),
    "entry deleted": _deleted,
    "log truncated (roll-back)": _truncated,
    "entry inserted": _inserted,
    "entry duplicated": _duplicated,
    "neighbours swapped": _swapped,
    "entry moved to the end": _moved_to_the_end,
    "past rewritten with the signer's key": _rewritten,
    "journal forked by a cloned key": _forked,
    "statement backdated": _backdated,
    "key used after its end": _used_after_its_end,
    "key enrolled by who may not": _enrolled_by_a_station,
    "false index": _false_index,
}
OWN_COMMITMENT = frozenset({"false index"})
"""Attacks whose commitment is the attack: the thief does not mend it."""
