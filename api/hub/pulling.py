"""A station asks for what it needs: statements, and the proof that the log holds them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.hub.asking import Asking
from api.hub.errors import HubRefused
from api.hub.journal_heads import head_of
from api.hub.needs import Needed, Needs
from api.hub.standing import Standings
from api.station_wire.errors import WireRefused
from ledger.node_blocks import NodeBlocks
from ledger.sealing import SealedLog
from ledger.store.seam import LedgerStore
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import consistency_proof
from ledger.verify.multiproof import nodes_needed
from ledger.verify.statement import Statement, read_statement

MOST_BODY = 64 * 1024
MOST_ENTRIES = 400
MOST_PROVED = 2000
_MOST_INDEX = 2**53 - 1
_MOST_ANSWERED = 2 * 1024 * 1024  # bytes of entries, unless one alone is larger
_FROZEN = re.compile(r"[a-z-]{1,40}")
_FIELDS = {"after", "from", "size", "limit", "prove", "frozen", "cosigned"}
_NEEDED = {"after", "from", "size"}


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a station asks for (docs/station-wire.md, "POST pull")."""

    after: int
    start: int
    size: int
    limit: int = MOST_ENTRIES
    prove: tuple[int, ...] = ()
    frozen: str = ""
    cosigned: bool = False

    @classmethod
    def parse(cls, body: bytes) -> PullRequest:
        """Read a request's body. Raises WireRefused (`body-malformed`)."""
        try:
            given = json.loads(body)
        except (ValueError, RecursionError) as wrong:
            raise WireRefused("body-malformed", why="not JSON") from wrong
        if not isinstance(given, dict) or not _NEEDED <= set(given) <= _FIELDS:
            raise WireRefused("body-malformed", why="fields")
        prove, frozen = given.get("prove", []), given.get("frozen", "")
        if not isinstance(prove, list) or len(prove) > MOST_PROVED:
            raise WireRefused("body-malformed", why="prove")
        if frozen != "" and not (isinstance(frozen, str) and _FROZEN.fullmatch(frozen)):
            raise WireRefused("body-malformed", why="frozen")
        cosigned = given.get("cosigned", False)
        if not isinstance(cosigned, bool):
            raise WireRefused("body-malformed", why="cosigned")
        limit = _whole(given.get("limit", MOST_ENTRIES), "limit")
        if not 1 <= limit <= MOST_ENTRIES:
            raise WireRefused("body-malformed", why="limit")
        return cls(
            _whole(given["after"], "after"),
            _whole(given["from"], "from"),
            _whole(given["size"], "size"),
            limit,
            tuple(_whole(one, "prove") for one in prove),
            frozen,
            cosigned,
        )


def _whole(found: object, what: str) -> int:
    if type(found) is not int or not 0 <= found <= _MOST_INDEX:
        raise WireRefused("body-malformed", why=what)
    return found


def _everything(_statement: Statement) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pulling:
    """Answers pulls. `reading` may be a standby's store; `log` is over it; `store` is the ledger's.

    `now` is POSIX seconds; `best` is the newest checkpoint with a quorum, `with_lines` adds to a checkpoint the cosignatures known for its size;
    `shown` makes, for the party that asks, the question whether everybody may see a statement.
    """

    store: LedgerStore
    reading: LedgerStore
    log: SealedLog
    needs: Needs
    standings: Standings
    now: Callable[[], int]
    best: Callable[[], str | None]
    with_lines: Callable[[str], str]
    shown: Callable[[str], Callable[[Statement], bool]]

    def pull(self, asking: Asking, asked: PullRequest) -> dict[str, Any]:
        """A page of what the station needs, proved under the newest checkpoint.

        Raises:
            HubRefused: `size-ahead`, `behind`, `not-sealed`.
            SideAway: it is not known what parties hide.
        """
        if asked.frozen != asking.before.frozen:
            self.standings.says_frozen(asking.keyid, asked.frozen, self.now())
        party, cosigned = asking.record.party, self._cosigned(asked)
        page = self.needs.page(
            *(party, asking.keyid, asked.after, asked.start, asked.limit),
            None if cosigned is None else cosigned[1],
        )
        entries, page = self._entries(page, party)
        # Read after the page: whatever was found in the log is sealed under this checkpoint.
        note, size = self._newest(asked.size) if cosigned is None else cosigned
        node = NodeBlocks(self.reading).node
        proved = {index for index, _ in entries} | {one for one in asked.prove if one < size}
        known = 0 < asked.size < size
        return {
            "checkpoint": note,
            "size": size,
            "consistency": [one.hex() for one in consistency_proof(asked.size, size, node)]
            if known
            else [],
            "until": page.until,
            "next": page.next,
            "more": page.more,
            "entries": [[index, base64.b64encode(raw).decode("ascii")] for index, raw in entries],
            "nodes": [[*place, node(*place).hex()] for place in nodes_needed(proved, size)],
            "head": head_of(self.store, asking.keyid),
        }

    def _entries(self, page: Needed, party: str) -> tuple[list[tuple[int, bytes]], Needed]:
        """The page's entries in log order, and the page cut where they would be too many bytes.

        What is opened to the party by nothing but its own word comes only where it is public.
        """
        raw = dict(self.reading.sealed_at(page.indexes)) if page.indexes else {}
        shown = self.shown(party) if page.claimed else _everything
        taken: list[int] = []
        total = 0
        for index in page.indexes:
            total += len(raw.get(index, b""))
            if taken and total > _MOST_ANSWERED:
                break
            taken.append(index)
        entries = sorted((index, raw[index]) for index in taken if index in raw)
        return [
            (index, one)
            for index, one in entries
            if index not in page.claimed or shown(read_statement(parse_entry(one).payload))
        ], page.cut(len(taken))

    def _cosigned(self, asked: PullRequest) -> tuple[str, int] | None:
        """The newest checkpoint with a quorum, for who wants it and has seen none that is newer."""
        best = self.best() if asked.cosigned else None
        size = 0 if best is None else _size_of(best)
        # A standby may not have all of it yet.
        if best is None or not asked.size <= size <= self.reading.size():
            return None
        return best, size

    def _newest(self, seen: int) -> tuple[str, int]:
        note = self.log.checkpoint()
        if note is None:
            raise HubRefused("not-sealed")
        size = _size_of(note)
        if size < seen:
            there = self.store.size() if self.store is not self.reading else size
            code = "behind" if there >= seen else "size-ahead"
            raise HubRefused(code, found=seen, size=size)
        return self.with_lines(note), size


def _size_of(note: str) -> int:
    return Checkpoint.parse(note.partition("\n\n")[0] + "\n").size
