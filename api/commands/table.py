"""`ocop table`: tables checked, taken in and taken out, CSV and .xlsx, as on /quan-ly/bang."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.commands.words import Nouns, choose, give, opened, options, read_file, tell, write_file
from api.errors import DoorError
from api.keeping.errors import ReadsOnly
from api.keys.wiring import unlock_all
from api.stores import reads_only
from api.tables.checking import check, read_sheet
from api.tables.errors import TableRefused
from api.tables.exporting import empty, export
from api.tables.guessing import guess
from api.tables.judged import TO_RECORD, Checked
from api.tables.layouts import DIARY, LAYOUTS
from api.tables.problems import Mark
from api.tables.recording import record_row
from api.tables.writing import WRITERS
from ledger.verify.keys import ROOT_PARTY


def add_to(nouns: Nouns) -> None:
    """Add the noun with its verbs."""
    verbs = nouns.add_parser(
        "table", help="take tables (CSV, .xlsx) in and out, with a check before"
    ).add_subparsers(dest="verb", required=True, metavar="VERB")
    out = options(
        verbs.add_parser(
            "export",
            help="write a table to a file",
            description="Tables: nhat-ky (the diary), san-pham, mat-hang, dia-diem, giay-chung-nhan, "
            "thiet-bi, lo-va-ton, tem. What was written can be taken in again. See docs/diary.md.",
        )
    )
    out.add_argument("table", metavar="TABLE")
    out.add_argument("file", type=Path, metavar="FILE", help="FILE.csv or FILE.xlsx")
    out.add_argument("--party", help="whose table, when this ledger has several parties")
    out.add_argument("--empty", action="store_true", help="the headings only, to be filled in")
    out.set_defaults(run=run_export)
    for verb, text in (
        ("check", "judge every row of a table, recording nothing"),
        ("import", "record a table when no row is faulty"),
    ):
        one = options(verbs.add_parser(verb, help=text), machine=True)
        one.add_argument("file", type=Path, metavar="FILE", help="CSV, .xlsx or .ods")
        one.add_argument("--table", help="which table it is; by default its headings tell")
        one.add_argument("--party", help="whose table, when this ledger has several parties")
        if verb == "import":
            one.add_argument(
                "--good-only",
                action="store_true",
                help="record the good rows, pass over the others",
            )
        one.set_defaults(run=run_import, records=verb == "import")


def run_export(args: argparse.Namespace) -> int:
    """Write a table; what it has no row for is told."""
    kind = args.file.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise TableRefused("not-a-table", found=args.file.name)
    with opened(args) as services:
        left_out: Counter[str] = Counter()
        if args.empty:
            made = empty(args.table)
        else:
            made, left_out = export(services, _party(services, args.party), args.table)
    write_file(args.file, WRITERS[kind](made))
    tell(
        choose(
            args.lang,
            f"{len(made.rows)} rows written to {args.file}.",
            f"Đã ghi {len(made.rows)} dòng vào {args.file}.",
        )
    )
    for name, count in sorted(left_out.items()):
        tell(
            choose(
                args.lang,
                f"{count} statements of type {name} are not in it: a diary has no words for them.",
                f"Không có {count} phiếu loại {name}: nhật ký không có cách ghi các phiếu này.",
            )
        )
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Check a table and, unless that was all, record it; 1 when a row is faulty or refused."""
    raw = read_file(args.file)
    table = args.table or guess(raw, args.file.name)
    layout = LAYOUTS.get(table)
    if layout is None:
        raise TableRefused("kind-unknown", found=table, known=", ".join(LAYOUTS))
    with opened(args) as services:
        party = _party(services, args.party)
        sheet = read_sheet(raw, args.file.name, layout)
        checked = check(services, party, layout, sheet, lambda _done, _all: None)
        bad = checked.counts["bad"] + len(checked.headings.marks)
        recorded, refused = 0, []
        if args.records and (not bad or (args.good_only and not checked.headings.marks)):
            if reads_only(services.folder, services.settings):
                raise ReadsOnly("reads-only")
            unlock_all(services, "station" if layout is DIARY else "admin")
            for row in checked.rows:
                if row.state not in TO_RECORD:
                    continue
                refusal, trouble = record_row(services, row)
                if trouble is not None:
                    tell(trouble.say(args.lang))
                if refusal is None:
                    recorded += 1
                else:
                    refused.append(
                        {"line": row.line, "en": refusal.say("en"), "vi": refusal.say("vi")}
                    )
    _report(args, table, checked, recorded, refused)
    return 1 if bad or refused else 0


def _report(
    args: argparse.Namespace,
    table: str,
    checked: Checked,
    recorded: int,
    refused: list[dict[str, Any]],
) -> None:
    heads = checked.headings.texts
    faults = [_fault(heads, 1, mark) for mark in checked.headings.marks]
    faults += [_fault(heads, row.line, mark) for row in checked.rows for mark in row.marks]
    counts = checked.counts
    if args.json:
        remarks = [{"code": one.code, "en": one.en, "vi": one.vi} for one in checked.remarks]
        given = {"table": table, **counts, "recorded": recorded, "refused": refused}
        give({**given, "cells": faults, "remarks": remarks})
    else:
        for remark in checked.remarks:
            tell(remark.say(args.lang))
        for one in (*faults, *refused):
            where = f", {one['column']}" if one.get("column") else ""
            print(f"{choose(args.lang, 'row', 'dòng')} {one['line']}{where}: {one[args.lang]}")
    tell(
        choose(
            args.lang,
            f"{recorded} recorded; the file has {counts['new']} new rows, {counts['changed']} changed, "
            f"{counts['known']} recorded before, {counts['bad']} faulty.",
            f"Đã ghi {recorded}; tệp có {counts['new']} dòng mới, {counts['changed']} dòng ghi lại, "
            f"{counts['known']} dòng đã có trong sổ, {counts['bad']} dòng sai.",
        )
    )


def _fault(heads: tuple[str, ...], line: int, mark: Mark) -> dict[str, Any]:
    column = None if mark.column is None or mark.column >= len(heads) else heads[mark.column]
    problem = mark.problem
    said = {"code": problem.code, "en": problem.en, "vi": problem.vi, "warns": mark.warns}
    return {"line": line, "column": column, **said}


def _party(services: Services, asked: str | None) -> str:
    """The party that was asked for, or the only one. DoorError: `party-unclear`."""
    registered = [code for code in services.views.registry.parties if code != ROOT_PARTY]
    own = [code for code in services.station.own_parties() if code != ROOT_PARTY]
    if asked in registered:
        return str(asked)
    known = own or registered
    if asked is None and len(known) == 1:
        return known[0]
    raise DoorError("party-unclear", known=", ".join(registered) or "–")
