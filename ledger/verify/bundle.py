"""The lot bundle: one JSON file with the evidence for a lot (docs/format.md, "Lot bundle")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.verify import strict_json
from ledger.verify.bundle_rows import BundleIndex, format_nodes, parse_index, parse_nodes
from ledger.verify.canonical import MAX_PAYLOAD
from ledger.verify.entry import Entry, make_entry

FORMAT = "ocop-ledger/lot-bundle/v2"
OLD_FORMAT = "ocop-ledger/lot-bundle/v1"
MAX_BUNDLE = 32 * 1024 * 1024
MAX_ENTRIES = 20_000
_WHAT = "bundle"


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One entry, its log index, and in v1 its inclusion path towards the bundle's checkpoint."""

    index: int
    entry: Entry
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class AnchorPath:
    """Consistency proof from an anchor's tree size to the bundle's checkpoint (v1)."""

    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """An opened private text: HMAC-SHA256(salt, text) must be a digest in the entries."""

    digest: str
    salt: bytes
    text: str

    def holds(self) -> bool:
        return hmac.compare_digest(private_digest(self.salt, self.text), self.digest)


def private_digest(salt: bytes, text: str) -> str:
    """HMAC-SHA256(salt, UTF-8 text) as hex: what the ledger keeps of a private text."""
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


_V1 = ("format", "item", "lot", "checkpoint", "entries", "anchors", "disclosures")
_V2 = ("format", "item", "lot", "checkpoint", "entries", "nodes", "index", "disclosures")


@dataclass(frozen=True, slots=True)
class LotBundle:
    """A parsed bundle. Nothing in it is believed before the checklist has run.

    `nodes` is the one proof of v2, None in v1, where each entry has a path and `anchors` theirs.
    """

    item: str
    lot_code: str
    checkpoint: str
    entries: tuple[BundleEntry, ...]
    anchors: tuple[AnchorPath, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    nodes: tuple[bytes, ...] | None = None
    index: BundleIndex | None = None

    @classmethod
    def parse(cls, raw: bytes) -> LotBundle:
        """Checklist item 1 for the file around the entries.

        Raises:
            strict_json.FileRefused: unknown, missing or malformed fields.
            ledger.verify.wording.Refusal: an entry cannot be one.
        """
        value = strict_json.load(raw, _WHAT, MAX_BUNDLE)
        old = not (isinstance(value, dict) and value.get("format") == FORMAT)
        top = strict_json.object_of(value, _V1 if old else _V2, "the file", _WHAT)
        if old and top["format"] != OLD_FORMAT:
            raise strict_json.FileRefused(
                "value-wrong", where="format", what=_WHAT, found=top["format"], expected=FORMAT
            )
        anchors = strict_json.list_of(top["anchors"], "anchors", _WHAT, MAX_ENTRIES) if old else []
        return cls(
            strict_json.text_of(top["item"], "item", _WHAT, 80),
            strict_json.text_of(top["lot"], "lot", _WHAT, 20),
            strict_json.text_of(top["checkpoint"], "checkpoint", _WHAT, 1024 * 1024),
            _entries(strict_json.list_of(top["entries"], "entries", _WHAT, MAX_ENTRIES), old=old),
            _anchors(anchors),
            _disclosures(
                strict_json.list_of(top["disclosures"], "disclosures", _WHAT, MAX_ENTRIES)
            ),
            None if old else parse_nodes(top["nodes"], "nodes"),
            None if old else parse_index(top["index"]),
        )

    def format(self) -> bytes:
        """The file's bytes: one entry a line, so that a person can read and compare them."""
        old = self.nodes is None
        lines = [
            f'{{"format":{_text(OLD_FORMAT if old else FORMAT)},'
            f'"item":{_text(self.item)},"lot":{_text(self.lot_code)},',
            f'"checkpoint":{_text(self.checkpoint)},',
            f'"entries":[\n{_joined([_entry_value(one, old=old) for one in self.entries])}],',
            *(self._old_proofs() if self.nodes is None else self._proofs(self.nodes)),
            '"disclosures":['
            + _joined(
                [
                    {"digest": d.digest, "salt": d.salt.hex(), "text": d.text}
                    for d in self.disclosures
                ]
            )
            + "]}",
        ]
        return ("\n".join(lines) + "\n").encode()

    def _old_proofs(self) -> list[str]:
        return [
            f'"anchors":[{_joined([{"size": a.size, "path": _hexes(a.path)} for a in self.anchors])}],'
        ]

    def _proofs(self, nodes: tuple[bytes, ...]) -> list[str]:
        made = [f'"nodes":"{format_nodes(nodes)}",']
        if self.index is None:
            return [*made, '"index":null,']
        rows = _joined([row.as_json() for row in self.index.rows])
        return [
            *made,
            f'"index":{{"entry":{self.index.entry},"rows":[\n{rows}],',
            f'"nodes":"{format_nodes(self.index.nodes)}"}},',
        ]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _hexes(path: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in path]


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _joined(values: list[dict[str, Any]]) -> str:
    return ",\n".join(_compact(value) for value in values)


def _entry_value(one: BundleEntry, *, old: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "index": one.index,
        "payload": one.entry.payload.decode(),
        "keyid": one.entry.keyid.hex(),
        "signature": one.entry.signature.hex(),
    }
    return made | {"path": _hexes(one.path)} if old else made


def _path(value: Any, where: str) -> tuple[bytes, ...]:
    hashes = strict_json.list_of(value, where, _WHAT, 64)
    return tuple(strict_json.hex_of(one, 32, where, _WHAT) for one in hashes)


_OF_ENTRY = ("index", "payload", "keyid", "signature")


def _entries(values: list[Any], *, old: bool) -> tuple[BundleEntry, ...]:
    found: list[BundleEntry] = []
    names = (*_OF_ENTRY, "path") if old else _OF_ENTRY
    for at, value in enumerate(values):
        where = f"entries[{at}]"
        fields = strict_json.object_of(value, names, where, _WHAT)
        index = strict_json.whole_of(fields["index"], where, _WHAT)
        if found and index <= found[-1].index:
            raise strict_json.FileRefused(
                "value-wrong",
                where=f"{where}.index",
                what=_WHAT,
                found=index,
                expected=f"an index above {found[-1].index}",
            )
        payload = strict_json.text_of(fields["payload"], f"{where}.payload", _WHAT, MAX_PAYLOAD)
        try:
            signed = payload.encode()
        except UnicodeEncodeError:
            raise strict_json.FileRefused(
                "value-wrong", where=f"{where}.payload", what=_WHAT, found=at, expected="text"
            ) from None
        entry = make_entry(
            signed,
            strict_json.hex_of(fields["keyid"], 32, f"{where}.keyid", _WHAT),
            strict_json.hex_of(fields["signature"], 64, f"{where}.signature", _WHAT),
        )
        path = _path(fields["path"], f"{where}.path") if old else ()
        found.append(BundleEntry(index, entry, path))
    return tuple(found)


def _anchors(values: list[Any]) -> tuple[AnchorPath, ...]:
    found: list[AnchorPath] = []
    for at, value in enumerate(values):
        where = f"anchors[{at}]"
        fields = strict_json.object_of(value, ("size", "path"), where, _WHAT)
        size = strict_json.whole_of(fields["size"], where, _WHAT)
        if found and size <= found[-1].size:
            raise strict_json.FileRefused(
                "value-wrong",
                where=f"{where}.size",
                what=_WHAT,
                found=size,
                expected=f"a size above {found[-1].size}",
            )
        found.append(AnchorPath(size, _path(fields["path"], f"{where}.path")))
    return tuple(found)


def _disclosures(values: list[Any]) -> tuple[Disclosure, ...]:
    found: list[Disclosure] = []
    for at, value in enumerate(values):
        where = f"disclosures[{at}]"
        fields = strict_json.object_of(value, ("digest", "salt", "text"), where, _WHAT)
        strict_json.hex_of(fields["digest"], 32, where, _WHAT)
        found.append(
            Disclosure(
                fields["digest"],
                strict_json.hex_of(fields["salt"], 32, where, _WHAT),
                strict_json.text_of(fields["text"], where, _WHAT, 4000),
            )
        )
    return tuple(found)
