"""An auditor's own copy of a log: every entry verified, in log order, before anything is vouched for.

The copy is a ledger like any other, so an entry gets in by the very checks that record it at a hub,
and a restart goes on where the copy ends. It is sealed with a key of its own that nobody trusts:
the tree over the same entries is the same tree, and that is what is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.stores import LEDGER_FILE
from api.witness.findings import LogFault
from api.witness.store import Log, WitnessStore
from ledger.application import MOST_AT_ONCE, TraceLedger
from ledger.completeness.keeper import IndexKeeper
from ledger.sealing import SealedLog
from ledger.signing import load_key, save_key
from ledger.store.sqlite import SqliteStore
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange, leaf_hash
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

_SEAL_KEY = "seal.pem"
_INDEX = "index.db"
_PAGE = 500


class LogCopy:
    """One log as far as it was examined. For one thread, but for `root` and `size`."""

    def __init__(self, folder: Path, log: Log, memory: WitnessStore) -> None:
        """Open the copy in `folder`, or begin one; examines again what a crash left half done."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = log
        self._memory = memory
        path = folder / LEDGER_FILE
        self._store = SqliteStore(path) if path.exists() else SqliteStore.create(path)
        if not (folder / _SEAL_KEY).exists():
            save_key(folder / _SEAL_KEY, Ed25519PrivateKey.generate())
        key = load_key(folder / _SEAL_KEY).private
        self._sealed = SealedLog(self._store, f"{log.origin}/audited-copy", key)
        self._ledger = TraceLedger(self._store, log.roots or None)
        self._index = IndexKeeper(self._store, folder / _INDEX)
        self._anchor: tuple[int, str] | None = None
        self._sealed.seal()
        if self.fault is None:
            with suppress(LogFault):  # which is kept
                self._examine_sealed()

    @property
    def size(self) -> int:
        """Entries examined and found in order."""
        return self._memory.audited(self.log.origin)[0]

    @property
    def fault(self) -> LogFault | None:
        """What is wrong with the log for ever, None while it holds."""
        text = self._memory.audited(self.log.origin)[1]
        return None if text is None else LogFault.read(text)

    def root(self, size: int) -> bytes:
        """Root of the first `size` examined entries."""
        return self._sealed.root(size)

    def root_with(self, entries: Sequence[bytes]) -> bytes:
        """The root that the copy would have with these entries after it."""
        tree = CompactRange.at(self.size, self._store.node)
        for raw in entries:
            tree.append(leaf_hash(raw))
        return tree.root()

    def take(self, entries: Sequence[bytes]) -> None:
        """Examine entries that are known to follow in the log, and keep them.

        Raises:
            LogFault: one may not stand where it is; kept, and raised by every later call.
            LedgerError: the copy cannot be written; nothing was decided.
        """
        for first in range(0, len(entries), MOST_AT_ONCE):
            if (fault := self.fault) is not None:
                raise fault
            self._take(entries[first : first + MOST_AT_ONCE])

    def _take(self, entries: Sequence[bytes]) -> None:
        start = self.size
        outcome = self._ledger.submit_all([entries])[0]
        self._sealed.seal()
        if isinstance(outcome, Refusal):
            position: int = getattr(outcome, "position", 0)
            self._stop(LogFault.at(start + position, outcome))
        for at, submitted in enumerate(outcome, start=start):
            if submitted.known or submitted.index != at:
                self._stop(LogFault("entry-again", index=at))
        self._examine_sealed()

    def _examine_sealed(self) -> None:
        """What needs the tree: genesis, anchors, the completeness index."""
        start, size = self.size, self._sealed.size
        while start < size:
            rows = self._store.sealed(start, min(_PAGE, size - start))
            for index, raw in rows:
                self._examine_entry(index, raw)
            start += len(rows)
        self._index.follow()
        false = self._index.false_commitment()
        if false is not None:
            said = {"why": false.say("en"), "why_vi": false.say("vi")}
            self._stop(LogFault("index-false", **said))
        self._memory.set_audited(self.log.origin, size, None)

    def _examine_entry(self, index: int, raw: bytes) -> None:
        statement = read_statement(parse_entry(raw).payload)
        if index == 0:
            body = statement.body
            if (body.get("origin"), body.get("log_key")) != (
                self.log.origin,
                self.log.key.format(),
            ):
                self._stop(LogFault("genesis-other", found=str(body.get("origin"))))
        anchor = statement.anchor
        if anchor is None or anchor == self._anchor:
            return
        size, root = anchor
        if size > index or self.root(size).hex() != root:
            self._stop(LogFault("anchor-false", index=index, size=size))
        self._anchor = anchor

    def _stop(self, fault: LogFault) -> NoReturn:
        self._memory.set_audited(self.log.origin, self.size, fault.text())
        raise fault

    def close(self) -> None:
        """Close its files."""
        self._index.close()
        self._ledger.close()
        self._store.close()


def folder_name(origin: str) -> str:
    """Name of a copy's folder: origins hold slashes and are as long as their owners like."""
    return hashlib.sha256(origin.encode()).hexdigest()[:16]
