"""Reports of problems by people who scanned a label: kept beside the ledger, erasable, for a time.

Nothing of a report ever enters the ledger. How to reach somebody is kept apart from what they said,
goes by itself some time after the report is closed, and can be erased at once.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from api.access.side_tables import Row, SideTables, Write
from api.consumer.errors import ReportRefused
from api.consumer.words import KIND_WORDS, STATE_WORDS

ROOM: Final = "reports"
LONGEST_TEXT: Final = 1_000
LONGEST_CONTACT: Final = 120
LONGEST_NOTE: Final = 500
KEPT_DAYS: Final = 400
CONTACT_DAYS: Final = 30
"""Days after closing during which somebody can still be called back."""
A_DAY: Final = {"label": 10, "lot": 300, "party": 500, "nobody": 200, "all": 2_000}
"""Reports taken within 24 hours: of one serial, of one lot, of one party's products, of products that
nobody has registered here, of everything."""
PAGE: Final = 30
_DAY: Final = 86_400
# Without letters and digits that are taken for one another on the telephone.
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

_FIRST: Final = (
    # `once` is the form's own number, so that a form that is sent twice is one report. `changed_by`
    # is the number of a person in table `person`, "" for nobody yet. Times are POSIX seconds.
    "CREATE TABLE report (number TEXT PRIMARY KEY, once TEXT NOT NULL UNIQUE, at BIGINT NOT NULL,"
    " gtin TEXT NOT NULL, lot TEXT NOT NULL, serial TEXT NOT NULL, party TEXT NOT NULL,"
    " kind TEXT NOT NULL, said TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL,"
    " changed BIGINT NOT NULL, changed_by TEXT NOT NULL)",
    "CREATE INDEX report_at ON report (at)",
    "CREATE INDEX report_lot ON report (gtin, lot, at)",
    "CREATE INDEX report_state ON report (state, at)",
    "CREATE INDEX report_party ON report (party, state, at)",
    "CREATE TABLE report_contact (number TEXT PRIMARY KEY, contact TEXT NOT NULL,"
    " inspectors_only BIGINT NOT NULL)",
)
_COLUMNS: Final = (
    "SELECT r.number, r.at, r.gtin, r.lot, r.serial, r.party, r.kind, r.said, r.state, r.note,"
    " r.changed, r.changed_by, coalesce(c.contact, ''), coalesce(c.inspectors_only, 0)"
    " FROM report r LEFT JOIN report_contact c ON c.number = r.number"
)

_CONTACT_DUE: Final = (
    "(r.state = 'closed' AND r.changed < ? AND r.number IN (SELECT c.number FROM report_contact c))"
)


@dataclass(frozen=True, slots=True)
class About:
    """The label in hand: GTIN of 14 digits, lot code, serial or "", and whose product it is or ""."""

    gtin: str
    lot: str
    serial: str
    party: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote; `once` is the number of the form that they wrote it in."""

    once: str
    kind: str
    text: str
    contact: str = ""
    inspectors_only: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One report as it is kept. Times are POSIX seconds; `contact` is "" where there is none."""

    number: str
    at: int
    gtin: str
    lot: str
    serial: str
    party: str
    kind: str
    said: str
    state: str
    note: str
    changed: int
    changed_by: str
    contact: str
    inspectors_only: bool


def checked(said: Said) -> Said:
    """The same, if it can be kept. Raises ReportRefused."""
    if said.kind not in KIND_WORDS:
        raise ReportRefused("kind-unchosen")
    if len(said.text) > LONGEST_TEXT:
        raise ReportRefused("text-too-long", found=len(said.text), most=LONGEST_TEXT)
    if len(said.contact) > LONGEST_CONTACT:
        raise ReportRefused("contact-too-long", found=len(said.contact), most=LONGEST_CONTACT)
    if said.kind == "other" and not said.text:
        raise ReportRefused("text-missing")
    return said


class Reports:
    """The reports of one ledger folder or hub. Every use may raise SideAway."""

    def __init__(self, side: SideTables, now: Callable[[], dt.datetime]) -> None:
        side.found(ROOM, 1, _FIRST)
        self._side = side
        self._now = now

    def add(self, about: About, said: Said) -> str:
        """Keep a report; its number. The same form sent twice gives the number it had.

        Raises:
            ReportRefused: it cannot be kept as it is, or too many came today.
        """
        checked(said)
        at = self._at()
        with self._side.write() as write:
            known = write.execute("SELECT number FROM report WHERE once = ?", said.once)
            if known:
                return str(known[0][0])
            self._let_go(write, at)
            _check_room(write, about, at - _DAY)
            number = _free_number(write)
            write.execute(
                "INSERT INTO report (number, once, at, gtin, lot, serial, party, kind, said, state,"
                " note, changed, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', '', ?, '')",
                *(number, said.once, at, about.gtin, about.lot, about.serial, about.party),
                *(said.kind, said.text, at),
            )
            if said.contact:
                write.execute(
                    "INSERT INTO report_contact (number, contact, inspectors_only)"
                    " VALUES (?, ?, ?)",
                    *(number, said.contact, int(said.inspectors_only)),
                )
        return number

    def has(self, number: str) -> bool:
        """Whether there is a report of that number."""
        return bool(self._side.read("SELECT 1 FROM report WHERE number = ?", number))

    def listed(self, party: str | None, state: str, page: int = 0) -> tuple[list[Report], bool]:
        """Reports in one state, newest first, and whether there are older ones.

        None for all parties; a party gets its own, without contacts that are for inspectors only.
        """
        which, values = ("", ()) if party is None else (" AND r.party = ?", (party,))
        rows = self._side.read(
            f"{_COLUMNS} WHERE r.state = ?{which} ORDER BY r.at DESC, r.number LIMIT ? OFFSET ?",
            *(state, *values, PAGE + 1, PAGE * page),
        )
        found = [_report(row) for row in rows[:PAGE]]
        if party is not None:
            found = [replace(one, contact="") if one.inspectors_only else one for one in found]
        return found, len(rows) > PAGE

    def counts(self, party: str | None) -> dict[str, int]:
        """How many reports are in each state."""
        which, values = ("", ()) if party is None else (" WHERE party = ?", (party,))
        rows = self._side.read(
            f"SELECT state, count(*) FROM report{which} GROUP BY state",  # noqa: S608  # constant text
            *values,
        )
        return dict.fromkeys(STATE_WORDS, 0) | {str(state): int(count) for state, count in rows}

    def tidy(self) -> None:
        """Delete what was kept long enough, when there is any: also where nobody writes anything."""
        old, closed = self._limits(self._at())
        due = self._side.read(
            f"SELECT 1 FROM report r WHERE r.at < ? OR {_CONTACT_DUE} LIMIT 1",  # noqa: S608  # constant text
            *(old, closed),
        )
        if due:
            with self._side.write() as write:
                self._let_go(write, self._at())
            self._side.scrub()

    def change(self, number: str, party: str | None, state: str, note: str, by: str) -> None:
        """Say how far a report is, with a note. Raises ReportRefused."""
        if state not in STATE_WORDS:
            raise ReportRefused("state-unknown", found=state[:40])
        if len(note) > LONGEST_NOTE:
            raise ReportRefused("note-too-long", found=len(note), most=LONGEST_NOTE)
        at = self._at()
        with self._side.write() as write:
            _check_seen(write, number, party)
            write.execute(
                "UPDATE report SET state = ?, note = ?, changed = ?, changed_by = ?"
                " WHERE number = ?",
                *(state, note, at, by, number),
            )
            self._let_go(write, at)

    def erase(self, number: str, party: str | None, by: str) -> None:
        """Take away contact and words of a report, for good; that there was one stays.

        Raises ReportRefused (`report-unknown`).
        """
        with self._side.write() as write:
            _check_seen(write, number, party)
            write.execute("DELETE FROM report_contact WHERE number = ?", number)
            write.execute(
                "UPDATE report SET said = '', changed = ?, changed_by = ? WHERE number = ?",
                *(self._at(), by, number),
            )
        self._side.scrub()

    def _let_go(self, write: Write, at: int) -> None:
        """What was kept long enough."""
        old, closed = self._limits(at)
        write.execute(
            "DELETE FROM report_contact WHERE number IN"  # noqa: S608  # constant text
            f" (SELECT r.number FROM report r WHERE r.at < ? OR {_CONTACT_DUE})",
            *(old, closed),
        )
        write.execute("DELETE FROM report WHERE at < ?", old)

    def _limits(self, at: int) -> tuple[int, int]:
        """The moments before which a report is too old, and a closed one's contact."""
        return at - KEPT_DAYS * _DAY, at - CONTACT_DAYS * _DAY

    def _at(self) -> int:
        return int(self._now().timestamp())


def _check_room(write: Write, about: About, since: int) -> None:
    """Raises ReportRefused (`reports-enough`) when a day's reports are all there."""
    own = (about.gtin, about.lot)
    counted = (
        ("label", "gtin = ? AND lot = ? AND serial = ? AND", (*own, about.serial)),
        ("lot", "gtin = ? AND lot = ? AND", own),
        ("party" if about.party else "nobody", "party = ? AND", (about.party,)),
        ("all", "", ()),
    )
    for kind, which, values in counted:
        if kind == "label" and not about.serial:
            continue
        ((count,),) = write.execute(
            f"SELECT count(*) FROM report WHERE {which} at > ?",  # noqa: S608  # constant text
            *(*values, since),
        )
        if count >= A_DAY[kind]:
            raise ReportRefused("reports-enough")


def _check_seen(write: Write, number: str, party: str | None) -> None:
    """Raises ReportRefused (`report-unknown`) for what is not there, or is another party's."""
    rows = write.execute("SELECT party FROM report WHERE number = ?", number)
    if not rows or party not in (None, rows[0][0]):
        raise ReportRefused("report-unknown", found=number[:20])


def _free_number(write: Write) -> str:
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        number = f"{letters[:4]}-{letters[4:]}"
        if not write.execute("SELECT 1 FROM report WHERE number = ?", number):
            return number


def _report(row: Row) -> Report:
    return replace(Report(*row), inspectors_only=bool(row[-1]))
