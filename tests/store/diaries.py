"""Records a scenario's set-up and diary as `ocop` does, and tells what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from api.bootstrap import Services, create, enrol_party
from api.intake.diary import read_diary
from api.intake.setup import read_setup
from api.settings import Settings
from ledger.verify.wording import Refusal
from tests.shared_data import shared
from tests.store.small_ledger import ORIGIN, clock


@dataclass(slots=True)
class Outcome:
    """Lines recorded, empty or known from before, and for every other line its sentences in Vietnamese."""

    recorded: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    reported: dict[int, list[str]] = field(default_factory=dict)


def set_up(folder: Path, name: str) -> tuple[Services, str]:
    """A new ledger with a scenario's registrations; the caller closes it. Also the party's code."""
    drafts = read_setup(shared("scenarios", f"{name}.setup.json").read_bytes(), SETUP)
    services = create(folder, Settings(ORIGIN), clock)
    code = str(drafts[0].body["code"])
    for draft in drafts:
        services.station.record(draft)
        if draft is drafts[0]:
            enrol_party(services, code)
    return services, code


SETUP = "2026-07-01T08:00:00+07:00"


def record(services: Services, party: str, name: str) -> Outcome:
    """Record every row of a scenario's diary that can be recorded."""
    outcome, began = Outcome(), services.ledger.size
    raw = shared("scenarios", f"{name}.csv").read_bytes()
    for row in read_diary(raw, party, services.views.known_for(party), services.now()):
        if row.empty:
            outcome.empty.append(row.line)
        elif row.draft is None:
            outcome.reported[row.line] = [problem.vi for problem in row.problems]
        elif services.station.repeats_of(row.draft, began):
            outcome.known.append(row.line)
        else:
            try:
                services.station.record(row.draft)
            except Refusal as refused:
                outcome.reported[row.line] = [refused.say("vi")]
            else:
                outcome.recorded.append(row.line)
    return outcome
