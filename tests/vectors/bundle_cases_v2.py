"""The cases of bundle format v2 about completeness, and what v1 could not notice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.bundle_rows import BundleIndex, BundleRow
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.completeness import Value
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.log_proof import ProvedTree
from ledger.verify.note import sign_note
from ledger.verify.trust import Trust
from tests.ledger_story import (
    CLEAN_LOT,
    DRIED,
    GROWER,
    LOG,
    ORIGIN,
    PACKER,
    RECALLED_LOT,
    SIGNERS,
    TRUST,
    told,
)
from tests.tampering.forgery import ids_of, resigned
from tests.tampering.indexed import Whole, commitment, indexed

REQUIRED = replace(TRUST, index_required=True)
_STATION = SIGNERS[PACKER, "station"]
_K2: Lot = (DRIED, "K2")


@dataclass(frozen=True, slots=True)
class Case:
    """What was done, who would do it, and the files."""

    what: str
    who: str
    bundle: LotBundle | bytes
    trust: Trust = REQUIRED
    label: tuple[str, int] | None = None

    @property
    def raw(self) -> bytes:
        """The bundle's bytes."""
        return self.bundle if isinstance(self.bundle, bytes) else self.bundle.format()


@cache
def whole() -> Whole:
    """The story with an index of all of it."""
    return Whole(indexed(told().entries))


@cache
def indexes_of(lot: Lot) -> tuple[int, ...]:
    """What the program's own exporter takes for a lot of the story."""
    return tuple(one.index for one in LotBundle.parse(told().bundles[lot]).entries)


@cache
def clean() -> LotBundle:
    """The clean lot with all that v2 has."""
    return whole().bundle(indexes_of(CLEAN_LOT), CLEAN_LOT)


def _without(lot: Lot, kind: str) -> LotBundle:
    """A skilful operator's bundle: all proofs made anew, every statement of a type left out."""
    kept = [at for at in indexes_of(lot) if kind_of(whole().entries[at]) != kind]
    assert len(kept) < len(indexes_of(lot))
    return whole().bundle(kept, lot)


def kind_of(raw: bytes) -> str:
    """Type of an entry's statement."""
    return str(json.loads(parse_entry(raw).payload)["type"])


def _rows(change: Callable[[BundleIndex], BundleIndex]) -> LotBundle:
    index = clean().index
    assert index is not None
    return replace(clean(), index=change(index))


def _lying(
    lie: Callable[[dict[tuple[str, ...], Value]], None], lot: Lot, kind: str = ""
) -> LotBundle:
    """The log key commits to other rows than the log gives, and hides a type of statement."""
    rows = dict(whole().rows)
    lie(rows)
    ledger = Whole([*told().entries, commitment(told().entries, rows)], rows)
    kept = [at for at in indexes_of(lot) if kind_of(ledger.entries[at]) != kind]
    return ledger.bundle(kept, lot)


def _no_root(index: BundleIndex) -> BundleIndex:
    row = next(one for one in index.rows if one.name[0] == "lot" and one.value)
    wrong = replace(row, value={**(row.value or {}), "count": (row.value or {})["count"] - 1})
    return replace(index, rows=tuple(wrong if one is row else one for one in index.rows))


def _other_node(index: BundleIndex) -> BundleIndex:
    last = index.nodes[-1]
    return replace(index, nodes=(*index.nodes[:-1], last[:-1] + bytes([last[-1] ^ 1])))


def _dropped(index: BundleIndex, name: tuple[str, ...]) -> BundleIndex:
    return whole().rows_for(one.name for one in index.rows if one.name != name)


def _with_note(note: str) -> LotBundle:
    return replace(clean(), checkpoint=note)


def _lot_row() -> tuple[str, ...]:
    return ("lot", *CLEAN_LOT)


def _before_recall() -> LotBundle:
    """The ledger as it stood before the recall of K2, whole and truly indexed then."""
    recall = next(at for at, raw in enumerate(told().entries) if kind_of(raw) == "recalled")
    ledger = Whole(indexed(told().entries[:recall]))
    return ledger.bundle([at for at in indexes_of(RECALLED_LOT) if at < recall], RECALLED_LOT)


def _false_rows(rows: dict[tuple[str, ...], Value]) -> None:
    name = ("lot", *_K2)
    rows[name] = {**rows[name], "count": rows[name]["count"] - 1}


def _row_elsewhere(index: BundleIndex) -> BundleIndex:
    """The lot's own row said to be absent, another row shown in its place."""
    stranger = next(one for one in index.rows if one.name[0] == "key").placed()
    assert stranger.digest is not None
    other = stranger.key, stranger.digest
    return replace(
        index,
        rows=tuple(
            BundleRow(one.name, None, one.depth, other) if one.name == _lot_row() else one
            for one in index.rows
        ),
    )


def _by_station() -> LotBundle:
    """A station signs an index: it knows all rows, but it is not the log key."""
    raw = resigned(
        commitment(told().entries),
        _STATION,
        party=PACKER,
        seq=99,
        prev="ab" * 32,
    )
    return Whole([*told().entries, raw], dict(whole().rows)).bundle(
        indexes_of(CLEAN_LOT), CLEAN_LOT
    )


def _as_leaf() -> LotBundle:
    """A tree, signed with the log key, where the last entry's id stands in place of its pair's node."""
    ids = ids_of(whole().entries)
    leaves = dict(enumerate(ids[:-2]))
    tree = ProvedTree(len(ids), leaves, (), [ids[-1]])
    head = Checkpoint(ORIGIN, len(ids), tree.root_at(len(ids)))
    return _with_note(sign_note(head.format(), ORIGIN, LOG.private))


def _later(one: BundleEntry) -> BundleEntry:
    return replace(one, index=one.index + 1)


def completeness_cases() -> Mapping[str, Case]:
    """Index and rows."""
    operator = "The operator of the log, or whoever hands out bundles."
    log_key = "The operator, with the log key in hand."
    return {
        "clean_complete": Case("A lot with nothing wrong, its index and rows.", "", clean()),
        "index_optional": Case(
            "The same without index, for a trust file that does not ask for one.",
            "",
            replace(Whole(told().entries).bundle(indexes_of(CLEAN_LOT), CLEAN_LOT)),
            TRUST,
        ),
        "index_absent_fail": Case(
            "A bundle without index, and the trust file requires one.",
            operator,
            Whole(told().entries).bundle(indexes_of(CLEAN_LOT), CLEAN_LOT),
        ),
        "index_absent_old_fail": Case(
            "A bundle of format v1, and the trust file requires an index.",
            operator,
            told().bundles[CLEAN_LOT],
        ),
        "recall_shown": Case(
            "The recall of an input is there: verified, and recalled.",
            "",
            whole().bundle(indexes_of(RECALLED_LOT), RECALLED_LOT),
        ),
        "recall_hidden_fail": Case(
            "The recall of this very lot left out, all proofs made anew.",
            operator,
            _without(_K2, "recalled"),
        ),
        "recall_of_ancestor_hidden_fail": Case(
            "The recall of a lot that this one was made of left out, all proofs made anew.",
            operator,
            _without(RECALLED_LOT, "recalled"),
        ),
        "before_recall": Case(
            "An old bundle, made before the recall. It is verified and says so as of an older mark: "
            "who wants to know of later recalls asks for a newer one.",
            "A seller who kept an old bundle.",
            _before_recall(),
        ),
        "correction_hidden_fail": Case(
            "The correction of the lot's own harvest left out.",
            operator,
            _without((f"{GROWER}/la-tuoi", "H3"), "corrected"),
        ),
        "certificate_hidden_fail": Case(
            "The recognition of the product left out.",
            operator,
            _without(CLEAN_LOT, "certificate-recorded"),
        ),
        "index_false_fail": Case(
            "The log key committed to one statement less about a lot than the log holds; the bundle "
            "shows them all.",
            log_key,
            _lying(_false_rows, RECALLED_LOT),
        ),
        "index_false_hides": Case(
            "The log key committed to a false index that hides the recall. No bundle can show that: "
            "the auditors, who recompute the index before they co-sign, do. This trust file asks for "
            "none.",
            log_key,
            _lying(_recall_unsaid, RECALLED_LOT, "recalled"),
        ),
        "index_root_false_fail": Case(
            "A row changed: one statement less.", operator, _rows(_no_root)
        ),
        "index_path_wrong_fail": Case(
            "One hash beside the rows changed.",
            operator,
            _rows(_other_node),
        ),
        "index_path_cut_fail": Case(
            "The last hash beside the rows left out.",
            operator,
            _rows(lambda index: replace(index, nodes=index.nodes[:-1])),
        ),
        "index_depth_wrong_fail": Case(
            "A row said to stand one level higher than it does.",
            operator,
            _rows(
                lambda index: replace(
                    index,
                    rows=(replace(index.rows[0], depth=index.rows[0].depth - 1), *index.rows[1:]),
                )
            ),
        ),
        "index_row_missing_fail": Case(
            "The lot's own row left out, the proof made anew.",
            operator,
            _rows(lambda index: _dropped(index, _lot_row())),
        ),
        "index_row_extra_fail": Case(
            "A true row of another lot added, the proof made anew.",
            operator,
            _rows(
                lambda index: whole().rows_for(
                    sorted([*(one.name for one in index.rows), ("lot", *RECALLED_LOT)])
                )
            ),
        ),
        "index_row_denied_fail": Case(
            "The lot's row said to be absent, another row shown in its place.",
            operator,
            _rows(_row_elsewhere),
        ),
        "index_rows_unordered_fail": Case(
            "Two rows in the wrong order.",
            operator,
            _rows(
                lambda index: replace(index, rows=(index.rows[1], index.rows[0], *index.rows[2:]))
            ),
        ),
        "index_statement_by_other_key_fail": Case(
            "The index signed by a station instead of the log key.",
            "A station that works with the operator.",
            _by_station(),
        ),
        "index_entry_wrong_fail": Case(
            "The index said to be another entry of the bundle.",
            operator,
            _rows(lambda index: replace(index, entry=clean().entries[-2].index)),
        ),
        "entry_moved_fail": Case(
            "The last statement about goods claims the log index after its own.",
            operator,
            replace(
                clean(),
                entries=(*clean().entries[:-2], _later(clean().entries[-2]), clean().entries[-1]),
            ),
        ),
        "node_changed_fail": Case(
            "One hash beside the entries changed.",
            operator,
            replace(clean(), nodes=(bytes(32), *(clean().nodes or ())[1:])),
        ),
        "node_left_over_fail": Case(
            "One hash too many beside the entries.",
            operator,
            replace(clean(), nodes=(*(clean().nodes or ()), bytes(32))),
        ),
        "node_as_leaf_fail": Case(
            "Sealed with the log key: the last entry's id stands where the node over it and its "
            "neighbour belongs.",
            log_key,
            _as_leaf(),
        ),
        "ancestry_cherry_picked_fail": Case(
            "The processing step left out, the rest made anew with right proofs and rows.",
            operator,
            _without(CLEAN_LOT, "processed"),
        ),
        "label_moved_fail": Case(
            "A genuine label of another lot, stuck on a pack of this one.",
            "Whoever has a roll of labels.",
            clean(),
            label=("A2", 201),
        ),
        "label_own": Case("A label of this lot.", "", clean(), label=("A2", 150)),
    }


def _recall_unsaid(rows: dict[tuple[str, ...], Value]) -> None:
    """K2's row as it was before its recall."""
    recall = next(at for at, raw in enumerate(told().entries) if kind_of(raw) == "recalled")
    rows["lot", *_K2] = Whole(indexed(told().entries[:recall])).rows["lot", *_K2]
