"""The primary dies under load and its standby takes over: what writers and readers see of it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.background.sequencer import Sequencer
from api.bootstrap import open_folder
from api.settings import Settings
from ledger.errors import LedgerError
from ledger.store.postgres.store import PostgresStore
from ledger.verify.checkpoint import Checkpoint
from tests.postgres.cluster import Cluster, own_cluster
from tests.reliability import clients
from tests.reliability.model import leaf
from tests.reliability.places import PostgresPlace
from tests.store import small_ledger

WRITERS = 8
_PATIENCE = 60.0


@dataclass(slots=True)
class Seen:
    """What the writers and the reader noted; moments in seconds of one clock."""

    acknowledged: dict[bytes, tuple[int, float]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    reads: list[float] = field(default_factory=list)
    failed_reads: list[str] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)


@contextmanager
def pair(tmp_path: Path) -> Iterator[tuple[Cluster, Cluster, Path]]:
    """A primary that commits only what its standby has, the standby, and a ledger over both."""
    with own_cluster() as primary:
        folder = PostgresPlace(tmp_path, primary).fresh()
        standby = primary.standby("tram2")
        try:
            with psycopg.connect(primary.superuser_dsn(), autocommit=True) as admin:
                admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                admin.execute("SELECT pg_reload_conf()")
            settings = Settings.load(folder / "settings.json")
            assert settings.database is not None
            both = make_conninfo(
                settings.database,
                host="127.0.0.1,127.0.0.1",
                port=f"{primary.port},{standby.port}",
            )
            replace(settings, database=both).save(folder / "settings.json")
            yield primary, standby, folder
        finally:
            standby.stop("immediate")
            shutil.rmtree(standby.folder, ignore_errors=True)


def write(folder: Path, raws: list[bytes], seen: Seen) -> None:
    """One writer with connections of its own: entry after entry, each until it is acknowledged."""
    services = open_folder(folder, small_ledger.clock, settle=False)
    try:
        for raw in raws:
            deadline = time.monotonic() + _PATIENCE
            while True:
                try:
                    (one,) = services.writer.submit([raw]).result(_PATIENCE)
                except LedgerError as refused:
                    seen.refused[refused.code] = seen.refused.get(refused.code, 0) + 1
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
                else:
                    break
            assert one.id == leaf(raw).hex()
            seen.acknowledged[raw] = one.index, time.monotonic()
            seen.repeated += one.known
    finally:
        services.close()


def read(folder: Path, standby: Cluster, seen: Seen, stop: threading.Event) -> None:
    """A reader of the standby, as pages are: entries, size, checkpoint, again and again."""
    settings = Settings.load(folder / "settings.json")
    assert settings.database is not None
    parts = {**conninfo_to_dict(settings.database), "host": "127.0.0.1", "port": str(standby.port)}
    dsn = make_conninfo("", **{name: str(value) for name, value in parts.items()})
    store = PostgresStore((dsn,), passwords=folder / "keys" / "pgpass", reading=True)
    try:
        while not stop.wait(0.01):
            try:
                note = store.checkpoint()
                assert note is not None and store.sealed(0, 3) and store.newest()
            except LedgerError as refused:
                seen.failed_reads.append(refused.code)
                continue
            head = Checkpoint.parse(note.split("\n\n")[0] + "\n")
            # A root that was once shown for a size is the root of that size for ever.
            assert seen.roots.setdefault(head.size, head.root) == head.root
            seen.reads.append(time.monotonic())
    finally:
        store.close()


def fail_over(tmp_path: Path, appends: int) -> None:
    """Kill the primary when half is written, promote the standby, write the rest."""
    seen, stop = Seen(), threading.Event()
    with pair(tmp_path) as (primary, standby, folder):
        with small_ledger.opened(folder) as services:
            signers = clients.enrolled(services, WRITERS)
            before = services.store.size()
        journals = [clients.journal(signer, n, appends) for n, signer in enumerate(signers)]
        total = WRITERS * appends
        sealing = open_folder(folder, small_ledger.clock, settle=False)
        with ThreadPoolExecutor(WRITERS + 2) as pool:
            beside = [
                pool.submit(read, folder, standby, seen, stop),
                pool.submit(Sequencer(sealing).run, stop),
            ]
            writers = [pool.submit(write, folder, raws, seen) for raws in journals]
            try:
                deadline = time.monotonic() + _PATIENCE
                while len(seen.acknowledged) < total // 2:
                    assert time.monotonic() < deadline, "nobody writes"
                    time.sleep(0.002)
                killed = time.monotonic()
                primary.kill()
                asked = time.monotonic()
                standby.promote()
                promoted = time.monotonic()
                for writer in writers:
                    writer.result(_PATIENCE)
            finally:
                stop.set()
            for one in beside:
                one.result(20)
        sealing.close()
        # The last acknowledgement of the old primary may have been on its way when it was killed.
        after = sorted(at for _, at in seen.acknowledged.values() if at > asked)
        waited = {
            n: min(at for raw in raws if (at := seen.acknowledged[raw][1]) > asked)
            for n, raws in enumerate(journals)
            if seen.acknowledged[raws[-1]][1] > asked
        }
        pause = max(b - a for a, b in zip(seen.reads, seen.reads[1:], strict=False))
        figures = (
            f"{WRITERS} writers, {total} appends: {total - len(after)} before the kill; promoted "
            f"{promoted - killed:.2f} s after it, writing again {after[0] - promoted:+.2f} s, all "
            f"{len(waited)} writers {max(waited.values()) - promoted:+.2f} s from then; "
            f"{seen.repeated} answered as known, refused {seen.refused}; {len(seen.reads)} reads "
            f"of the standby, {len(seen.failed_reads)} failed, longest pause {pause:.2f} s; "
            f"{len(seen.roots)} checkpoints seen"
        )
        print(figures)
        assert max(waited.values()) - promoted < 5, figures
        assert seen.failed_reads == [], figures
        assert pause < 2, figures
        indexes = [[seen.acknowledged[raw][0] for raw in raws] for raws in journals]
        clients.check(folder, before, journals, indexes)
        with small_ledger.opened(folder) as services:
            for size, root in seen.roots.items():
                assert services.log.root(size) == root, figures
