"""One seeded fault after another against a printer, each accounted for as an operator would.

What is on paper is read by a decoder that is not ours; nothing here asks the spool what is true.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import encode_label
from printers.errors import AttentionError
from printers.profile import Profile
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.resync import end_of_old_command
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport
from printers.virtual import Faults, VirtualPrinter
from tests.printers.paper import profile_like, serials_on_paper
from tests.printers.sample_labels import label, serial

LABELS = 4
# Printers that acknowledge by number, by counting answers, and by being watched.
PROFILES = {
    "T3": profile_like(acknowledge_seconds=0.3),
    "T2": profile_like(acknowledge_seconds=0.3, status_tier="T2"),
    "T1": profile_like("virtual-tspl", acknowledge_seconds=1.5),
}
TIERS = ("T3",) * 6 + ("T2", "T1")
KINDS = (
    "paper-out", "paper-out-refilled", "cover-open", "stall", "drop", "drop-kept", "die", "silent",
    "odd-reply", "kill", "kill", "kill-kept",
)  # fmt: skip


@cache
def payloads(profile: str) -> tuple[PrintItem, ...]:
    """Every label that a fault may need: as many again stand ready for void ones."""
    template, facts = Template.shipped("goi-50x40"), Profile.shipped(profile)
    return tuple(
        PrintItem(
            f"08936012345674/{serial(n)}",
            serial(n),
            encode_label(lay_out(template, label(n)), facts).payload,
        )
        for n in range(1, 4 * LABELS + 1)
    )


@dataclass(slots=True)
class Tally:
    """What the campaign counted."""

    kinds: Counter[str] = field(default_factory=Counter)
    in_doubt: Counter[int] = field(default_factory=Counter)
    labels: int = 0
    confirmed: int = 0
    void: int = 0
    void_on_paper: int = 0
    duplicates: int = 0
    unaccounted: int = 0

    def add(self, other: Tally) -> None:
        """Sum up."""
        self.kinds += other.kinds
        self.in_doubt += other.in_doubt
        for name in ("labels", "confirmed", "void", "void_on_paper", "duplicates", "unaccounted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def told(self) -> str:
        """One line for whoever runs it."""
        doubt = ", ".join(f"{n} in doubt: {c}" for n, c in sorted(self.in_doubt.items()))
        return (
            f"{sum(self.kinds.values())} faults ({doubt}); {self.labels} serials: "
            f"{self.confirmed} confirmed, {self.void} void ({self.void_on_paper} of them readable "
            f"on spoilt labels), {self.unaccounted} unaccounted, {self.duplicates} twice on paper"
        )


class One:
    """One fault: a job meets it, a person looks at the paper, the rest is printed."""

    def __init__(self, seed: int, folder: Path, stack: ExitStack) -> None:
        self.chance = random.Random(seed)
        self.kind = self.chance.choice(KINDS)
        self.tier = self.chance.choice(TIERS)
        self.profile = PROFILES[self.tier]
        self.ready = list(payloads(self.profile.name))
        self.paper = folder / "paper"
        self.stack = stack
        self.path = folder / "spool.db"
        self.spool = stack.enter_context(Spool(self.path, lambda: "t"))
        # Half of the faults meet a connection that begins with the end of an old command.
        if self.chance.random() < 0.5:
            self.spool.line_opened("p")
            self.spool.line_closed("p")
        self.printer = stack.enter_context(self.virtual(self.faults()))
        self.jobs = 0

    def faults(self) -> Faults:
        size = sum(len(x.payload or b"") + 11 for x in self.ready[:LABELS])
        byte = self.chance.randrange(1, size + len(end_of_old_command(self.profile)))
        after = self.chance.randrange(LABELS)
        kept = self.kind.endswith("-kept")
        match self.kind:
            case "paper-out" | "paper-out-refilled":
                return Faults(paper_out_after=after)
            case "cover-open":
                return Faults(cover_open_after=after)
            case "stall":
                return Faults(stall_at_byte=byte)
            case "drop" | "drop-kept":
                return Faults(drop_at_byte=byte, keeps_buffer=kept)
            case "die":
                return Faults(die_at_byte=byte)
        return Faults(keeps_buffer=kept)

    def virtual(self, faults: Faults) -> VirtualPrinter:
        language = self.profile.language
        assert language != "sheet"
        return VirtualPrinter(self.paper, faults=faults, language=language)

    def add_job(self, count: int) -> str:
        self.jobs += 1
        taken, self.ready = self.ready[:count], self.ready[count:]
        self.spool.add_job(f"j/{self.jobs}", "p", taken)
        return f"j/{self.jobs}"

    def run(self, job: str) -> JobOutcome:
        def trouble(found: AttentionError | None) -> None:
            if found is not None and self.kind == "paper-out-refilled":
                threading.Timer(0.05, self.printer.refill).start()

        left = self.chance.randrange(LABELS)

        def progress(one: Progress) -> None:
            nonlocal left
            if one.state == "sending" and self.kind in ("silent", "odd-reply"):
                if left == 0:
                    self.printer.trouble(**{self.kind.replace("-", "_"): True})
                left -= 1

        patience = 5.0 if self.kind == "paper-out-refilled" else 0.0
        way = open_transport(self.printer.address)
        return print_job(
            self.spool,
            job,
            way,
            self.profile,
            on_progress=progress,
            on_trouble=trouble,
            patience_seconds=patience,
        )

    def killed(self, job: str) -> None:
        """The printing process ends at a random moment, by SIGKILL."""
        after = self.chance.uniform(0, 0.25)
        child = os.fork()
        if not child:
            try:
                with Spool(self.path, lambda: "t") as spool:
                    print_job(spool, job, open_transport(self.printer.address), self.profile)
            finally:
                os._exit(0)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    def mend(self) -> None:
        """Switch on, load paper, and wait until nothing moves any more."""
        if self.kind == "die":
            self.printer = self.stack.enter_context(self.virtual(Faults()))
        kept = self.kind.endswith("-kept")
        self.printer.clear()
        if kept:
            self.printer.trouble(keeps_buffer=True)
        ends = time.monotonic() + 3.0
        while time.monotonic() < ends and (self.printer.connected or not self.printer.idle):
            time.sleep(0.005)

    def look(self) -> None:
        """Decide what is in doubt by the whole labels on the paper, by list or by the last one."""
        whole = serials_on_paper(self.paper, "??????.png")
        for number in range(1, self.jobs + 1):
            job = f"j/{number}"
            doubted = [x.serial for x in self.spool.labels(job) if x.state == "in_doubt"]
            good = [serial for serial in doubted if whole[serial]]
            if not doubted:
                continue
            if good == doubted[: len(good)] and self.chance.random() < 0.5:
                self.spool.resolve(job, good[-1] if good else None)
            else:
                self.spool.resolve_listed(job, good)

    def campaign(self) -> Tally:
        tally = Tally(Counter({f"{self.tier} {self.kind}": 1}))
        job = self.add_job(LABELS)
        if self.kind.startswith("kill"):
            self.killed(job)
            with self.spool.lock("p"):
                self.spool.doubt_unfinished("p")
        else:
            self.run(job)
        doubted = self.spool.counts(job)["in_doubt"]
        tally.in_doubt[doubted] += 1
        assert doubted <= 2, (self.kind, self.spool.counts(job))
        for _ in range(4):
            self.mend()
            self.look()
            done = [self.spool.counts(f"j/{n}") for n in range(1, self.jobs + 1)]
            confirmed = sum(one["confirmed"] for one in done)
            if confirmed == LABELS:
                break
            if not done[-1]["queued"]:
                self.add_job(LABELS - confirmed - sum(one["queued"] for one in done))
            self.kind = self.kind if self.kind.endswith("-kept") else "mended"
            for n in range(1, self.jobs + 1):
                if self.spool.counts(f"j/{n}")["queued"]:
                    self.run(f"j/{n}")
        self.settle(tally)
        return tally

    def settle(self, tally: Tally) -> None:
        """The spool's word against the paper's."""
        self.mend()
        everything = serials_on_paper(self.paper)
        whole = serials_on_paper(self.paper, "??????.png")
        labels = [x for n in range(1, self.jobs + 1) for x in self.spool.labels(f"j/{n}")]
        states = {x.serial: x.state for x in labels}
        confirmed = {s for s, state in states.items() if state == "confirmed"}
        tally.labels = len(labels)
        tally.confirmed = len(confirmed)
        tally.void = sum(1 for state in states.values() if state == "void")
        tally.duplicates = sum(1 for count in everything.values() if count > 1)
        tally.unaccounted = len(labels) - tally.confirmed - tally.void
        tally.void_on_paper = sum(1 for serial in everything if states[serial] == "void")
        assert len(confirmed) == LABELS, (self.kind, states)
        assert confirmed <= set(whole), (self.kind, confirmed - set(whole))


def one_fault(seed: int, folder: Path) -> Tally:
    """Everything one seed does; AssertionError when a label got lost or doubled."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        return One(seed, folder, stack).campaign()
