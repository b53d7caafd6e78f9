"""A store that is read and not written: what a ledger gets that must not go on."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NoReturn

from eventsourcing.persistence import ApplicationRecorder

from ledger.errors import LedgerError
from ledger.store.seam import LedgerStore, Replica, SealedBatch, StoreFault


class StoppedStore:
    """`ledger.store.seam.LedgerStore` over another one. Every way of writing raises `why`."""

    def __init__(self, store: LedgerStore, why: LedgerError) -> None:
        self._store = store
        self._why = why
        # The recorder's connections are shared; only its one way of writing is another.
        self.recorder: ApplicationRecorder = copy.copy(store.recorder)
        self.recorder.insert_events = self._refuse  # type: ignore[method-assign]  # the library saves through it

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        # A new one each time: an exception that is raised twice drags its first traceback along.
        raise type(self._why)(self._why.code, **self._why.params)

    @property
    def replica(self) -> Replica | None:
        return self._store.replica

    @property
    def location(self) -> str:
        return self._store.location

    def writing(self) -> AbstractContextManager[None]:
        self._refuse()

    def sequencing(self) -> AbstractContextManager[None]:
        self._refuse()

    def seal(self, *batches: SealedBatch) -> None:
        self._refuse(*batches)

    def settle(self) -> None:
        self._refuse()

    def lead(self, role: str) -> bool:  # noqa: ARG002  # the seam's name
        """Never: who may not write must not keep away one who may."""
        return False

    def wait(self, seconds: float) -> None:
        self._store.wait(seconds)

    def faults(self) -> list[StoreFault]:
        return self._store.faults()

    def newest(self) -> int:
        return self._store.newest()

    def heads(self) -> list[tuple[str, int, bytes]]:
        return self._store.heads()

    def counted(self, position: int) -> int:
        return self._store.counted(position)

    def steering(self, up_to: int) -> list[tuple[int | None, int, bytes]]:
        return self._store.steering(up_to)

    def entry(self, entry_id: bytes) -> bytes | None:
        return self._store.entry(entry_id)

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        return self._store.entry_at(journal, seq)

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        return self._store.after(position, limit)

    def size(self) -> int:
        return self._store.size()

    def sealed_position(self) -> int:
        return self._store.sealed_position()

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        return self._store.sealed(first, limit)

    def sealed_at(self, indexes: Sequence[int]) -> list[tuple[int, bytes]]:
        return self._store.sealed_at(indexes)

    def index_of(self, entry_id: bytes) -> int | None:
        return self._store.index_of(entry_id)

    def node(self, level: int, index: int) -> bytes:
        return self._store.node(level, index)

    def nodes(self, level: int, first: int, count: int) -> list[bytes]:
        return self._store.nodes(level, first, count)

    def checkpoint(self, size: int | None = None) -> str | None:
        return self._store.checkpoint(size)

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        return self._store.checkpoints()

    def close(self) -> None:
        self._store.close()
