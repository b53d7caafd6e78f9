"""Random acts on one lot: issued = confirmed + in doubt + void + waiting at every instant."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.errors import DoorError
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal
from printers.errors import PrintingError
from printers.virtual import VirtualPrinter
from tests.labelling_room import account, reopened, station
from tests.pages.cooperative import GTIN, LOT
from tests.printers.paper import serials_on_paper
from tests.test_labelling import dead_job

# What an act may answer instead of doing anything; everything else is a fault of ours.
_SAID_NO = {"job-in-doubt", "labels-exceed", "serial-state", "nothing-queued", "form-refused"}


class Walk:
    """One operator with a printer that is sometimes in trouble."""

    def __init__(self, seed: int, services: Services, printer: VirtualPrinter, paper: Path) -> None:
        self.chance = random.Random(seed)
        self.services, self.printer, self.paper = services, printer, paper
        self.labelling = services.labelling
        self.reprinted: list[str] = []

    def step(self) -> None:
        acts = (
            self.issue, self.print, self.print, self.print_in_trouble, self.print_in_trouble,
            self.look, self.look, self.void, self.reprint, self.die, self.cancel,
        )  # fmt: skip
        act = self.chance.choice(acts)
        try:
            act()
        except (DoorError, LedgerError) as no:
            if no.code not in _SAID_NO:
                raise

    def issue(self) -> None:
        self.labelling.issue(GTIN, LOT, self.chance.randint(1, 4))

    def print(self) -> None:
        self.labelling.print_labels(GTIN, LOT, self.chance.randint(1, 5), "may")

    def print_in_trouble(self) -> None:
        fault = self.chance.choice(("paper_out_after", "cover_open_after", "drop_at_byte"))
        mark = self.chance.randint(0, 40_000 if fault == "drop_at_byte" else 3)
        self.printer.trouble(**{fault: mark})
        try:
            self.print()
        finally:
            self.printer.clear()

    def look(self) -> None:
        """Say which labels came out, by what is really on the paper."""
        doubted = self.labelling.doubted(GTIN, LOT)
        while not self.printer.idle or self.printer.connected:
            threading.Event().wait(0.01)
        whole = serials_on_paper(self.paper, "??????.png")
        good = [s for s in doubted if whole[s] > self.copies(s)]
        if doubted and good == doubted[: len(good)] and self.chance.random() < 0.5:
            self.labelling.resolve(GTIN, LOT, good[-1] if good else None)
        else:
            self.labelling.resolve_listed(GTIN, LOT, good)

    def copies(self, serial: str) -> int:
        """Copies known to be out before the one in doubt."""
        with self.labelling.desk.spool() as spool:
            return sum(
                one.serial == serial and one.state == "confirmed"
                for job in spool.job_ids(f"{GTIN}/{LOT}/")
                for one in spool.labels(job)
            )

    def void(self) -> None:
        states = self.labelling.states(GTIN, LOT)
        serial = self.chance.choice(list(states))
        self.labelling.void(GTIN, LOT, [serial], "damaged")

    def reprint(self) -> None:
        states = self.labelling.states(GTIN, LOT)
        serial = self.chance.choice(list(states))
        self.labelling.reprint(GTIN, LOT, serial, "damaged", "may")
        self.reprinted.append(serial)

    def die(self) -> None:
        # What a dead process had queued waits again before the next one queues it.
        self.labelling.cancel_lot(GTIN, LOT)
        if account(self.services)["waiting"] and not self.labelling.doubted(GTIN, LOT):
            dead_job(self.services, (), 1)
            for left in self.labelling.unfinished():
                if self.chance.random() < 0.5:
                    self.labelling.resume(left.job_id)

    def cancel(self) -> None:
        self.labelling.cancel_lot(GTIN, LOT)


@contextmanager
def watched(services: Services) -> Iterator[list[str]]:
    """Another process's view of the account, asked all the time."""
    other, stop, wrong = reopened(services), threading.Event(), []

    def watch() -> None:
        while not stop.is_set():
            try:
                found = other.labelling.status(GTIN, LOT)
            except (Refusal, PrintingError) as fault:
                wrong.append(fault.say("en"))
                return
            parts = sum(found[name] for name in ("confirmed", "in_doubt", "void", "waiting"))
            if found["issued"] != parts:
                wrong.append(str(found))
            stop.wait(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join(10)
        other.close()


@pytest.mark.parametrize("seed", range(3))
def test_the_account_adds_up_at_every_instant_and_agrees_with_the_paper(
    tmp_path: Path, seed: int
) -> None:
    walk_and_judge(tmp_path, seed, 14)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_the_account_adds_up_over_long_walks(tmp_path: Path, seed: int) -> None:
    walk_and_judge(tmp_path, seed, 60)


def walk_and_judge(tmp_path: Path, seed: int, steps: int) -> None:
    with station(tmp_path) as (services, printer), watched(services) as wrong:
        walk = Walk(seed, services, printer, tmp_path / "paper")
        for _ in range(steps):
            walk.step()
            account(services)
        walk.look()
        services.labelling.settle(GTIN, LOT)
        assert wrong == []
        found = account(services)
        assert found["in_doubt"] == 0
        paper = serials_on_paper(tmp_path / "paper", "??????.png")
        states = services.labelling.states(GTIN, LOT)
        for serial, state in states.items():
            if state == "confirmed":
                assert 1 <= paper[serial] <= 1 + walk.reprinted.count(serial), serial
            elif state == "waiting":
                assert paper[serial] == 0
        assert set(paper) <= set(states)
        assert all(one == 1 for s, one in paper.items() if s not in walk.reprinted)
        # The ledger alone, without this machine's spool, tells the same.
        (services.folder / "spool.db").rename(tmp_path / "lost.db")
        for tail in ("-wal", "-shm"):
            (services.folder / f"spool.db{tail}").unlink(missing_ok=True)
        assert services.labelling.states(GTIN, LOT) == states
