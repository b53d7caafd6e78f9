"""Ledgers to keep: told through the real station, written by a thread, put back to an older state."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.commands.database import founded
from api.commands.main import main as ocop
from api.keeping.into_database import Founding
from api.settings import Settings
from ledger.domain.drafts import Draft
from tests.postgres.cluster import shared_cluster
from tests.store import small_ledger
from tests.store.small_ledger import clock

PAGE = 1_000_000


def told(folder: Path, more: int = 0) -> Services:
    """A ledger with the whole story, then `more` harvests in one sealing."""
    services = small_ledger.told(folder)
    add(services, more)
    return services


def add(services: Services, count: int, prefix: str = "K") -> None:
    """Record `count` harvests more and seal them."""
    if count:
        entries = small_ledger.signed_harvests(services, count, prefix=prefix)
        services.ledger.submit([one.raw for one in entries])
    services.station.catch_up()


def add_one_by_one(services: Services, count: int, prefix: str) -> None:
    """Record harvests that each name the newest checkpoint as their anchor."""
    for number in range(count):
        draft = Draft(
            "harvested",
            small_ledger.FARM,
            small_ledger.day(20),
            {
                "lot": small_ledger.lot(small_ledger.FRUIT, f"{prefix}{number:04d}"),
                "quantity": small_ledger.kg("2"),
                "site": "VT-01",
            },
        )
        services.station.record(draft)


def contents(services: Services) -> tuple[list[tuple[int, bytes]], dict[int, str | None]]:
    """Every sealed entry with its index, and every checkpoint note ever issued."""
    store = services.store
    notes = {size: store.checkpoint(size) for size, _ in store.checkpoints()}
    return store.sealed(0, PAGE), notes


@contextmanager
def opened(folder: Path) -> Iterator[Services]:
    """A ledger folder, closed afterwards."""
    with small_ledger.opened(folder) as services:
        yield services


def database() -> Founding:
    """Founds a ledger in a new empty database, as `ocop init --database` does."""
    owner = shared_cluster().fresh_database()
    return Founding(owner, True, lambda folder: founded(folder, owner, None))


def put_back(services: Services, folder: Path) -> None:
    """Keep the ledger's present state in `folder`, to be put in place again with `swap`."""
    folder.mkdir()
    if services.settings.database is None:
        with sqlite3.connect(services.folder / "ledger.db") as source:
            copy = sqlite3.connect(folder / "ledger.db")
            source.backup(copy)
            copy.close()
        source.close()
    else:
        shutil.copytree(services.folder, folder / "whole")


def swap(folder: Path, older: Path) -> None:
    """Put the older ledger file in the place of the present one; closed ledgers only."""
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copyfile(older / "ledger.db", folder / "ledger.db")


@dataclass
class Writer:
    """A thread that records harvests and seals them, until it is told to stop."""

    services: Services
    written: int = 0
    failure: BaseException | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Record until `stop`; what went wrong is in `failure`."""
        try:
            while not self._stop.is_set() and self.written < 20_000:
                add(self.services, 5, prefix=f"W{self.written}X")
                self.written += 5
        except BaseException as wrong:
            self.failure = wrong

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write while the block runs."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(60)
            assert not thread.is_alive()
        if self.failure is not None:
            raise self.failure


def settings_of(folder: Path) -> Settings:
    """The folder's settings."""
    return Settings.load(folder / "settings.json")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of one command in English."""
    capsys.readouterr()
    status = ocop([*map(str, words), "--lang", "en"])
    said = capsys.readouterr()
    return status, said.out, said.err


__all__ = [
    "Writer",
    "add",
    "add_one_by_one",
    "clock",
    "contents",
    "database",
    "opened",
    "put_back",
    "run",
    "settings_of",
    "swap",
    "told",
]
