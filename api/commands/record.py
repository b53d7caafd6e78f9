"""`ocop record FILE`: sign and append a diary (CSV) or drafts (JSON Lines), reporting every line."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.bootstrap import Services, enrol_party, open_folder
from api.commands.words import Nouns, choose, give, opened, options, read_file, tell
from api.errors import DoorError
from api.intake.diary import read_diary
from api.intake.jsonl import read_jsonl
from api.intake.rows import Row
from api.intake.setup import read_setup
from api.keeping.errors import ReadsOnly
from api.keys.wiring import unlock_all
from api.stores import reads_only
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.station import RECORDED
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.wording import Refusal

_PROGRESS_EVERY = 25


@dataclass(slots=True)
class Outcome:
    """What became of a file: counts, lines known from before, refused lines with their sentences.

    `began` is the ledger's size before the file; `met` counts equal lines seen so far. `trouble`
    is what kept lines that were recorded from being sealed or shown, None when all were.
    """

    registered: int = 0
    began: int = 0
    met: Counter[str] = field(default_factory=Counter)
    recorded: int = 0
    known: list[int] = field(default_factory=list)
    empty: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    trouble: LedgerError | None = None


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    record = options(
        nouns.add_parser(
            "record",
            help="sign and append a diary (CSV) or drafts (JSON Lines)",
            description="NAME.csv applies NAME.setup.json beside it first; NAME.setup.json alone "
            "registers what is in it, such as a new party of a hub. Every refused line is "
            "reported with its reason and remedy; the others are recorded. See docs/diary.md.",
        ),
        machine=True,
    )
    record.add_argument("file", type=Path, metavar="FILE")
    record.add_argument("--party", help="who speaks, when this ledger records for several")
    record.add_argument(
        "--all-or-nothing", action="store_true", help="record nothing if any line is refused"
    )
    record.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record a file; 1 when a line was refused."""
    raw = read_file(args.file)
    setup = raw if _is_setup(args.file) else _setup_beside(args.file)
    if args.all_or_nothing:
        rehearsal = _rehearse(args, raw, setup)
        if rehearsal.refused:
            tell(
                choose(
                    args.lang,
                    f"{len(rehearsal.refused)} lines are refused, so nothing was recorded.",
                    f"Có {len(rehearsal.refused)} dòng bị từ chối nên không ghi dòng nào.",
                )
            )
            rehearsal.recorded = rehearsal.registered = 0
            _report(args, rehearsal)
            return 1
    with opened(args) as services:
        if reads_only(services.folder, services.settings):
            raise ReadsOnly("reads-only")
        unlock_all(services, "station")  # once, not for line after line
        outcome = record_file(services, args.file, raw, setup, args.party, args.lang)
    _report(args, outcome)
    return 1 if outcome.refused else 0


def record_file(
    services: Services, path: Path, raw: bytes, setup: bytes | None, party: str | None, lang: str
) -> Outcome:
    """Apply a set-up file, then record a file's rows one by one; progress goes to stderr.

    Raises:
        Refusal: the file as a whole, or its set-up, cannot be read or applied.
    """
    outcome = Outcome()
    if setup is not None:
        found = apply_setup(services, setup, outcome)
        party = party or found
    if _is_setup(path):
        return outcome
    party = party or _only_party(services)
    outcome.began = services.ledger.size
    reader = read_jsonl if path.suffix.lower() in {".jsonl", ".ndjson"} else read_diary
    known = services.views.known_for(party)
    rows = reader(raw, party, known, services.now())
    for done, row in enumerate(_shown(rows, lang), start=1):
        if row.empty:
            outcome.empty += 1
        else:
            _record_row(services, row, outcome)
        if done % _PROGRESS_EVERY == 0 and sys.stderr.isatty():
            print(f"{done} …", end="\r", file=sys.stderr)
    return outcome


def _shown(rows: Iterator[Row], lang: str) -> Iterator[Row]:
    tell(choose(lang, "Recording …", "Đang ghi sổ …"))
    yield from rows


def _record_row(services: Services, row: Row, outcome: Outcome) -> None:
    if row.problems or row.draft is None:
        problems = [{"code": p.code, "en": p.en, "vi": p.vi} for p in row.problems]
        outcome.refused.append({"line": row.line, "problems": problems})
        return
    # Repeating a file is harmless: its n-th line of one wording stands for the n-th such statement
    # of before. Equal lines within one file are all recorded: two baskets may weigh the same.
    draft = row.draft
    said = json.dumps([draft.type, draft.time, draft.body], sort_keys=True)
    if services.station.repeats_of(draft, outcome.began) > outcome.met[said]:
        outcome.met[said] += 1
        outcome.known.append(row.line)
        return
    try:
        _recorded(services, row.draft, outcome)
        outcome.recorded += 1
    except Refusal as refused:
        problem = {"code": refused.code, "en": refused.say("en"), "vi": refused.say("vi")}
        outcome.refused.append({"line": row.line, "problems": [problem]})


def _recorded(services: Services, draft: Draft, outcome: Outcome) -> None:
    """Record one draft. That only the rest failed is kept for the end: it is in the ledger."""
    try:
        services.station.record(draft)
        outcome.trouble = None
    except LedgerError as wrong:
        if wrong.code not in RECORDED:
            raise
        outcome.trouble = wrong


def apply_setup(services: Services, raw: bytes, outcome: Outcome) -> str | None:
    """Record what a set-up file registers and the ledger does not know yet; the main party's code.

    Applying a file twice changes nothing.
    """
    drafts = read_setup(raw, services.station.now_text())
    main: str | None = None
    for draft in drafts:
        if draft.type == "party-registered" and main is None:
            main = str(draft.body["code"])
        if not registered(services, draft):
            _recorded(services, draft, outcome)
            outcome.registered += 1
        if main is not None and draft.type == "party-registered" and draft.body["code"] == main:
            enrol_party(services, main)
    return main


def registered(services: Services, draft: Draft) -> bool:
    """True when the ledger says the same already."""
    registry, body, party = services.views.registry, draft.body, draft.party
    match draft.type:
        case "party-registered":
            known = registry.parties.get(body["code"])
            if known is not None and known != body:
                raise DoorError("setup-party-differs", found=body["code"])
            return known == body
        case "site-registered":
            return registry.sites.get((party, body["code"])) == body
        case "item-registered":
            return registry.items.get(f"{party}/{body['code']}") == body
        case "product-registered":
            return registry.products.get(body["gtin"]) == (party, body)
        case "instrument-registered":
            return (party, body["code"]) in registry.instruments
        case "instrument-verified":
            seen = registry.instruments.get((party, body["code"]), [])
            return (body["verified_on"], body["valid_to"]) in seen
        case "certificate-recorded":
            known_one = registry.certificates.get((body["subject"], body["number"]))
            return (
                known_one is not None
                and known_one.valid_from == body["valid_from"]
                and known_one.valid_to == body["valid_to"]
                and known_one.stars == body.get("stars", 0)
            )
    return False


def _only_party(services: Services) -> str:
    known = [party for party in services.station.own_parties() if party != ROOT_PARTY]
    if len(known) != 1:
        raise DoorError("party-unclear", known=", ".join(known) or "–")
    return known[0]


def _is_setup(path: Path) -> bool:
    return path.name.lower().endswith(".setup.json")


def _setup_beside(path: Path) -> bytes | None:
    beside = path.with_suffix(".setup.json")
    return read_file(beside) if beside.exists() else None


def _rehearse(args: argparse.Namespace, raw: bytes, setup: bytes | None) -> Outcome:
    """Record the file in a scratch copy of the folder, which is thrown away."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=args.dir) as made:
        scratch = Path(made)
        for path in args.dir.iterdir():
            if path.suffix == ".db" and path.is_file():
                source, target = sqlite3.connect(path), sqlite3.connect(scratch / path.name)
                source.backup(target)
                source.close()
                target.close()
            elif path.suffix == ".json":
                shutil.copy2(path, scratch)
        shutil.copytree(args.dir / "keys", scratch / "keys")
        services = open_folder(scratch)
        try:
            return record_file(services, args.file, raw, setup, args.party, args.lang)
        finally:
            services.close()


def _report(args: argparse.Namespace, outcome: Outcome) -> None:
    if args.json:
        give(
            {
                "registered": outcome.registered,
                "recorded": outcome.recorded,
                "known": outcome.known,
                "empty": outcome.empty,
                "refused": outcome.refused,
                "trouble": None if outcome.trouble is None else outcome.trouble.code,
            }
        )
    else:
        for one in outcome.refused:
            sentences = " ".join(problem[args.lang] for problem in one["problems"])
            print(f"{choose(args.lang, 'line', 'dòng')} {one['line']}: {sentences}")
    tell(
        choose(
            args.lang,
            f"{outcome.recorded} recorded, {len(outcome.known)} recorded before, "
            f"{len(outcome.refused)} refused, {outcome.empty} empty, "
            f"{outcome.registered} registered from the set-up file.",
            f"Đã ghi {outcome.recorded}, đã có từ trước {len(outcome.known)}, từ chối "
            f"{len(outcome.refused)}, dòng trống {outcome.empty}, "
            f"đăng ký {outcome.registered} mục từ tệp setup.",
        )
    )
    if outcome.trouble is not None:
        tell(outcome.trouble.say(args.lang))
