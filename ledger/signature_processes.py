"""Checking signatures ahead of a whole-ledger audit, in processes of their own.

Threads do not speed Ed25519 up, processes do. A process is sent entries with the keys that they
name and answers for which of them the signature is good; it decides nothing else. If it dies, the
audit checks the rest itself: it takes longer and says the same.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import islice
from types import TracebackType

from ledger.verify.entry import KEYID_BYTES, SIGNATURE_BYTES, keyid_of, parse_entry
from ledger.verify.signature import PublicKey
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

CHUNK = 256
# How many chunks each process may have waiting: enough to be always busy, little enough to hold.
_WAITING = 3
_KEPT_KEYS = 4096
_KEY_TYPES = (b'"type":"key-enrolled"', b'"type":"ledger-opened"')
_KEYID = slice(-KEYID_BYTES - SIGNATURE_BYTES, -SIGNATURE_BYTES)

_Checked = tuple[list[bytes], Future[bytes] | None]


class SignatureProcesses:
    """So many processes that check signatures, until the `with` block ends.

    Called with entries in log order it is a `ledger.verify.audit.Ahead`.
    """

    def __init__(self, count: int) -> None:
        # Not forked: a copy of this process would hold its database connections and its locks.
        self._pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
        self._most = count * _WAITING
        # Every key that any entry so far has named, by key id; whether it may sign is not asked here.
        self._named: dict[bytes, bytes] = {}

    def __enter__(self) -> SignatureProcesses:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __call__(self, raw_entries: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
        """The entries in their order, each with True when its signature is good."""
        source = iter(raw_entries)
        waiting: deque[_Checked] = deque()
        while True:
            while len(waiting) < self._most and (chunk := list(islice(source, CHUNK))):
                waiting.append((chunk, self._send(chunk)))
            if not waiting:
                return
            chunk, answer = waiting.popleft()
            yield from zip(chunk, map(bool, _answered(chunk, answer)), strict=True)

    def _send(self, chunk: list[bytes]) -> Future[bytes] | None:
        for raw in chunk:
            if any(kind in raw for kind in _KEY_TYPES):
                self._named.update(_keys_named(raw))
        keys = {
            keyid: self._named[keyid]
            for keyid in {r[_KEYID] for r in chunk}
            if keyid in self._named
        }
        try:
            return self._pool.submit(good_signatures, chunk, keys)
        except BrokenExecutor:
            return None


def _answered(chunk: list[bytes], answer: Future[bytes] | None) -> bytes:
    unknown = bytes(len(chunk))
    if answer is None:
        return unknown
    try:
        return answer.result()
    except BrokenExecutor:
        return unknown


def _keys_named(raw: bytes) -> dict[bytes, bytes]:
    try:
        statement = read_statement(parse_entry(raw).payload)
    except Refusal:
        return {}
    body = statement.body
    match statement.type:
        case "key-enrolled":
            found = [body["key"]]
        case "ledger-opened":
            found = body["roots"]
        case _:
            found = []
    return {keyid_of(key): key for key in map(bytes.fromhex, found)}


_keys: dict[bytes, PublicKey] = {}


def good_signatures(chunk: list[bytes], keys: dict[bytes, bytes]) -> bytes:
    """One byte for each entry: 1 when it is signed by the key (raw, by key id) that it names."""
    return bytes(_is_good(raw, keys) for raw in chunk)


def _is_good(raw: bytes, keys: dict[bytes, bytes]) -> bool:
    try:
        entry = parse_entry(raw)
        known = _keys.get(entry.keyid)
        if known is None:
            given = keys.get(entry.keyid)
            if given is None or keyid_of(given) != entry.keyid:
                return False
            if len(_keys) >= _KEPT_KEYS:
                _keys.clear()
            known = _keys[entry.keyid] = PublicKey(given)
        known.verify(entry.signature, entry.signed)
    except Refusal:
        return False
    return True
