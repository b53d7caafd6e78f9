"""The read side: indexed reads of the tables, and what today's date adds to them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.projections.schema import STEERS, open_views
from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot

_STEERING_FROM = (
    "SELECT idx FROM entry INDEXED BY entry_steering "  # noqa: S608  # constant names
    f"WHERE idx >= ? AND {STEERS} ORDER BY idx"
)

# Marks by lot: a product has marks for every lot there ever was.
_LABEL_AT = (
    "SELECT size, issued.lot, ("
    "SELECT state FROM label_mark WHERE gtin = ?1 AND lot = issued.lot AND tag = ?2 "
    "AND first <= ?3 AND last >= ?3 ORDER BY idx DESC LIMIT 1"
    ") FROM progress LEFT JOIN ("
    "SELECT lot FROM label_range WHERE gtin = ?1 AND tag = ?2 AND first <= ?3 AND last >= ?3 "
    "ORDER BY first DESC LIMIT 1"
    ") AS issued"
)


@dataclass(frozen=True, slots=True)
class LotFacts:
    """One row of the lot table; `facts` is described in `ledger.projections.facts`."""

    item: str
    lot: str
    last_index: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A serial's range and state: issued, printed or void."""

    lot_code: str
    state: str


@dataclass(frozen=True, slots=True)
class Container:
    """What stands in the ledger of a carton or pallet: who filled it, first when, with what.

    `contents` is (item, lot code, quantity object) in the order of the statements.
    """

    sscc: str
    party: str
    time: str
    contents: tuple[tuple[str, str, dict[str, str]], ...]


class Views:
    """Reads over one views file. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._opening = threading.Lock()

    def connection(self) -> sqlite3.Connection:
        """This thread's own connection, for reading."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = open_views(self.path)
            with self._opening:
                self._open = [*self._of_living(), (threading.current_thread(), found)]
        return found

    def _of_living(self) -> Iterator[tuple[threading.Thread, sqlite3.Connection]]:
        """What is open, without the connections of threads that have ended: they are closed."""
        for thread, connection in self._open:
            if thread.is_alive():
                yield thread, connection
            else:
                connection.close()

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self.connection().execute(query, values).fetchall()

    @property
    def size(self) -> int:
        """Tree size that the tables have reached."""
        return int(self._rows("SELECT size FROM progress")[0][0])

    def lot(self, item: str, code: str) -> LotFacts | None:
        """A lot by item text (GTIN-14 or PARTY/code) and lot code."""
        rows = self._rows("SELECT last_idx, facts FROM lot WHERE item = ? AND lot = ?", item, code)
        return None if not rows else LotFacts(item, code, rows[0][0], json.loads(rows[0][1]))

    def lots(
        self, party: str | None = None, limit: int = 200, before: int | None = None
    ) -> list[dict[str, Any]]:
        """Lots by newest statement first: facts of each, bounded by `limit`."""
        bounds: list[object] = [2**62 if before is None else before, min(limit, 1000)]
        where = "last_idx < ?"
        if party is not None:
            where, bounds = f"party = ? AND {where}", [party, *bounds]
        rows = self._rows(
            f"SELECT facts, last_idx FROM lot WHERE {where} "  # noqa: S608  # constant text
            "ORDER BY last_idx DESC, item, lot LIMIT ?",
            *bounds,
        )
        return [{**json.loads(row[0]), "last_index": row[1]} for row in rows]

    def lots_with_code(self, code: str) -> list[Lot]:
        """Every lot that has this lot code, newest first."""
        rows = self._rows("SELECT item, lot FROM lot WHERE lot = ? ORDER BY last_idx DESC", code)
        return [(row[0], row[1]) for row in rows]

    def label(self, gtin14: str, tag: str, counter: int) -> LabelRow | None:
        """Which lot a serial was issued for, and its newest state."""
        return self.label_at(gtin14, tag, counter)[1]

    def label_at(self, gtin14: str, tag: str, counter: int) -> tuple[int, LabelRow | None]:
        """The same after the tree size that it speaks of: one statement, for each scan asks it."""
        found = self.connection().execute(_LABEL_AT, (gtin14, tag, counter)).fetchone()
        size, lot, state = found
        return size, None if lot is None else LabelRow(lot, state or "issued")

    def label_ranges(self, gtin14: str, lot: str) -> list[tuple[str, int, int]]:
        """(tag, first, last) of every issue for a lot, in ledger order."""
        return [
            (row[0], row[1], row[2])
            for row in self._rows(
                "SELECT tag, first, last FROM label_range WHERE gtin = ? AND lot = ? ORDER BY idx",
                gtin14,
                lot,
            )
        ]

    def label_marks(self, gtin14: str, lot: str) -> list[tuple[str, int, int, str]]:
        """(tag, first, last, state) of every outcome recorded for a lot, in ledger order."""
        return [
            (row[0], row[1], row[2], row[3])
            for row in self._rows(
                "SELECT tag, first, last, state FROM label_mark WHERE gtin = ? AND lot = ? "
                "ORDER BY idx",
                gtin14,
                lot,
            )
        ]

    def container(self, sscc: str) -> Container | None:
        """A carton by its SSCC. Whoever named the number first fills it; corrections count."""
        rows = self._rows(
            "SELECT entry, sscc, party, time, contents FROM container WHERE entry IN "
            "(SELECT entry FROM container WHERE sscc = ?) ORDER BY idx",
            sscc,
        )
        by_entry: dict[str, list[Any]] = {}
        for row in rows:
            by_entry.setdefault(row[0], []).append(row)
        # The newest row of a statement counts; its time stays that of the statement corrected.
        standing = [(found[0], found[-1]) for found in by_entry.values() if found[-1][1] == sscc]
        if not standing:
            return None
        party = standing[0][0][2]
        own = [(first[3], newest[4]) for first, newest in standing if first[2] == party]
        return Container(
            sscc,
            party,
            own[0][0],
            tuple(
                (one["lot"]["item"], one["lot"]["code"], one["quantity"])
                for _, contents in own
                for one in json.loads(contents)
            ),
        )

    def next_counter(self, gtin14: str, tag: str) -> int:
        """First serial counter of a tag that was never issued for this GTIN."""
        rows = self._rows(
            "SELECT coalesce(max(last), 0) + 1 FROM label_range WHERE gtin = ? AND tag = ?",
            gtin14,
            tag,
        )
        return int(rows[0][0])

    def heads(self, lot: Lot) -> list[int]:
        """Log indexes of the statements about a lot, newest last."""
        rows = self._rows(
            "SELECT idx FROM entry_lot WHERE item = ? AND lot = ? AND about = 1 ORDER BY idx", *lot
        )
        return [row[0] for row in rows]

    def descendants(self, lot: Lot) -> list[Lot]:
        """Every lot made from this one, nearest first."""
        found: dict[Lot, None] = {}
        ring = [lot]
        while ring:
            near = [
                (row[0], row[1])
                for one in ring
                for row in self._rows(
                    "SELECT to_item, to_lot FROM edge WHERE from_item = ? AND from_lot = ?", *one
                )
            ]
            ring = [one for one in dict.fromkeys(near) if one not in found]
            found.update(dict.fromkeys(ring))
        return list(found)

    def waiting_work(self, party: str, site: str) -> list[int]:
        """Log indexes of field work at a site that started a waiting time, newest 20."""
        rows = self._rows(
            "SELECT idx FROM field_work WHERE party = ? AND site = ? ORDER BY idx DESC LIMIT 20",
            party,
            site,
        )
        return sorted(row[0] for row in rows)

    def newest_work(self, party: str, site: str) -> int | None:
        """Log index of the newest field work of a party at a site."""
        rows = self._rows(
            "SELECT idx FROM entry WHERE type = 'field-work-recorded' AND party = ? AND site = ? "
            "ORDER BY idx DESC LIMIT 1",
            party,
            site,
        )
        return rows[0][0] if rows else None

    def entries_of_type(self, *types: str) -> list[int]:
        """Log indexes of all statements of these types, in order."""
        return sorted(
            row[0]
            for one in types
            for row in self._rows("SELECT idx FROM entry WHERE type = ?", one)
        )

    def steering_from(self, index: int) -> list[int]:
        """Log indexes, from this one on, of the statements that change keys or registry."""
        rows = self._rows(_STEERING_FROM, index)
        return [row[0] for row in rows]

    def entries_at(self, kind: str, party: str, time: str) -> list[int]:
        """Log indexes of a party's statements of one type at one time (RFC 3339 as signed)."""
        rows = self._rows(
            "SELECT idx FROM entry WHERE type = ? AND time = ? AND party = ? ORDER BY idx",
            kind,
            time,
            party,
        )
        return [row[0] for row in rows]

    def entries_of_lots(self, lots: list[Lot]) -> list[int]:
        """Log indexes of all statements about any of these lots, in order."""
        return sorted({index for lot in lots for index in self.heads(lot)})

    def totals(self) -> dict[str, int]:
        """Number of statements by type."""
        return {row[0]: row[1] for row in self._rows("SELECT type, count(*) FROM entry GROUP BY 1")}

    @staticmethod
    def status(facts: dict[str, Any], today: str) -> str:
        """recalled, held, expired or active on an ISO day."""
        stopped = facts["stopped"]
        if stopped is not None:
            return str(stopped["type"])
        if facts["expiry"] is not None and facts["expiry"] < today:
            return "expired"
        return "active"

    @staticmethod
    def findings(facts: dict[str, Any], today: str) -> list[dict[str, str]]:
        """The facts' findings and what today adds to them."""
        found: list[dict[str, str]] = list(facts["findings"])
        if facts["expiry"] is not None and facts["expiry"] < today:
            late: Finding = finding(
                "lot-expired", (facts["item"], facts["lot"]), "", expiry=facts["expiry"]
            )
            found.append(
                {
                    "code": late.code,
                    "severity": late.severity,
                    "item": facts["item"],
                    "lot": facts["lot"],
                    "entry": "",
                    "en": late.say("en"),
                    "vi": late.say("vi"),
                }
            )
        return found

    def close(self, spare: str = "") -> None:
        """Close every thread's connection, but those of living threads whose name begins so.

        To close what another thread is just reading from would end the whole process.
        """
        with self._opening:
            for thread, connection in self._open:
                if not (spare and thread.name.startswith(spare) and thread.is_alive()):
                    connection.close()
            self._open.clear()
