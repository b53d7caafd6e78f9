"""A move is killed at every moment, and made again: one ledger that can be written, nothing lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api.access.own_secret import secret_in
from api.access.people import People
from api.bootstrap import Services
from api.commands.main import main
from api.keeping.errors import KeepingError
from api.keeping.moving import MOVED_FILE
from ledger.store.postgres.address import database_name
from tests.keeping import scenes
from tests.keeping.cutting import Cuts, cuts
from tests.postgres.cluster import shared_cluster
from tests.store import places
from tests.store.small_ledger import check_ledger, signed_harvests

KINDS = ("database", "file", "folder", "folder-from-database")


def people_of(services: Services) -> People:
    """The accounts of a ledger."""
    return People(services.side, services.now, secret_in(services.folder / "keys"))


@dataclass(frozen=True)
class Bases:
    """A ledger in a file and one in a database, to be copied; and the entries of both."""

    room: Path
    entries: dict[str, list[bytes]]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Bases:
    made = Bases(tmp_path_factory.mktemp("bases"), {})
    for store in places.STORES:
        with places.ledgers_on(store):
            services = scenes.told(made.room / store, 30)
        # Not sealed: a move takes it along.
        services.ledger.submit([one.raw for one in signed_harvests(services, 2, prefix="U")])
        people_of(services).first("phuong", "Phượng")
        made.entries[store] = [raw for _, raw in services.store.after(0, scenes.PAGE)]
        services.close()
    return made


@pytest.fixture(scope="module")
def cutting() -> Iterator[Cuts]:
    with cuts() as running:
        yield running


@dataclass
class Trial:
    """One ledger that is moved and killed."""

    kind: str
    room: Path
    bases: Bases

    def __post_init__(self) -> None:
        self.folder, base = self.room / "so", self.bases.room / self.store
        places.copy_of(base, self.folder)
        address = scenes.settings_of(self.folder).database
        self.to = str(self.room / "new") if self.kind.startswith("folder") else str(self.folder)
        if self.kind == "database":
            address = self.to = shared_cluster().fresh_database()
        self.dropped = None if address is None else database_name(address)

    @property
    def store(self) -> str:
        """Where the ledger is at first."""
        return "sqlite" if self.kind in {"database", "folder"} else "postgres"

    def now(self) -> Path:
        """The folder that is the ledger's after the move."""
        return Path(self.to) if self.kind.startswith("folder") else self.folder

    def record_meanwhile(self) -> int:
        """A clerk starts the program after the cut and records, if it is in this folder still."""
        with suppress(KeepingError), scenes.opened(self.folder) as services:
            scenes.add_one_by_one(services, 1, f"CUT{services.store.newest()}N")
            return 1
        with pytest.raises(KeepingError, match="was moved to"), scenes.opened(self.folder):
            pass
        return 0

    def close(self) -> None:
        """Drop what was made."""
        shutil.rmtree(self.room)
        if self.dropped is not None:
            with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
                name = sql.Identifier(self.dropped)
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def refuses(path: Path) -> bool:
    """Whether an old ledger file takes no row any more."""
    with closing(sqlite3.connect(path)) as db:
        try:
            db.execute("INSERT INTO log_leaves VALUES (999999, 999999, zeroblob(32))")
        except sqlite3.Error as wrong:
            return "was moved" in str(wrong) or "readonly" in str(wrong)
    return False


def one_cut(
    trial: Trial, cutting: Cuts, cuts: Sequence[int], capsys: pytest.CaptureFixture[str]
) -> bool:
    """Kill a move at moment `cuts[0]`, the repetition at the others, make it again, look.

    False when it ended before the first of these moments.
    """
    before, added = trial.bases.entries[trial.store], 0
    for number, cut in enumerate(cuts):
        if cutting.move(trial.folder, trial.to, cut) is not None:
            if number == 0:
                return False
            break  # the repetition ended before it was to be killed
        # Every second time the folder is used between the cut and the repetition.
        added += trial.record_meanwhile() if cut % 2 else 0
    else:
        again_and_told(trial, capsys)
    with scenes.opened(trial.now()) as services:
        assert (services.settings.database is not None) == (trial.kind == "database")
        raws = [raw for _, raw in services.store.sealed(0, scenes.PAGE)]
        assert raws[: len(before)] == before
        assert len(raws) == len(before) + added
        assert [one.account for one in people_of(services).all()] == ["phuong"]
        scenes.add_one_by_one(services, 1, "AFTER")
    if trial.kind.startswith("folder"):
        with pytest.raises(KeepingError, match="was moved to"), scenes.opened(trial.folder):
            pass
    if trial.store == "sqlite":
        assert refuses(trial.folder / MOVED_FILE)
        assert not (trial.folder / "ledger.db").exists()
    assert not list(trial.room.glob("*/move.part"))
    if trial.kind == "database":
        assert not list(trial.folder.glob("access.db*"))
    assert check_ledger(trial.now(), bundles=1) == len(before) + added + 1
    return True


def again_and_told(trial: Trial, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command again: it ends well and says what has to be known."""
    capsys.readouterr()
    status = main(["move", "--dir", str(trial.folder), "--to", trial.to, "--json", "--lang", "en"])
    said = capsys.readouterr()
    assert status == 0, said.err
    told = json.loads(said.out)
    with scenes.opened(trial.now()) as services:
        assert services.log.root(told["size"]).hex() == told["root"]
        assert services.store.checkpoint(told["size"]) is not None
    if trial.store == "postgres":
        assert told["still_open"]
        assert "REVOKE" in said.err


@contextmanager
def trial_of(kind: str, bases: Bases, room: Path) -> Iterator[Trial]:
    """A ledger of its own, gone afterwards."""
    room.mkdir()
    trial = Trial(kind, room, bases)
    try:
        yield trial
    finally:
        trial.close()


def moments_of(kind: str, bases: Bases, room: Path, cutting: Cuts) -> list[str]:
    """Every moment of such a move, when nothing cuts it."""
    with trial_of(kind, bases, room) as trial:
        found = cutting.move(trial.folder, trial.to, 0)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS[:3])
def test_a_move_that_is_killed_is_made_again_by_the_same_command(
    kind: str, bases: Bases, cutting: Cuts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = moments_of(kind, bases, tmp_path / "whole", cutting)
    copied = moments.index("return copy_store") + 1
    decided = moments.index("call _finish") + 1
    # Copied and not decided; just decided; half put in place.
    for cut in (copied, decided, (decided + len(moments)) // 2):
        with trial_of(kind, bases, tmp_path / str(cut)) as trial:
            assert one_cut(trial, cutting, [cut], capsys), cut


def test_no_other_ledger_is_made_in_the_folder_that_a_cut_move_was_to_fill(
    bases: Bases, cutting: Cuts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = moments_of("folder", bases, tmp_path / "whole", cutting)
    decided = moments.index("call _finish") + 1
    # Nothing put in place yet, and half of it.
    for cut in (decided, decided + 3):
        with trial_of("folder", bases, tmp_path / str(cut)) as trial:
            assert cutting.move(trial.folder, trial.to, cut) is None
            for words in (["audit"], ["init", "--origin", "other.example/log"], ["doctor"]):
                assert main([*words, "--dir", trial.to, "--lang", "en"]) != 0
                said = capsys.readouterr()
                assert "the same ocop move again" in " ".join((said.err + said.out).split())
            again_and_told(trial, capsys)
            assert check_ledger(trial.now(), bundles=1)


def test_a_folder_whose_new_disk_is_lost_for_good_says_how_to_go_on(
    bases: Bases, cutting: Cuts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = moments_of("folder", bases, tmp_path / "whole", cutting).index("call _finish") + 1
    with trial_of("folder", bases, tmp_path / "trial") as trial:
        cutting.move(trial.folder, trial.to, decided)
        shutil.rmtree(trial.to)
        with pytest.raises(KeepingError) as refused, scenes.opened(trial.folder):
            pass
        assert "delete moving.json" in str(refused.value)
        (trial.folder / "moving.json").unlink()
        backup, back = str(trial.room / "b"), trial.room / "back"
        assert main(["backup", backup, "--dir", str(trial.folder)]) == 0
        assert main(["restore", backup, "--dir", str(back)]) == 0
        assert check_ledger(back, bundles=1) == len(trial.bases.entries["sqlite"])
        with scenes.opened(back) as services:
            scenes.add_one_by_one(services, 1, "AFTER")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_move_may_be_killed_at_every_moment(
    kind: str, bases: Bases, cutting: Cuts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = moments_of(kind, bases, tmp_path / "whole", cutting)
    for cut, name in enumerate(moments, start=1):
        with trial_of(kind, bases, tmp_path / str(cut)) as trial:
            # Every third time the repetition is killed, too, and once more.
            more = [cut * 7 % 23 + 1, cut * 5 % 11 + 1] if cut % 3 == 0 else []
            assert one_cut(trial, cutting, [cut, *more], capsys), (cut, name)
    with capsys.disabled():
        print(f"\n{kind}: killed at each of {len(moments)} moments, and made again")
    assert len(moments) > 20
