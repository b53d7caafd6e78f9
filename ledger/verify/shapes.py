"""The body of every statement type of format v1 (docs/format.md, "Statement types").

One table. A type or field that is not in it does not exist: it is refused, never
ignored, so that nobody can hide meaning in a signed statement.
"""

from __future__ import annotations

import re

from ledger.verify.fields import (
    DAY,
    DIGEST,
    GTIN,
    LOT,
    LOT_AMOUNT,
    MOMENT,
    PARTY,
    PLACE,
    QUANTITY,
    SIGNATURE,
    Code,
    Kind,
    ListOf,
    Object,
    OneOf,
    OrNull,
    Text,
    Whole,
    tells_more,
)
from ledger.verify.photo_shape import PHOTOGRAPHED

COUNT = Whole(1, 999_999_999)
# Crockford base 32: no I, L, O, U, so that a tired eye cannot misread a tag.
TAG = Code("[0-9A-HJKMNP-TV-Z]{2}", ("a station tag of 2 characters", "ký hiệu trạm gồm 2 ký tự"))
ORIGIN = Code(
    r"[a-z0-9][a-z0-9./-]{0,99}",
    ("a log origin such as ocop.example/log", "tên sổ như ocop.example/log"),
)
VERIFIER_KEY = Code(
    r"[a-z0-9./-]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,60}",
    ("a C2SP verifier key name+hash+base64", "khóa kiểm tra dạng name+hash+base64"),
)
SSCC = Code("[0-9]{18}", ("an SSCC of 18 digits", "SSCC 18 số"))
GLN = Code("[0-9]{13}", ("a GLN of 13 digits", "GLN 13 số"))
SUBJECT = Code(
    r"party:[A-Z0-9][A-Z0-9-]{0,19}|site:[A-Z0-9][A-Z0-9-]{0,19}/[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
    r"|product:[0-9]{14}",
    (
        "party:CODE, site:PARTY/CODE or product:GTIN14",
        "party:MÃ, site:CƠ-SỞ/MÃ hoặc product:GTIN14",
    ),
)
COUNTERPARTY = Object(
    {
        "kind": OneOf(
            ("household", "cooperative", "company", "shop", "authority", "lab", "carrier", "other")
        ),
        "party?": PARTY,
        "number?": Code("[0-9]{1,4}", ("a household number", "số hộ")),
        "digest?": DIGEST,
    }
)
REASON = OneOf(
    (
        "test-failed",
        "contamination",
        "wrong-label",
        "damaged",
        "expired",
        "lost",
        "in-doubt",
        "typing-error",
        "authority-order",
        "customer-request",
        "replaced",
        "key-lost",
        "key-stolen",
        "other",
    )
)
RANGES = Object({"tag": TAG, "ranges": ListOf(Object({"first": COUNT, "last": COUNT}), 1, 200)})
LOTS = ListOf(LOT, 1, 100)
# What the label check said when the serials were issued: the rule set applied and its warnings.
LAW = Object({"rules": PLACE, "warnings": ListOf(PLACE, 0, 40)})
_SEEN = {"note?": DIGEST, "instrument?": PLACE}

BODIES: dict[str, Object] = {
    # registry
    "ledger-opened": Object(
        {
            "format": Whole(1, 1),
            "origin": ORIGIN,
            "log_key": VERIFIER_KEY,
            "roots": ListOf(DIGEST, 1, 16),
            "threshold": Whole(1, 16),
        }
    ),
    "party-registered": Object(
        {
            "code": PARTY,
            "kind": OneOf(
                ("cooperative", "company", "authority", "lab", "shop", "carrier", "household-group")
            ),
            "name": Text(160),
            "address?": Text(240),
            "province?": Text(80),
            "gln?": GLN,
        }
    ),
    "key-enrolled": Object(
        {
            "key": DIGEST,
            "party": PARTY,
            "role": OneOf(("admin", "station")),
            "held": OneOf(("station", "browser", "hardware", "hub")),
            "tag?": TAG,
            "proof": SIGNATURE,
        }
    ),
    "key-retired": Object({"keyid": DIGEST, "reason": REASON}),
    "key-compromised": Object(
        {"keyid": DIGEST, "last_good": Whole(0, 999_999_999_999), "reason": REASON}
    ),
    "reattested": Object({"entries": ListOf(DIGEST, 1, 200)}),
    "index-committed": Object(
        {"size": Whole(1, 999_999_999_999), "root": DIGEST, "rows": Whole(1, 999_999_999_999)}
    ),
    "site-registered": Object(
        {
            "code": PLACE,
            "kind": OneOf(
                ("growing-area", "packing-house", "processing", "warehouse", "shop", "other")
            ),
            "name": Text(160),
            "growing_area_code?": Text(40),
            "packing_house_code?": Text(40),
            "gln?": GLN,
            "province?": Text(80),
        }
    ),
    "product-registered": Object(
        {
            "gtin": GTIN,
            "name": Text(160),
            "brand?": Text(80),
            "net_content?": QUANTITY,
            "shelf_life_days?": Whole(1, 36_500),
            "group?": Text(80),
            "ingredients?": Text(600),
            "storage?": Text(240),
            "usage?": Text(400),
            "warning?": Text(400),
            "origin?": Text(80),
            "standards?": ListOf(Text(80), 0, 20),
            "image?": DIGEST,
        }
    ),
    "item-registered": Object({"code": PLACE, "name": Text(160)}),
    "certificate-recorded": Object(
        {
            "kind": Code("[a-z][a-z0-9-]{1,31}", ("a kind such as ocop", "loại như ocop")),
            "number": Text(80),
            "issuer": Text(160),
            "subject": SUBJECT,
            "valid_from": DAY,
            "valid_to": DAY,
            "stars?": Whole(1, 5),
            "document?": DIGEST,
        }
    ),
    "certificate-withdrawn": Object({"number": Text(80), "subject": SUBJECT, "reason": REASON}),
    "instrument-registered": Object({"code": PLACE, "kind": Text(80)}),
    "instrument-verified": Object(
        {"code": PLACE, "verified_on": DAY, "valid_to": DAY, "body?": Text(160)}
    ),
    # field
    "field-work-recorded": Object(
        {
            "site": PLACE,
            "activity": OneOf(
                ("sowing", "fertilising", "spraying", "weeding", "watering", "pruning", "other")
            ),
            "dose?": QUANTITY,
            "interval_days?": Whole(0, 365),
            "note?": DIGEST,
        }
    ),
    # supply chain
    "harvested": Object(
        {"lot": LOT, "quantity": QUANTITY, "site": PLACE, "from?": COUNTERPARTY, **_SEEN}
    ),
    "received": Object(
        {"lot": LOT, "quantity": QUANTITY, "site": PLACE, "from?": COUNTERPARTY, **_SEEN}
    ),
    "processed": Object(
        {
            "site": PLACE,
            "inputs": ListOf(LOT_AMOUNT, 1, 60),
            "outputs": ListOf(LOT_AMOUNT, 1, 20),
            "loss?": QUANTITY,
            **_SEEN,
        }
    ),
    "packed": Object(
        {
            "lot": LOT,
            "site": PLACE,
            "inputs": ListOf(LOT_AMOUNT, 1, 60),
            "packs": COUNT,
            "expiry?": DAY,
            **_SEEN,
        }
    ),
    "aggregated": Object(
        {"container": SSCC, "contents": ListOf(LOT_AMOUNT, 1, 60), "site": PLACE, "note?": DIGEST}
    ),
    "shipped": Object(
        {"lot": LOT, "quantity": QUANTITY, "site": PLACE, "to?": COUNTERPARTY, **_SEEN}
    ),
    "tested": Object(
        {
            "lot": LOT,
            "result": OneOf(("pass", "fail", "pending")),
            "method?": Text(120),
            "by?": COUNTERPARTY,
            "document?": DIGEST,
            "note?": DIGEST,
        }
    ),
    "inspected": Object(
        {
            "lot": LOT,
            "result": OneOf(("pass", "fail", "pending")),
            "by?": COUNTERPARTY,
            "document?": DIGEST,
            "note?": DIGEST,
        }
    ),
    "sold": Object({"lot": LOT, "quantity": QUANTITY, "to?": COUNTERPARTY, "note?": DIGEST}),
    "destroyed": Object({"lot": LOT, "quantity": QUANTITY, "reason": REASON, "note?": DIGEST}),
    # labels
    "labels-issued": Object(
        {
            "lot": LOT,
            "tag": TAG,
            "first": COUNT,
            "count": Whole(1, 1_000_000),
            "template?": PLACE,
            "template_digest?": DIGEST,
            "law?": LAW,
            "note?": DIGEST,
        }
    ),
    "labels-printed": Object(
        {
            "lot": LOT,
            "printed": RANGES,
            "printer": PLACE,
            "template": PLACE,
            "template_digest": DIGEST,
        }
    ),
    "labels-voided": Object({"lot": LOT, "voided": RANGES, "reason": REASON}),
    "labels-reprinted": Object({"lot": LOT, "reprinted": RANGES, "reason": REASON}),
    # pictures
    "photographed": PHOTOGRAPHED,
    # trouble
    "held": Object(
        {
            "lots": LOTS,
            "reason": REASON,
            "by?": COUNTERPARTY,
            "order?": Text(80),
            "note?": DIGEST,
        }
    ),
    "released": Object(
        {"lots": LOTS, "reason": REASON, "ends": DIGEST, "order?": Text(80), "note?": DIGEST}
    ),
    "recalled": Object(
        {
            "lots": LOTS,
            "reach": OneOf(("lots", "descendants")),
            "reason": REASON,
            "by?": COUNTERPARTY,
            "order?": Text(80),
            "note?": DIGEST,
        }
    ),
    "recall-closed": Object(
        {"lots": LOTS, "reason": REASON, "ends": DIGEST, "order?": Text(80), "note?": DIGEST}
    ),
    "disputed": Object({"entry": DIGEST, "lots": LOTS, "reason": REASON, "note?": DIGEST}),
}

# What a correction may replace: facts about goods, and photos. Registry facts are simply recorded anew.
CORRECTABLE = (
    "field-work-recorded",
    "harvested",
    "received",
    "processed",
    "packed",
    "aggregated",
    "shipped",
    "tested",
    "inspected",
    "sold",
    "destroyed",
    "photographed",
)


def envelope(statement_type: str, body: Kind) -> Object:
    """The common fields around one body (protocol.md, "Common fields")."""
    return Object(
        {
            "type": OneOf((statement_type,)),
            "party": PARTY,
            "seq": Whole(1, 999_999_999_999),
            "prev": OrNull(DIGEST),
            "time": MOMENT,
            "in": ListOf(DIGEST, 0, 200),
            "anchor": OrNull(Object({"size": Whole(1, 999_999_999_999), "root": DIGEST})),
            "body": body,
        }
    )


def _correction(replaced: str) -> Object:
    return Object(
        {
            "corrects": DIGEST,
            "of": OneOf((replaced,)),
            "reason": REASON,
            "body": BODIES[replaced],
            "note?": DIGEST,
        }
    )


CORRECTIONS: dict[str, Object] = {name: _correction(name) for name in CORRECTABLE}
SHAPES: dict[str, Object] = {name: envelope(name, body) for name, body in BODIES.items()}
CORRECTED_SHAPES: dict[str, Object] = {
    name: envelope("corrected", body) for name, body in CORRECTIONS.items()
}

TYPES: tuple[str, ...] = (*BODIES, "corrected")

_OF = re.compile(r'"of":"([a-z-]{1,40})"')


# A bare tuple, for one is made for every audited entry: see `recognise`.
Recognised = tuple[re.Match[str], Kind]
_Form = tuple[re.Pattern[str], Kind]
_FORMS: dict[str, _Form] = {}


def recognise(payload: str) -> Recognised | None:
    """The match of the whole payload and the kind of its body; None sends the reader the slow way.

    A match means: canonical by construction, every field known and of its kind, except for what
    only `meaning_holds` of the body's kind and of `MOMENT` can tell. It has a group for the JSON
    text of each common field, in the order of their names: anchor, body, in, party, prev, seq,
    time, type.
    """
    # Sorted keys put "type" last, so its value ends two characters before the end.
    name = payload[payload.rfind('"', 0, -2) + 1 : -2]
    if name == "corrected":
        return _recognise_correction(payload)
    pattern, body = _FORMS.get(name) or _form(name, SHAPES)
    match = pattern.fullmatch(payload)
    return None if match is None else (match, body)


def _recognise_correction(payload: str) -> Recognised | None:
    for of in _OF.finditer(payload):
        name = of.group(1)
        pattern, body = _FORMS.get(f"corrected:{name}") or _form(name, CORRECTED_SHAPES)
        match = pattern.fullmatch(payload)
        if match is not None:
            return match, body
    return None


_NOTHING: _Form = re.compile("(?!)"), Object({})


def _form(name: str, shapes: dict[str, Object]) -> _Form:
    """Pattern of a type's payload and kind of its body, made on first use."""
    shape = shapes.get(name)
    if shape is None:
        return _NOTHING  # an unknown type matches nothing
    fields = sorted(shape.fields.items())
    assert not any(tells_more(kind) for field, kind in fields if field not in {"body", "time"})
    texts = ",".join(f'"{field}":({kind.pattern})' for field, kind in fields)
    key = name if shapes is SHAPES else f"corrected:{name}"
    made = _FORMS[key] = re.compile(rf"\{{{texts}\}}"), shape.fields["body"]
    return made
