"""One statement to its rows: what the tables keep of it before anybody asks about a lot."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

from ledger.projections.naming import named_by
from ledger.verify.graph import lots_about, lots_made, lots_named, lots_taken
from ledger.verify.history import Located

_MARKS = {
    "labels-printed": ("printed", "printed"),
    "labels-voided": ("voided", "void"),
    "labels-reprinted": ("reprinted", "printed"),
}
_WIDTHS = {
    "entry": 9,
    "entry_lot": 4,
    "edge": 4,
    "label_range": 6,
    "label_mark": 7,
    "container": 6,
    "field_work": 6,
    "named": 3,
    "photo": 14,
}


class RowWriter:
    """Gathers rows and writes them a table at a time, which costs half of one by one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` is in a transaction whenever something is added or flushed."""
        self._connection = connection
        self._waiting: dict[str, list[tuple[object, ...]]] = {table: [] for table in _WIDTHS}

    def flush(self) -> None:
        """Write what was gathered."""
        for table, rows in self._waiting.items():
            if rows:
                places = ",".join("?" * _WIDTHS[table])
                # A statement may name one thing twice; the newest row of a place counts.
                insert = f"INSERT OR REPLACE INTO {table} VALUES ({places})"  # noqa: S608  # constant names
                self._connection.executemany(insert, rows)
                rows.clear()

    def forget(self) -> None:
        """Drop what was gathered: its transaction was undone."""
        for rows in self._waiting.values():
            rows.clear()

    def add(self, one: Located) -> None:
        """The rows of one statement."""
        statement, body = one.statement, one.statement.body
        kind = statement.type
        # A correction counts at the site and scale that it names, on the day of what it corrects.
        said, day = body, statement.time[:10]
        if kind == "corrected":
            said, day = body["body"], self._day_of(body["corrects"]) or day
        self._put(
            "entry",
            one.index,
            one.id,
            kind,
            statement.party,
            statement.time,
            one.signer.keyid_hex,
            said.get("site"),
            said.get("instrument"),
            day,
        )
        for named in named_by(kind, statement.party, one.id, body):
            self._put("named", *named)
        about = set(lots_about(kind, body))
        for lot in lots_named(kind, body):
            self._put("entry_lot", *lot, one.index, int(lot in about))
        for made in lots_made(kind, body):
            for taken in lots_taken(kind, body):
                self._put("edge", *taken, *made)
        if kind == "labels-issued":
            self._issued(one, body)
        elif kind in _MARKS:
            self._marked(one, body)
        elif "container" in body:
            self._contained(one, one.id, body)
        elif kind == "corrected" and body["of"] == "aggregated":
            self._contained(one, body["corrects"], body["body"])
        elif kind == "field-work-recorded" and body.get("interval_days"):
            days = body["interval_days"]
            self._worked(statement.party, body["site"], one.index, one.index, day, days)
        elif kind == "corrected" and body["of"] == "field-work-recorded":
            self._work_corrected(one, body)
        elif kind == "photographed":
            self._pictured(one, one.id, day, body)
        elif kind == "corrected" and body["of"] == "photographed":
            self._pictured(one, body["corrects"], day, body["body"])

    def _day_of(self, entry_id: str) -> str | None:
        """None only in a replica, which may lack what is corrected."""
        self.flush()
        found = self._connection.execute("SELECT day FROM entry WHERE id = ?", (entry_id,))
        row = found.fetchone()
        return None if row is None else str(row[0])

    def _put(self, table: str, *values: object) -> None:
        self._waiting[table].append(values)

    def _issued(self, one: Located, body: dict[str, Any]) -> None:
        last = body["first"] + body["count"] - 1
        lot = body["lot"]
        self._put(
            "label_range", lot["item"], body["tag"], body["first"], one.index, last, lot["code"]
        )

    def _marked(self, one: Located, body: dict[str, Any]) -> None:
        field, state = _MARKS[one.statement.type]
        lot = body["lot"]
        for part in body[field]["ranges"]:
            first, last = part["first"], part["last"]
            place = lot["item"], body[field]["tag"], first, one.index, last
            self._put("label_mark", *place, lot["code"], state)

    def _contained(self, one: Located, entry: str, body: dict[str, Any]) -> None:
        contents = json.dumps(body["contents"], ensure_ascii=False, sort_keys=True)
        said = one.statement
        self._put("container", body["container"], one.index, entry, said.party, said.time, contents)

    def _pictured(self, one: Located, entry: str, day: str, body: dict[str, Any]) -> None:
        lot = body.get("lot", {})
        self._put(
            "photo",
            *(entry, one.index, one.statement.party, day, body["photo"], body["small"]),
            *(body["width"], body["height"], body.get("caption", "")),
            *(lot.get("item"), lot.get("code"), body.get("stage")),
            *(body.get("site"), body.get("product")),
        )

    def _worked(self, party: str, site: str, idx: int, work: int, day: str, days: int) -> None:
        self._put("field_work", party, site, idx, work, day, days_after(day, days))

    def _work_corrected(self, one: Located, body: dict[str, Any]) -> None:
        """A graph needs the work and its correction, at the old site and at the new one."""
        run = self._connection.execute
        row = run("SELECT idx, day, site FROM entry WHERE id = ?", (body["corrects"],)).fetchone()
        if row is None:  # a replica may lack it
            return
        work, day, site = row
        party, days = one.statement.party, body["body"].get("interval_days", 0)
        for place in dict.fromkeys((site, body["body"]["site"])):
            known = run(
                "SELECT 1 FROM field_work WHERE party = ? AND site = ? AND idx = ?",
                (party, place, work),
            ).fetchone()
            if known is None:
                self._worked(party, place, work, work, day, 0)
            # Its waiting time still runs from the day of the work.
            self._worked(party, place, one.index, work, day, days)


def days_after(day: str, days: int) -> str:
    """ISO day `days` later, the calendar's last day at most: a signed date may be any."""
    start = dt.date.fromisoformat(day)
    return (start + dt.timedelta(days=min(days, (dt.date.max - start).days))).isoformat()
