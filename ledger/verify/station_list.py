"""The station list: one file by which an inspector knows every station's key without a network.

It holds the statements about parties, keys and products with one proof under a co-signed checkpoint,
and the rows of the completeness index that show no end of a key to be hidden (docs/format.md, 18).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from ledger.verify import strict_json
from ledger.verify.bundle import FORMAT as BUNDLE_FORMAT
from ledger.verify.bundle import MAX_BUNDLE, LotBundle
from ledger.verify.bundle_checkpoint import open_sealed
from ledger.verify.bundle_entries import BundleEntries
from ledger.verify.bundle_proofs import BundleProofs
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.bundle_rows import BundleIndex, RowName
from ledger.verify.completeness import Value, key_row, key_value
from ledger.verify.history import History
from ledger.verify.keys import COMMITTED, KeyBook
from ledger.verify.map_proof import RowsRefused, root_of_rows
from ledger.verify.merkle import MAX_SIZE
from ledger.verify.report import CompleteAsOf, Report
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

FORMAT: Final = "ocop-ledger/station-list/v1"
LISTED: Final = frozenset(
    {
        "ledger-opened",
        "party-registered",
        "key-enrolled",
        "key-retired",
        "key-compromised",
        "product-registered",
    }
)
"""Statements that a list holds, beside the one `index-committed` that its rows are proved by."""
_FIELDS = ("format", "checkpoint", "entries", "nodes", "index")
_WHAT = "station list"


class ListRefused(Refusal):
    """The list holds what is none of its business."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "list-foreign": (
            "Entry {index} ({type}) does not belong in a station list; a list holds nothing unchecked.",
            "Phiếu {index} ({type}) không thuộc danh sách trạm; danh sách không được chứa nội dung không "
            "kiểm tra.",
        ),
    }


def format_station_list(made: LotBundle) -> bytes:
    """The file's bytes, of a bundle without a lot."""
    whole = json.loads(made.format())
    return b"".join(
        [
            b'{"format":' + json.dumps(FORMAT).encode(),
            *(b',\n"' + n.encode() + b'":' + _written(whole[n]) for n in _FIELDS[1:]),
            b"}\n",
        ]
    )


def _written(value: Any) -> bytes:
    if isinstance(value, list):
        return b"[\n" + b",\n".join(_written(one) for one in value) + b"]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parse_station_list(raw: bytes) -> LotBundle:
    """A list as the bundle of no lot that it is. Raises Refusal for what is not of the format."""
    value = strict_json.load(raw, _WHAT, MAX_BUNDLE)
    top = strict_json.object_of(value, _FIELDS, "the file", _WHAT)
    if top["format"] != FORMAT:
        raise strict_json.FileRefused(
            "value-wrong", where="format", what=_WHAT, found=top["format"], expected=FORMAT
        )
    whole = {**top, "format": BUNDLE_FORMAT, "item": "", "lot": "", "disclosures": []}
    return LotBundle.parse(json.dumps(whole).encode())


def verify_station_list(raw: bytes, trust: Trust) -> tuple[Report, History]:
    """Check a list's bytes against a trust file: checks 1 to 8 and 10 of the lot bundle.

    Returns the report, and what the list says of parties, keys and products: worth nothing unless the
    report is `verified`.
    """
    report = Report()
    try:
        made = parse_station_list(raw)
    except Refusal as refused:
        report.fail(1, None, refused)
        return report, History(lambda _: None)
    report.entries = len(made.entries)
    checkpoint = open_sealed(made, trust, report)
    entries = BundleEntries(made, trust, report, linked=False)
    readable = entries.readable
    proofs = BundleProofs(made, checkpoint, report)
    proofs.prove_all(readable.values())
    rows = _KeyRows(made.index, entries)
    entries.check(proofs, rows.before)
    rows.before(MAX_SIZE)
    entries.check_genesis(checkpoint)
    committed = None if made.index is None else made.index.entry
    for at, said in readable.items():
        if said.type not in LISTED and not (said.type == COMMITTED and at == committed):
            report.fail(8, at, ListRefused("list-foreign", index=at, type=said.type))
    rows.check(report, required=trust.index_required)
    proofs.check_anchors(entries.located)
    return report, entries.history


def key_rows(keys: KeyBook) -> list[RowName]:
    """Rows that a list of these keys holds."""
    return [key_row(record) for record in keys.records.values()]


class _KeyRows:
    """Whether the index knows the same of every key of the list."""

    def __init__(self, index: BundleIndex | None, entries: BundleEntries) -> None:
        self._index = index
        self._entries = entries
        self._known: dict[RowName, Value] | None = None
        said = None if index is None else entries.readable.get(index.entry)
        self._size = said.body["size"] if said is not None and said.type == COMMITTED else 0

    def before(self, at: int) -> None:
        """To be told of each entry before it is folded: keys count as of the index's size."""
        if self._known is None and at >= self._size:
            keys = self._entries.history.keys
            self._known = {
                key_row(record): key_value(keys, keyid) for keyid, record in keys.records.items()
            }

    def check(self, report: Report, *, required: bool) -> None:
        """Judge the rows, once the rest was; what they show goes to `report`."""
        index = self._index
        if index is None:
            if required:
                report.fail(8, None, BundleRefused("index-absent"))
            return
        stood = not report.failures
        committed = next(
            (
                one
                for one in self._entries.located
                if one.index == index.entry and one.statement.type == COMMITTED
            ),
            None,
        )
        if committed is None:
            report.fail(8, index.entry, BundleRefused("index-absent"))
            return
        try:
            root = root_of_rows([row.placed() for row in index.rows], index.nodes)
        except RowsRefused as refused:
            report.fail(8, index.entry, refused)
            return
        body = committed.statement.body
        if root.hex() != body["root"]:
            report.fail(8, index.entry, BundleRefused("index-unproved", index=index.entry))
        elif stood and self._whole(report, key_rows(self._entries.history.keys), index):
            report.complete_as_of = CompleteAsOf(
                body["size"], index.entry, committed.statement.time
            )

    def _whole(self, report: Report, wanted: Sequence[RowName], index: BundleIndex) -> bool:
        given = {row.name: row.value for row in index.rows}
        for name in wanted:
            if name not in given:
                report.fail(8, None, _refused("index-row-missing", name))
        for name, value in given.items():
            known = (self._known or {}).get(name)
            if name not in wanted:
                report.fail(8, None, _refused("index-row-extra", name))
            elif value != known:
                hidden = value is not None and known is not None and _ends_earlier(value, known)
                report.fail(
                    8, None, _refused("key-change-hidden" if hidden else "index-false", name)
                )
        return not report.failures


def _refused(code: str, name: RowName) -> BundleRefused:
    return BundleRefused(code, row=" ".join(name), lot=name[-1], subject=name[-1], keyid=name[-1])


def _ends_earlier(row: Value, known: Value) -> bool:
    """Whether the log knows of an end, or of an earlier one, that the list does not show."""
    ends = [(row[name], known[name]) for name in ("ended", "last_good")]
    return any(mine is not None and (other is None or mine < other) for mine, other in ends)
