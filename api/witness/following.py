"""The auditor: follows a log in the background and lets a checkpoint pass only when all of it holds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from api.witness.cosigner import Answer
from api.witness.fetching import Fetcher, host_of
from api.witness.findings import LogFault, LogTrouble
from api.witness.folder import LOGS
from api.witness.log_copy import LogCopy, folder_name
from api.witness.store import Log, WitnessStore
from api.witness.tiles import TileNodes, TileWrong, entries_of
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.merkle import ProofRefused, consistency_proof, verify_consistency
from ledger.verify.wording import Refusal

STEP = 4096
"""Entries between two proofs while catching up: bounded memory, and nothing unproved is kept."""
PATIENCE = 3.0
"""Seconds for which a request waits for the examination: less than a log waits for an answer."""
_IDLE = 30.0
_PAUSE = 2.0
_SECONDS = 30.0
log_ = logging.getLogger("ocop.witness")


class Follower:
    """One log, followed by one thread."""

    def __init__(
        self,
        open_copy: Callable[[], LogCopy],
        log: Log,
        *,
        idle: float = _IDLE,
        patience: float = PATIENCE,
    ) -> None:
        """`idle`: seconds without a request after which the log is looked at by itself."""
        self._open_copy = open_copy
        self.log = log
        self._idle = idle
        self._patience = patience
        self._changed = threading.Condition()
        self._target: Checkpoint | None = None
        self._copy: LogCopy | None = None
        self._trouble: tuple[int, Refusal] | None = None
        self._stopping = False
        self._looked = False
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="auditor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the copy."""
        with self._changed:
            self._stopping = True
            self._asked.set()
            self._changed.notify_all()
        self._thread.join(10)

    def examine(self, new: Checkpoint) -> Answer | None:
        """None when everything under `new` was examined and holds; else the refusing answer.

        Waits `patience` at most. 503 while the copy is still behind.
        """
        deadline = time.monotonic() + self._patience
        with self._changed:
            if self._target is None or new.size > self._target.size:
                self._target = new
            self._trouble = None
            self._asked.set()
            while not self._stopping:
                copy = self._copy
                if copy is not None and (fault := copy.fault) is not None:
                    return _refused(fault)
                if copy is not None and copy.size >= new.size:
                    return self._compare(copy, new)
                size, trouble = self._troubled()
                if trouble is not None and size >= new.size:
                    if isinstance(trouble, LogFault | LogTrouble):
                        return _refused(trouble)
                    break  # it cannot be reached, which says nothing against it
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            at = 0 if self._copy is None else self._copy.size
            _, trouble = self._troubled()
            why = "" if trouble is None else f" ({trouble})"
        said = f"Examined {at} of {new.size} entries so far{why}; ask again.\n"
        return Answer(503, said, headers={"retry-after": "2"})

    def _troubled(self) -> tuple[int, Refusal | None]:
        """Up to which size the newest try went wrong, and how."""
        return (0, None) if self._trouble is None else self._trouble

    def _compare(self, copy: LogCopy, new: Checkpoint) -> Answer | None:
        if copy.root(new.size) == new.root:
            return None
        return _refused(LogTrouble("history-differs", size=new.size, known=copy.size))

    def _run(self) -> None:
        fetcher = Fetcher()
        try:
            while not self._stopping:
                self._round(fetcher)
        finally:
            fetcher.close()
            if self._copy is not None:
                self._copy.close()

    def _round(self, fetcher: Fetcher) -> None:
        self._asked.clear()
        if self._stopping:
            return
        target = self._target
        try:
            if self._copy is None:
                self._copy = self._open_copy()
                self._tell(None)
            if self._copy.fault is not None:
                self._asked.wait(self._idle)
            elif target is not None and target.size > self._copy.size:
                self._advance(fetcher, self._copy, target)
                self._tell(None)
            elif self._looked and self._asked.wait(self._idle):
                return
            else:
                self._looked = True
                self._look(fetcher, self._copy)
        except Refusal as refused:
            self._tell((0 if target is None else target.size, refused))
        except Exception as wrong:
            # Whatever it is, an auditor that stops following is worse than one that tries again.
            log_.warning(
                "%s: the auditor stumbled",
                self.log.origin,
                exc_info=wrong,
                extra={"error": type(wrong).__name__},
            )
        else:
            return
        self._asked.wait(_PAUSE)

    def _tell(self, trouble: tuple[int, Refusal] | None) -> None:
        with self._changed:
            before, self._trouble = self._trouble, trouble
            self._changed.notify_all()
        if trouble is not None and (before is None or str(before[1]) != str(trouble[1])):
            log_.warning("%s: %s", self.log.origin, trouble[1], extra={"code": trouble[1].code})

    def _look(self, fetcher: Fetcher, copy: LogCopy) -> None:
        """The log's newest checkpoint, so that the copy is near when a request comes."""
        raw = fetcher.get(f"{self.log.url}/checkpoint", seconds=_SECONDS)
        found = open_checkpoint(raw, self.log.key)
        with self._changed:
            if found.size > copy.size and (self._target is None or found.size > self._target.size):
                self._target = found

    def _advance(self, fetcher: Fetcher, copy: LogCopy, target: Checkpoint) -> None:
        """Fetch, prove and examine the next entries under `target`."""

        def fetch(path: str, limit: int) -> bytes:
            return fetcher.get(f"{self.log.url}/{path}", seconds=_SECONDS, limit=limit)

        start = copy.size
        end = min(target.size, start - start % STEP + STEP)
        try:
            entries = [one for tile in entries_of(fetch, start, end) for one in tile]
            root = copy.root_with(entries)
            nodes = TileNodes(fetch, target.size)
            proof = consistency_proof(end, target.size, nodes)
            verify_consistency(end, target.size, proof, root, target.root)
        except (TileWrong, ProofRefused) as wrong:
            where = host_of(self.log.url or "")
            raise LogTrouble(
                "tiles-differ", where=where, size=target.size, why=str(wrong)
            ) from wrong
        copy.take(entries)


class Auditor:
    """Followers of all logs of one auditor."""

    def __init__(self, folder: Path, store: WitnessStore) -> None:
        self._folder = folder
        self._store = store
        self._followers: dict[str, Follower] = {}
        self._lock = threading.Lock()

    def look(self) -> None:
        """Follow the logs that are known by now."""
        for log in self._store.logs():
            self._follower(log)

    def examine(self, log: Log, new: Checkpoint, _note: str) -> Answer | None:
        """For `Witness`: see `Follower.examine`."""
        refused = self._follower(log).examine(new)
        if refused is not None:
            log_.warning(
                "%s: not co-signed at size %d: %s",
                log.origin,
                new.size,
                refused.body.strip(),
                extra={"size": new.size, "status": refused.status},
            )
        return refused

    def _follower(self, log: Log) -> Follower:
        with self._lock:
            known = self._followers.get(log.origin)
            if known is None:
                folder = self._folder / LOGS / folder_name(log.origin)
                known = Follower(lambda: LogCopy(folder, log, self._store), log)
                self._followers[log.origin] = known
            known.log = log  # it may have another address by now
            return known

    def close(self) -> None:
        """Stop following."""
        with self._lock:
            for one in self._followers.values():
                one.stop()
            self._followers.clear()


def _refused(why: LogFault | LogTrouble) -> Answer:
    return Answer(403, f"{why.say('en')}\n")
