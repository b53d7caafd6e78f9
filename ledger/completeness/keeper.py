"""`IndexKeeper`: keeps `index.db` in step with what the log key has committed to.

It trusts the store's entries, which were checked when they were recorded, and no commitment: each is
compared with what the entries before it give. A crash at any moment leaves an index of an earlier
size; a file that is lost, damaged, or made from another log is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

from ledger.completeness.map_file import MapFile, Standing
from ledger.completeness.walk import Walk
from ledger.store.seam import LedgerStore
from ledger.verify.completeness import IndexRefused, Row, RowName
from ledger.verify.merkle import leaf_hash
from ledger.verify.row_tree import RowsSpoilt, RowTree
from ledger.verify.sparse_map import MapRefused

_PAGE = 500
_REACH = 60_000  # entries since a commitment's size: well within what docs/format.md 17 allows
_EXAMINED = 3  # times that the whole log is read again because of a false commitment


@dataclass(frozen=True, slots=True)
class Committed:
    """A true commitment: to `rows` rows with this `root` for the first `size` entries.

    `index` and `entry_id` (hex) are those of its own statement in the log.
    """

    size: int
    root: bytes
    rows: int
    index: int
    entry_id: str


@dataclass(slots=True)
class Proposal:
    """What the log key may commit to now: `before` is the id (hex) of its commitment before.

    Set `made` to log index and id (32 bytes) once the statement is sealed.
    """

    size: int
    root: bytes
    rows: int
    before: str | None
    made: tuple[int, bytes] | None = None


class _NotMade(Exception):
    """A proposal was not signed."""


class IndexKeeper:
    """The rows of one log, with proofs. May be used by several threads and processes."""

    def __init__(self, store: LedgerStore, path: Path | None) -> None:
        """`path` is the file; None keeps a temporary one. Nothing is read before it is needed.

        Set `until` to what answers how many entries of the log have met their quorum of witnesses,
        None for no such bound. The rows then go no further: a commitment that no co-signed
        checkpoint covers would take the quorum from every lot. The first one is not waited for.
        """
        self._store = store
        self._file = MapFile(path)
        self._lock = RLock()
        self._walk: Walk | None = None
        self._tree = RowTree(self._file)
        self._stands = Standing()
        self.until: Callable[[], int | None] = lambda: None
        self._examined: set[int] = set()  # commitments that an index made anew was compared with

    @property
    def fault(self) -> str | None:
        """A commitment of the log key that was found false, as one sentence; None: none was."""
        wrong = self.false_commitment()
        return None if wrong is None else wrong.say("en")

    def false_commitment(self) -> IndexRefused | None:
        """The same as what refuses it, to be said in either language."""
        if not self._file.exists:
            return None
        fault = self._file.mended(self._standing).fault
        if fault is None:
            return None
        found = json.loads(fault)
        return IndexRefused(found["code"], **found["params"])

    def committed(self) -> Committed | None:
        """The newest true commitment, when the rows are just those it commits to."""
        found = self.rows(())
        return None if found is None else found[0]

    def row(self, name: RowName) -> Row:
        """One row, or that there is none, with its proof against `committed`.

        Between two calls the index may go on: use `rows` for what belongs together.

        Raises:
            LookupError: nothing is committed.
        """
        found = self.rows((name,))
        if found is None:
            raise LookupError(name)
        return found[1][0]

    def rows(self, names: Iterable[RowName]) -> tuple[Committed, list[Row]] | None:
        """The newest true commitment and rows with proofs against it, all of one moment."""
        if not self._file.exists:
            return None
        return self._file.mended(lambda: self._rows(list(names)))

    def follow(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Take in what was sealed since, commitment by commitment, or until `stop` says so.

        Raises:
            Refusal: a sealed entry cannot be read.
        """
        if self._store.replica is not None:
            return  # what a station has of a hub's log adds up to nothing that anybody commits to
        with self._lock:
            end = self.until()
            self._go(stop, end)
            if end is not None and not self._stands.holds:
                self._go(stop, None)

    def _go(self, stop: Callable[[], bool], end: int | None) -> None:
        while not stop() and self._file.mended(lambda: self._step(end)):
            pass

    def propose(self) -> tuple[int, bytes, int]:
        """(size, root, rows) of everything sealed by now; nothing is written."""
        with self.proposing() as one:
            if one is not None:
                return one.size, one.root, one.rows
        return self._stands.size, self._stands.root, self._stands.rows

    @contextmanager
    def proposing(self) -> Iterator[Proposal | None]:
        """A proposal to sign, None when all that is sealed is committed to.

        The rows are kept when the block sets `made`; otherwise, and when it fails, they are as
        before. Other processes wait with their turn meanwhile.
        """
        self.follow()
        with self._lock, self._undone(), self._file.turn():
            walk = self._joined()
            late = self._store.size() - walk.read > _REACH
            if self._store.replica is not None or not walk.fresh or late:
                yield None
                return
            try:
                walk.advance()
            except RowsSpoilt:
                # Nothing is signed that was reckoned from a spoilt file; the next `follow` mends it.
                self._clear()
                yield None
                return
            last = self._stands.id if walk.last is None else walk.last[1]
            before = None if last is None else last.hex()
            one = Proposal(walk.size, self._tree.root, self._tree.rows, before)
            yield one
            end = self.until() if self._stands.holds else None
            if one.made is None or (end is not None and one.made[0] >= end):
                raise _NotMade  # or to be followed once it is co-signed
            self._stand(walk, one.made, holds=True, fault=self._stands.fault)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Memory that went ahead of the file is forgotten, unless the block ends well."""
        try:
            yield
        except _NotMade:
            self._walk = None
        except BaseException:
            self._walk = None
            raise

    def _step(self, end: int | None) -> bool:
        """Some entries further; False at the end of the log, or before the index `end`."""
        with self._undone(), self._file.turn():
            walk = self._joined()
            size, stands = walk.size, self._stands
            made = None if stands.entry is None or stands.id is None else (stands.entry, stands.id)
            holds, fault = stands.holds, stands.fault
            most = _PAGE if end is None else max(min(end - walk.read, _PAGE), 0)
            page = self._store.sealed(walk.read, most) if most else []
            for index, raw in page:
                wrong = walk.take(raw)
                if wrong is not None and self._is_doubtful(index, fault):
                    # It may be this file that is wrong.
                    self._clear()
                    return True
                if wrong is not None and fault is None:
                    fault = json.dumps({"code": wrong.code, "params": wrong.params})
                if walk.last is not None and walk.last[0] == index:
                    made, holds = walk.last, wrong is None
                elif walk.size != size:
                    holds = False
                size = walk.size
            self._stand(walk, made, holds=holds, fault=fault)
            return len(page) == _PAGE

    def _joined(self) -> Walk:
        """The way along the log from where the file stands, within a turn."""
        stands = self._file.standing()
        if self._walk is None or stands != self._stands or not self._is_of_this_log(stands):
            if not self._is_of_this_log(stands):
                self._clear()
                stands = Standing()
            if stands.id is not None and self._store.index_of(stands.id) != stands.entry:
                # The rows are right, but the log that was put back does not have the commitment.
                stands = replace(stands, entry=None, id=None, holds=False)
                self._file.stand(stands)
            self._stands = stands
            self._tree = RowTree(self._file, stands.rows, stands.root)
            self._walk = Walk(self._store, self._tree, stands.size)
        return self._walk

    def _is_of_this_log(self, stands: Standing) -> bool:
        return stands.size == 0 or self._tip(stands.size) == stands.tip

    def _tip(self, size: int) -> bytes:
        """Id of the last of the first `size` sealed entries."""
        return b"".join(leaf_hash(raw) for _, raw in self._store.sealed_at([size - 1]))

    def _is_doubtful(self, index: int, fault: str | None) -> bool:
        """Whether a commitment found false has not been compared with an index made anew."""
        known = fault is not None and json.loads(fault)["params"]["index"] == index
        if known or index in self._examined or len(self._examined) == _EXAMINED:
            return False
        self._examined.add(index)
        return True

    def _clear(self) -> None:
        self._file.clear()
        self._walk = None

    def _stand(
        self,
        walk: Walk,
        made: tuple[int, bytes] | None,
        *,
        holds: bool,
        fault: str | None = None,
    ) -> None:
        """Write down what the rows are, if that is something new."""
        entry, found = made if made is not None else (None, None)
        tip = self._stands.tip if walk.size == self._stands.size else self._tip(walk.size)
        stands = Standing(
            walk.size, self._tree.rows, self._tree.root, tip, entry, found, holds, fault
        )
        if stands != self._stands:
            self._file.stand(stands)
            self._stands = stands

    def _standing(self) -> Standing:
        with self._file.glance() as shown:
            return shown.standing()

    def _rows(self, names: list[RowName]) -> tuple[Committed, list[Row]] | None:
        with self._file.glance() as shown:
            at = shown.standing()
            if not at.holds or at.entry is None or at.id is None:
                return None
            tree = RowTree(shown, at.rows, at.root)
            found = Committed(at.size, at.root, at.rows, at.entry, at.id.hex())
            try:
                rows = [tree.row(name) for name in names]
                proved = all(row.root() == at.root for row in rows)
            except (ValueError, MapRefused) as wrong:
                raise RowsSpoilt from wrong
        if not proved:
            raise RowsSpoilt
        return found, rows
