"""Tickets: a one-time code by which one new key may ask to become a station of a party."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from api.access.side_tables import SideTables, Write
from api.hub.errors import HubRefused
from api.station_wire.ticket import CODE_BITS, code_digest, code_letters, code_of

MOST_DAYS = 30
_DAY = 86_400
_KEPT = 30 * _DAY  # after it ran out: an enrolment may be asked for again
WAITING_DAYS = 30
"""How long an enrolment waits for an admin key that is elsewhere, from the station's first asking."""
_COLUMNS = (
    "SELECT code, name, party, made, expires, key, tag, entry, log_index, proof FROM station_ticket"
)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as the hub keeps it: `code` is a digest, times are POSIX seconds.

    `key` (raw public key, hex) and `tag` are "" until a station joined with it; `entry`, the id of
    its enrolment, is "" until that is recorded at `log_index`. `proof` is the key's agreement to
    its enrolment (hex) while that waits for the party's admin, else "".
    """

    code: str
    name: str
    party: str
    made: int
    expires: int
    key: str
    tag: str
    entry: str
    log_index: int
    proof: str = ""


class Tickets:
    """The tickets of a hub. `chance` gives a number below 2^bits that nobody can guess."""

    def __init__(self, side: SideTables, chance: Callable[[int], int]) -> None:
        self._side = side
        self._chance = chance

    def invite(self, party: str, days: int, now: int) -> tuple[str, int]:
        """A new code of 20 letters, and when it runs out. Only its digest is kept.

        Raises:
            HubRefused: `days-wrong`.
        """
        if not 1 <= days <= MOST_DAYS:
            raise HubRefused("days-wrong", found=days, most=MOST_DAYS)
        code, expires = code_of(self._chance(CODE_BITS)), now + days * _DAY
        with self._side.write() as w:
            w.execute("DELETE FROM station_ticket WHERE expires < ?", now - _KEPT)
            w.execute(
                "INSERT INTO station_ticket "
                "(code, name, party, made, expires, key, tag, entry, log_index) "
                "VALUES (?, ?, ?, ?, ?, '', '', '', 0)",
                code_digest(code),
                code[:5],
                party,
                now,
                expires,
            )
        return code, expires

    def open(self, now: int) -> list[TicketRow]:
        """Tickets that may still be used, oldest first."""
        rows = self._side.read(
            f"{_COLUMNS} WHERE entry = '' AND expires >= ? ORDER BY made, name", now
        )
        return [TicketRow(*row) for row in rows]

    def revoke(self, name: str, now: int) -> list[TicketRow]:
        """Withdraw the open tickets whose code begins with a name of five letters.

        Raises:
            HubRefused: `ticket-unknown`.
        """
        with self._side.write() as w:
            rows = w.execute(
                f"{_COLUMNS} WHERE name = ? AND entry = '' AND expires >= ?", name.upper(), now
            )
            for row in rows:
                w.execute("DELETE FROM station_ticket WHERE code = ?", row[0])
        if not rows:
            raise HubRefused("ticket-unknown", found=name)
        return [TicketRow(*row) for row in rows]

    def claim(
        self, code: str, key: str, now: int, choose_tag: Callable[[TicketRow, set[str]], str]
    ) -> TicketRow:
        """Bind a ticket to the first key that joins with it, and give that a tag of its own.

        `choose_tag` is given the ticket and the tags that other tickets of its party promise.

        Raises:
            HubRefused: `code-unknown`, whatever is wrong with the code.
        """
        with self._side.write() as w:
            row = self._usable(w, code, key, now)
            promised = {
                str(one[0])
                for one in w.execute(
                    "SELECT tag FROM station_ticket WHERE party = ? AND tag <> '' AND code <> ? "
                    "AND (entry <> '' OR expires >= ?)",
                    row.party,
                    row.code,
                    now,
                )
            }
            tag = choose_tag(row, promised)
            # The proof is over the tag, too.
            proof = row.proof if tag == row.tag else ""
            w.execute(
                "UPDATE station_ticket SET key = ?, tag = ?, proof = ? WHERE code = ?",
                key,
                tag,
                proof,
                row.code,
            )
        return replace(row, key=key, tag=tag, proof=proof)

    def claimed(self, code: str, key: str, now: int) -> TicketRow:
        """The ticket that this key joined with.

        Raises:
            HubRefused: `code-unknown`.
        """
        with self._side.write() as w:
            row = self._usable(w, code, key, now)
        if row.key != key:
            raise HubRefused("code-unknown")
        return row

    def waits(self, row: TicketRow, proof: str, now: int) -> None:
        """Keep the proof of a key until its party's admin has signed the enrolment.

        The admin's machine may be far away: the ticket stays good for it, 30 days from the first
        asking.
        """
        until = row.expires if row.proof else max(row.expires, now + WAITING_DAYS * _DAY)
        with self._side.write() as w:
            w.execute(
                "UPDATE station_ticket SET proof = ?, expires = ? WHERE code = ?",
                proof,
                until,
                row.code,
            )

    def waiting(self, party: str | None, now: int) -> list[TicketRow]:
        """Enrolments that wait for an admin, of one party or all, oldest first."""
        return [one for one in self.open(now) if one.proof and party in {None, one.party}]

    def enrolled(self, row: TicketRow, entry: str, log_index: int) -> None:
        """The ticket's key is a station now: it is of no use any more."""
        with self._side.write() as w:
            w.execute(
                "UPDATE station_ticket SET entry = ?, log_index = ? WHERE code = ?",
                entry,
                log_index,
                row.code,
            )

    def _usable(self, w: Write, code: str, key: str, now: int) -> TicketRow:
        letters = code_letters(code)
        # One question whatever the code looks like, and one answer to whatever is wrong with it.
        rows = w.execute(f"{_COLUMNS} WHERE code = ?", code_digest(letters or ""))
        row = TicketRow(*rows[0]) if letters is not None and rows else None
        if row is None or row.key not in {"", key} or (not row.entry and row.expires < now):
            raise HubRefused("code-unknown")
        return row
