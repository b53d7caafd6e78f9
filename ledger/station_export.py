"""Making the station list: every key, party and product of a ledger, as evidence to carry."""

from __future__ import annotations

from ledger.export import Exporter
from ledger.export_errors import ExportRefused
from ledger.node_blocks import NodeBlocks
from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.bundle_rows import BundleIndex, BundleRow
from ledger.verify.completeness import RowName
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History, Located
from ledger.verify.log_proof import make_proof
from ledger.verify.map_proof import hashes_beside
from ledger.verify.sparse_map import row_name
from ledger.verify.station_list import LISTED, key_rows


class StationExporter(Exporter):
    """Makes the list beside bundles, under the same checkpoints."""

    def station_list(self) -> LotBundle:
        """The list as the bundle of no lot that it is.

        Raises:
            ExportRefused: `views-behind`; try again.
        """
        seen = self.views.size
        about = self.projector.located_all(self.views.steering_from(0))
        chosen = {one.index: one for one in about if one.statement.type in LISTED}
        rows = self._key_rows(self._names(chosen), seen)
        if rows is not None:
            chosen[rows.entry] = self.projector.located(rows.entry)
        note, size = self._checkpoint(max(chosen))
        raw = dict(self._sealed(sorted(chosen)))
        sizes = [one.statement.anchor[0] for one in chosen.values() if one.statement.anchor]
        node = NodeBlocks(self.log.store).node
        return LotBundle(
            "",
            "",
            note,
            tuple(BundleEntry(at, parse_entry(raw[at])) for at in sorted(raw)),
            nodes=tuple(make_proof(size, raw, sizes, node)),
            index=rows,
        )

    def _names(self, chosen: dict[int, Located]) -> list[RowName]:
        """Rows of just the keys that these statements enrol, whatever was enrolled since."""
        raw = dict(self._sealed(sorted(chosen)))
        book = History(lambda _: None, partial=True)
        for at in sorted(chosen):
            _fold(book, chosen[at], parse_entry(raw[at]))
        return sorted(key_rows(book.keys), key=row_name)

    def _key_rows(self, names: list[RowName], seen: int) -> BundleIndex | None:
        found = None if self.index is None else self.index.rows(names)
        if found is None:
            return None
        committed, rows = found
        if committed.size > seen:
            raise ExportRefused("views-behind", found=seen, expected=committed.size)
        made = [BundleRow(one.key, one.value, len(one.path), one.other) for one in rows]
        beside = hashes_beside(
            [(one.placed(), row.path) for one, row in zip(made, rows, strict=True)]
        )
        return BundleIndex(committed.index, tuple(made), tuple(beside))


def _fold(book: History, one: Located, entry: Entry) -> None:
    signer = book.keys.signer(entry.keyid, one.index, one.statement)
    book.fold(Located(one.index, one.id, one.statement, signer), entry)
