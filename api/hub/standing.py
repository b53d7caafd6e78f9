"""How each station stands: when it was heard of, how far it is, whether it stopped, whether its
key was seen twice. And which requests came before."""

from __future__ import annotations

from dataclasses import dataclass

from api.access.side_tables import SideTables
from ledger.verify.merkle import leaf_hash

NONCES_KEPT = 600
"""Seconds that a nonce is remembered: twice as long as a signature is good for."""
_MOST_FORKS = 20  # of one key; more of them show nothing more


@dataclass(frozen=True, slots=True)
class Standing:
    """What the hub knows of one station. Times in POSIX seconds; 0 and "" for never and not."""

    contact: int = 0
    frozen: str = ""
    frozen_since: int = 0


@dataclass(frozen=True, slots=True)
class Fork:
    """Two entries (bytes) that one key signed for one journal position."""

    seq: int
    stored: bytes
    offered: bytes
    noticed: int


class Standings:
    """Stations' standing, the same on every machine of a hub. `side` has the station's rooms."""

    def __init__(self, side: SideTables) -> None:
        self._side = side

    def heard(self, keyid: str, nonce: str, now: int) -> tuple[bool, Standing]:
        """Note a signed request: (whether its nonce is new, how the station stood before)."""
        with self._side.write() as w:
            w.execute("DELETE FROM station_nonce WHERE until < ?", now)
            new = w.execute(
                "INSERT INTO station_nonce (keyid, nonce, until) VALUES (?, ?, ?) "
                "ON CONFLICT (keyid, nonce) DO NOTHING RETURNING until",
                keyid,
                nonce,
                now + NONCES_KEPT,
            )
            found = w.execute(f"{_READ} WHERE keyid = ?", keyid)
            if new:
                w.execute(
                    "INSERT INTO station_standing (keyid, contact, frozen, frozen_since) "
                    "VALUES (?, ?, '', 0) "
                    "ON CONFLICT (keyid) DO UPDATE SET contact = excluded.contact",
                    keyid,
                    now,
                )
        return bool(new), Standing(*found[0][1:]) if found else Standing()

    def heard_of(self, keyid: str) -> bool:
        """Whether a signed request of this key ever came."""
        return bool(self._side.read(f"{_READ} WHERE keyid = ?", keyid))

    def says_frozen(self, keyid: str, code: str, now: int) -> None:
        """The station says why it has stopped recording; "" when it records."""
        with self._side.write() as w:
            w.execute(
                "UPDATE station_standing SET frozen = ?, frozen_since = ? "
                "WHERE keyid = ? AND frozen <> ?",
                code,
                now if code else 0,
                keyid,
                code,
            )

    def forked(self, keyid: str, seq: int, stored: bytes, offered: bytes, now: int) -> None:
        """Keep both entries for the manager to see; the first twenty pairs of a key."""
        with self._side.write() as w:
            ((count,),) = w.execute("SELECT count(*) FROM station_fork WHERE keyid = ?", keyid)
            if count < _MOST_FORKS:
                w.execute(
                    "INSERT INTO station_fork (keyid, seq, stored, offered, offered_id, noticed) "
                    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (keyid, seq, offered_id) DO NOTHING",
                    keyid,
                    seq,
                    stored.hex(),
                    offered.hex(),
                    leaf_hash(offered).hex(),
                    now,
                )

    def all(self) -> dict[str, Standing]:
        """Every station heard of, by key id."""
        return {row[0]: Standing(*row[1:]) for row in self._side.read(_READ)}

    def forks(self, keyid: str) -> list[Fork]:
        """The pairs of one key, by journal position."""
        rows = self._side.read(
            "SELECT seq, stored, offered, noticed FROM station_fork WHERE keyid = ? "
            "ORDER BY seq, noticed",
            keyid,
        )
        return [Fork(row[0], bytes.fromhex(row[1]), bytes.fromhex(row[2]), row[3]) for row in rows]

    def fork_counts(self) -> dict[str, int]:
        """Number of pairs by key id, of keys that have some."""
        rows = self._side.read("SELECT keyid, count(*) FROM station_fork GROUP BY keyid")
        return {row[0]: int(row[1]) for row in rows}


_READ = "SELECT keyid, contact, frozen, frozen_since FROM station_standing"
