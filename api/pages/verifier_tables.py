"""Tables of the verifier in the browser, taken from the verifier in Python when they are asked for.

Shapes of statements, who may sign what, and every sentence: two hand-written copies would differ
one day, and a copy made ahead of time would be out of date.
"""

from __future__ import annotations

import json

from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.canonical import CanonicalRefused
from ledger.verify.entry import EntryRefused
from ledger.verify.fields import (
    DAY,
    GTIN,
    ITEM,
    MOMENT,
    Code,
    Kind,
    ListOf,
    Object,
    OneOf,
    OrNull,
    Text,
    Whole,
)
from ledger.verify.findings import FINDINGS, REASONS, TYPE_WORDS
from ledger.verify.history import SequenceRefused
from ledger.verify.keys import ALLOWED, KEY_TYPES, REACH, KeyRefused
from ledger.verify.label_address import AddressRefused
from ledger.verify.label_outcomes import AS_OF, NO_COPY, OUTCOMES
from ledger.verify.label_seal import SealRefused
from ledger.verify.map_proof import RowsRefused
from ledger.verify.merkle import ProofRefused
from ledger.verify.note import NoteRefused
from ledger.verify.registry import REGISTRY_TYPES, OwnershipRefused
from ledger.verify.report import STATUSES, TITLES
from ledger.verify.shapes import BODIES, CORRECTIONS, envelope
from ledger.verify.signature import SignatureRefused
from ledger.verify.statement import StatementRefused
from ledger.verify.station_list import ListRefused
from ledger.verify.strict_json import FileRefused
from ledger.verify.wording import Refusal

LANGUAGES = ("en", "vi")
# The names under which api/static/verifier/refusals.mjs knows the same errors.
FAMILIES: dict[str, type[Refusal]] = {
    "file": FileRefused,
    "bundle": BundleRefused,
    "entry": EntryRefused,
    "canonical": CanonicalRefused,
    "statement": StatementRefused,
    "signature": SignatureRefused,
    "note": NoteRefused,
    "proof": ProofRefused,
    "rows": RowsRefused,
    "key": KeyRefused,
    "sequence": SequenceRefused,
    "ownership": OwnershipRefused,
    "seal": SealRefused,
    "address": AddressRefused,
    "list": ListRefused,
}
# What a pattern cannot say, under the names that api/static/verifier/fields.mjs knows.
_MEANINGS = {DAY.means: "day", MOMENT.means: "moment", GTIN.means: "gtin", ITEM.means: "item"}


def shapes_module() -> str:
    """Source of verifier/shapes.mjs: the form of its table is told in verifier/fields.mjs."""
    kinds = _Kinds()
    bodies = {name: kinds.named(kind) for name, kind in BODIES.items()}
    corrections = {name: kinds.named(kind) for name, kind in CORRECTIONS.items()}
    common = {
        name: kinds.named(kind)
        for name, kind in envelope("", Object({})).fields.items()
        if name not in {"type", "body"}
    }
    shapes = {
        "BODIES": _object(bodies),
        "CORRECTIONS": _object(corrections),
        # In the order in which faults are looked for.
        "COMMON": _object({"type": "null", **common}),
    }
    tables = {
        "ALLOWED": {role: sorted(types) for role, types in ALLOWED.items()},
        "KEY_TYPES": sorted(KEY_TYPES),
        "REGISTRY_TYPES": sorted(REGISTRY_TYPES),
        "REACH": REACH,
        "SEVERITIES": {code: severity for code, (severity, _, _) in FINDINGS.items()},
        "CHECKS": list(TITLES),
    }
    lines = [
        *kinds.lines,
        *(f"export const {name} = {text};" for name, text in shapes.items()),
        *(f"export const {name} = {_json(table)};" for name, table in tables.items()),
    ]
    return "\n".join(lines) + "\n"


class _Kinds:
    """Kinds as JavaScript constants, each written once however often it is used."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names: dict[str, str] = {}

    def named(self, kind: Kind) -> str:
        """Name of the constant that is this kind."""
        text = self._text(kind)
        if text not in self._names:
            self._names[text] = name = f"k{len(self._names)}"
            self.lines.append(f"const {name} = {text};")
        return self._names[text]

    def _text(self, kind: Kind) -> str:
        match kind:
            case Text():
                return _json({"t": kind.longest})
            case Code():
                means = {} if kind.means is None else {"m": _MEANINGS[kind.means]}
                return _json({"c": kind.regex, **means, "s": list(kind.expected)})
            case OneOf():
                return _json({"w": list(kind.words)})
            case Whole():
                return _json({"i": [kind.least, kind.most]})
            case OrNull():
                return f"{{n:{self.named(kind.kind)}}}"
            case ListOf():
                return f"{{l:[{self.named(kind.kind)},{kind.least},{kind.most}]}}"
            case Object():
                fields = {name: self.named(one) for name, one in kind.fields.items()}
                return f"{{o:{_object(fields)},q:{_json(sorted(kind.optional))}}}"
            case _:
                raise TypeError(kind)


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"


def sentences_module(lang: str) -> str:
    """Source of sentences.en.mjs or sentences.vi.mjs: every word of a report in one language."""
    at = LANGUAGES.index(lang)
    types = TYPE_WORDS if lang == "vi" else {}
    words = {
        "refusals": {
            family: {code: both[at] for code, both in refusal.catalogue.items()}
            for family, refusal in FAMILIES.items()
        },
        "findings": {code: both[at] for code, (_, *both) in FINDINGS.items()},
        "reasons": {code: both[at] for code, both in REASONS.items()},
        "types": types,
        "titles": {number: both[at] for number, both in TITLES.items()},
        "statuses": {code: both[at] for code, both in STATUSES.items()},
    }
    return f"export const words = {_json(words)};\n"


def label_outcomes_module() -> str:
    """Source of verifier/label_outcomes.mjs: verdicts on labels, and their sentences [vi, en]."""
    verdicts = {code: verdict for code, (verdict, _, _) in OUTCOMES.items()}
    words = {code: [vi, en] for code, (_, en, vi) in OUTCOMES.items()}
    words |= {"as-of": [*reversed(AS_OF)], "no-copy": [*reversed(NO_COPY)]}
    return f"export const VERDICTS = {_json(verdicts)};\nexport const LABELS = {_json(words)};\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
