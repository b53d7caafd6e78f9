"""Check 8, completeness: by the index of the log nothing about the lot was left out of a bundle.

The rows a bundle must have follow from its entries (docs/format.md, section 10); what they must say
follows from the entries below the index's size (section 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.bundle_rows import BundleIndex, RowName
from ledger.verify.completeness import Value, key_row, key_value, papers_row, rows_touched
from ledger.verify.graph import Lot
from ledger.verify.history import Located
from ledger.verify.keys import COMMITTED, KEY_TYPES, KeyBook, KeyRecord
from ledger.verify.lots import LotGraph
from ledger.verify.map_proof import RowsRefused, root_of_rows
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.report import CompleteAsOf, Report
from ledger.verify.sparse_map import row_name
from ledger.verify.statement import Statement

_HIDDEN = {"lot": "statement-hidden", "papers": "papers-hidden", "key": "key-change-hidden"}


def rows_wanted(
    lot: Lot, signers: Iterable[KeyRecord], located: Iterable[Located], graph: LotGraph
) -> list[RowName]:
    """Names of the rows that a bundle of these statements holds, in the order of the file.

    `signers` are the keys that signed its entries, `graph` is the statements' own.
    """
    lots = [lot, *graph.ancestors(lot)]
    subjects = {f"product:{item}" for item, _ in lots if "/" not in item}
    for one in located:
        said = one.statement
        if not is_goods(said.type):
            continue
        subjects.add(f"party:{said.party}")
        body = said.body["body"] if said.type == "corrected" else said.body
        if "site" in body:
            subjects.add(f"site:{said.party}/{body['site']}")
    wanted: set[RowName] = {("lot", *one) for one in lots}
    wanted |= {key_row(one) for one in signers}
    wanted |= {papers_row(one) for one in subjects}
    return sorted(wanted, key=row_name)


def is_goods(kind: str) -> bool:
    """Whether statements of a type are about goods: neither registry, keys nor index."""
    return kind not in KEY_TYPES and kind not in REGISTRY_TYPES and kind != COMMITTED


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the entries below the index's size say."""

    rows: Mapping[RowName, tuple[int, str]]
    keys: Mapping[str, Value]


class IndexCheck:
    """The completeness part of check 8 for one bundle."""

    def __init__(
        self, bundle: LotBundle, readable: Mapping[int, Statement], report: Report
    ) -> None:
        """`readable` are the bundle's statements by log index."""
        self._bundle = bundle
        self._report = report
        self._keys: dict[str, Value] | None = None
        said = None if bundle.index is None else readable.get(bundle.index.entry)
        self._size = said.body["size"] if said is not None and said.type == COMMITTED else 0

    def before(self, index: int, keys: KeyBook) -> None:
        """To be told of each entry before it is folded: keys count as of the index's size."""
        if self._keys is None and index >= self._size:
            self._keys = {keyid.hex(): key_value(keys, keyid) for keyid in keys.records}

    def check(
        self, lot: Lot, located: Sequence[Located], graph: LotGraph, *, required: bool
    ) -> None:
        """Judge it, once the rest of the bundle was."""
        index = self._bundle.index
        if index is None:
            if required:
                self._report.fail(8, None, BundleRefused("index-absent"))
            return
        stood = not self._report.failures
        committed = next(
            (o for o in located if o.index == index.entry and o.statement.type == COMMITTED), None
        )
        if committed is None:
            self._report.fail(8, index.entry, BundleRefused("index-absent"))
            return
        body = committed.statement.body
        if not self._proved(index, body["root"]) or not stood:
            return
        signers = [one.signer for one in located]
        if self._whole(rows_wanted(lot, signers, located, graph), located, index):
            self._report.complete_as_of = CompleteAsOf(
                body["size"], index.entry, committed.statement.time
            )

    def _proved(self, index: BundleIndex, root: str) -> bool:
        try:
            found = root_of_rows([row.placed() for row in index.rows], index.nodes)
        except RowsRefused as refused:
            self._report.fail(8, index.entry, refused)
            return False
        if found.hex() != root:
            self._report.fail(8, index.entry, BundleRefused("index-unproved", index=index.entry))
            return False
        return True

    def _whole(
        self, wanted: Sequence[RowName], located: Sequence[Located], index: BundleIndex
    ) -> bool:
        before = len(self._report.failures)
        given = {row.name: row.value for row in index.rows}
        for name in wanted:
            if name not in given:
                self._fail("index-row-missing", name)
        counted = _Counted(_counted(located, self._size), self._keys or {})
        for name, value in given.items():
            if name not in wanted:
                self._fail("index-row-extra", name)
            else:
                self._judge(name, value, counted)
        return len(self._report.failures) == before

    def _judge(self, name: RowName, value: dict[str, Any] | None, counted: _Counted) -> None:
        if name[0] == "key":
            known = counted.keys.get(name[2])
            if value == known:
                return
            hidden = value is not None and known is not None and _says_more(value, known)
            self._fail(_HIDDEN["key"] if hidden else "index-false", name)
            return
        count, head = counted.rows.get(name, (0, ""))
        said = 0 if value is None else value["count"]
        if said > count:
            self._fail(_HIDDEN[name[0]], name, count=said, found=count)
        elif said != count or (value is not None and value["head"] != head):
            self._fail("index-false", name)

    def _fail(self, code: str, name: RowName, **more: object) -> None:
        of = {"row": " ".join(name), "lot": name[-1], "subject": name[-1], "keyid": name[-1]}
        self._report.fail(8, None, BundleRefused(code, **of, **more))


def _counted(located: Iterable[Located], size: int) -> dict[RowName, tuple[int, str]]:
    found: dict[RowName, tuple[int, str]] = {}
    for one in located:
        if one.index < size:
            for name in rows_touched(one.statement):
                found[name] = found.get(name, (0, ""))[0] + 1, one.id
    return found


def _says_more(row: Value, known: Value) -> bool:
    """Whether the log knows of an end, or of an earlier one, that the bundle does not show."""
    return any(_when(row[name]) < _when(known[name]) for name in ("ended", "last_good"))


def _when(index: int | None) -> float:
    return inf if index is None else index
