"""Checking signatures ahead of a whole-ledger audit, in processes of their own.

Threads do not speed Ed25519 up, processes do. A process is sent entries with the keys that they
name and answers for which of them the signature is good; it decides nothing else. If it dies, the
audit checks the rest itself: it takes longer and says the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import TracebackType

from ledger.verify.entry import KEYID_BYTES, SIGNATURE_BYTES, keyid_of, parse_entry
from ledger.verify.signature import PublicKey
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

CHUNK = 64
# How many chunks each process may have waiting: enough to be always busy, little enough to lie in
# a socket's buffer while the process works, so that sending one does not wait.
_WAITING = 3
# Checking a chunk takes milliseconds; a process silent for so long (seconds) is given up.
_PATIENCE = 60
_KEPT_KEYS = 4096
_KEY_TYPES = (b'"type":"key-enrolled"', b'"type":"ledger-opened"')
_KEYID = slice(-KEYID_BYTES - SIGNATURE_BYTES, -SIGNATURE_BYTES)


class SignatureProcesses:
    """So many processes that check signatures, until the `with` block ends.

    Called with entries in log order it is a `ledger.verify.audit.Ahead`.
    """

    def __init__(self, count: int) -> None:
        self._processes = [_Process() for _ in range(count)]
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
        for process in self._processes:
            process.close()

    def __call__(self, raw_entries: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
        """The entries in their order, each with True when its signature is good."""
        source = iter(raw_entries)
        turns = count()
        waiting: deque[tuple[list[bytes], _Process, int]] = deque()
        while True:
            while len(waiting) < self._most and (chunk := list(islice(source, CHUNK))):
                process = self._processes[next(turns) % len(self._processes)]
                waiting.append((chunk, process, process.send(chunk, self._keys_for(chunk))))
            if not waiting:
                return
            chunk, process, number = waiting.popleft()
            yield from zip(chunk, map(bool, process.answer(number, len(chunk))), strict=True)

    def _keys_for(self, chunk: list[bytes]) -> dict[bytes, bytes]:
        for raw in chunk:
            if any(kind in raw for kind in _KEY_TYPES):
                self._named.update(_keys_named(raw))
        return {
            keyid: self._named[keyid]
            for keyid in {r[_KEYID] for r in chunk}
            if keyid in self._named
        }


class _Process:
    """One process and the pipe to it, which nobody else holds: its death is the pipe's end.

    Not a `ProcessPoolExecutor`: its processes share one queue, and one that is killed in the middle of
    a read may leave the whole pool waiting for ever (CPython issue 94777).
    """

    def __init__(self) -> None:
        # Not forked: a copy of this process would hold its database connections and its locks.
        spawn = multiprocessing.get_context("spawn")
        self._pipe, far_end = spawn.Pipe()
        self._process = spawn.Process(target=_check, args=(far_end,), daemon=True)
        with _deaf_to_ctrl_c():
            self._process.start()
        far_end.close()
        self._sent = 0
        self._alive = True

    def send(self, chunk: list[bytes], keys: dict[bytes, bytes]) -> int:
        """The number by which to ask for the answer."""
        self._sent += 1
        if self._alive:
            # Large entries overfill the buffer: then a send waits for the process as an answer does.
            silent = threading.Timer(_PATIENCE, self._process.kill)
            silent.daemon = True
            try:
                silent.start()
                self._pipe.send((self._sent, chunk, keys))
            except OSError:
                self._alive = False
            finally:
                silent.cancel()
        return self._sent

    def answer(self, number: int, length: int) -> bytes:
        """`good_signatures` of the chunk so numbered; of a dead process, that none is known good."""
        while self._alive:
            try:
                if not self._pipe.poll(_PATIENCE):
                    break
                answered, good = self._pipe.recv()
            except (OSError, EOFError):
                break
            # A lower number answers a chunk of an audit that stopped before it asked.
            if answered == number:
                return bytes(good)
        self._alive = False
        return bytes(length)

    def close(self) -> None:
        self._pipe.close()
        self._process.join(_PATIENCE if self._alive else 0)
        self._process.kill()
        self._process.join()
        self._process.close()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A process started in this block is, until it says so itself: it inherits what is blocked."""
    if os.name != "posix":
        yield
        return
    # Python starts a tracker with the first process, and unblocks the signal then.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check(pipe: Connection) -> None:
    # Ctrl-C reaches every process of a terminal; this one ends when its audit does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            number, chunk, keys = pipe.recv()
            pipe.send((number, good_signatures(chunk, keys)))
    except (OSError, EOFError):
        return


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
