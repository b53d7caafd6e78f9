"""`ocop bundle`, `ocop trust`, `ocop audit`: evidence to take away, and checking it all here."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

from api.bootstrap import Services, open_folder
from api.commands.progress import Progress, progress
from api.commands.words import Nouns, choose, give, opened, options, read_file, tell, write_file
from api.errors import DoorError
from ledger.completeness.map_file import rows_on_disk
from ledger.errors import LedgerError
from ledger.projections.comparing import agree
from ledger.projections.errors import ProjectionRefused
from ledger.signature_processes import SignatureProcesses
from ledger.store.seam import StoreFault
from ledger.store.strays import stray
from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.report import completeness
from ledger.verify.statement import read_statement
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_PAGE = 1000
# Below so many entries, starting processes takes longer than they save.
_LARGE = 20_000
_MOST_PROCESSES = 16
# From so many on, the rows of the completeness index are kept in a temporary file.
_MANY = 200_000


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    bundle = options(nouns.add_parser("bundle", help="lot bundle for offline checking"))
    bundle.add_argument("item", metavar="ITEM")
    bundle.add_argument("lot", metavar="LOT")
    bundle.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    bundle.add_argument(
        "--open-notes",
        action="store_true",
        help="disclose the private notes and partners of the lot's statements, for an inspector",
    )
    bundle.set_defaults(run=run_bundle)
    trust = options(
        nouns.add_parser("trust", help="trust file: log key, root keys, witness policy")
    )
    trust.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    trust.set_defaults(run=run_trust)
    audit = options(
        nouns.add_parser("audit", help="verify the whole ledger; numbers and first failure"),
        machine=True,
    )
    audit.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        help="a checkpoint kept from before: the ledger must extend it (shows cuts and roll-backs)",
    )
    audit.add_argument(
        "--processes",
        type=int,
        choices=range(1, _MOST_PROCESSES + 1),
        metavar="N",
        help="processes that check signatures (one for each core when the ledger is large)",
    )
    audit.add_argument(
        "--without-views",
        action="store_true",
        help="leave out the read models: comparing them takes most of a large ledger's time",
    )
    audit.set_defaults(run=run_audit)


def run_bundle(args: argparse.Namespace) -> int:
    """Write a lot bundle."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        if services.link is None and services.tables.lot(item, args.lot) is not None:
            # Not only as of what a server last committed to.
            services.commit_index()
        made = services.bundle(item, args.lot, opened=args.open_notes)
        if made is None:
            raise LedgerError("lot-unknown", lot=args.lot, item=item)
        report = verify_bundle(made, services.trust_file())
        if report.failures:
            why = report.failures[0].say(args.lang)
            raise DoorError("bundle-refused", lot=args.lot, why=why)
        few = _too_few_witnesses(services, made)
    write_file(args.output, made)
    tell(choose(args.lang, f"Wrote {args.output}.", f"Đã ghi {args.output}."))
    tell(completeness(report, args.lang))
    if few is not None:
        tell(few.say(args.lang))
    return 0


def _too_few_witnesses(services: Services, made: bytes) -> Refusal | None:
    """What whoever has this ledger's trust file will be told of the bundle's witnesses."""
    with suppress(Refusal):  # a policy that no trust file can name: ocop trust says so
        asked = Trust.parse(services.trust())
        for one in verify_bundle(made, asked).failures:
            if one.refusal.code == "quorum-missing":
                return one.refusal
    return None


def run_trust(args: argparse.Namespace) -> int:
    """Write the trust file."""
    with opened(args) as services:
        write_file(args.output, services.trust())
    tell(choose(args.lang, f"Wrote {args.output}.", f"Đã ghi {args.output}."))
    return 0


def run_audit(args: argparse.Namespace) -> int:
    """Verify everything; 1 when something does not hold."""
    with closing(open_folder(args.dir, settle=False)) as services:
        # What is wrong with the entries is for the audit to say, in its own words and at its place.
        with suppress(Refusal):
            services.station.catch_up()
        known = None
        if args.checkpoint is not None:
            key = services.log_key
            known = open_checkpoint(read_file(args.checkpoint), key)
        started = time.monotonic()
        checked = progress(args.lang, "checked", "đã kiểm tra")
        result = audit(services, known, args.processes, checked)
        views_match = None
        if not args.without_views:
            compared = progress(args.lang, "compared with the read models", "đã so với bảng đọc")
            try:
                views_match = views_agree(services, compared)
            except ProjectionRefused as stuck:
                # Of an entry that cannot be read the audit has said so already.
                result.failure = result.failure or stuck
        faults = services.store.faults()
        if result.whole:
            try:
                # What this folder has seen counts without being asked for: checkpoint.txt.
                services.memory.check(services.store)
            except LedgerError as rolled_back:
                result.failure = rolled_back
        if result.whole:
            faults += stray(services.store)
        seconds = time.monotonic() - started
    data = _as_data(result, faults, views_match=views_match, seconds=round(seconds, 3))
    if args.json:
        give(data)
    else:
        print(_as_text(result, faults, views_match, seconds, args.lang))
    return 0 if data["clean"] else 1


def audit(
    services: Services,
    known: Checkpoint | None = None,
    processes: int | None = None,
    on_progress: Progress | None = None,
) -> AuditResult:
    """Verify every sealed entry of an open ledger against its own checkpoints and `known`.

    `processes` check signatures; None takes one for each core when the ledger is large.
    """
    checkpoints = dict(services.store.checkpoints())
    entries, roots = _entries(services, on_progress), _roots(services)
    if processes is None:
        processes = (os.cpu_count() or 1) if services.store.size() >= _LARGE else 1
    part = None if services.link is None else services.link.part()
    with ExitStack() as held:
        ahead = rows = None
        if processes > 1:
            ahead = held.enter_context(SignatureProcesses(min(processes, _MOST_PROCESSES)))
        if services.store.size() >= _MANY:
            rows = held.enter_context(rows_on_disk())
        return audit_entries(
            entries, checkpoints, roots, known=known, ahead=ahead, part=part, rows=rows
        )


def _roots(services: Services) -> frozenset[str]:
    """Root keys (hex) that the sealed genesis names; none when it cannot be read any more."""
    try:
        _, genesis = next(iter(services.store.sealed(0, 1)))
        return frozenset(map(str, read_statement(parse_entry(genesis).payload).body["roots"]))
    except (Refusal, StopIteration, KeyError, TypeError):
        return frozenset()


def _entries(services: Services, on_progress: Progress | None) -> Iterator[bytes]:
    first, total = 0, services.store.size()
    while rows := services.store.sealed(first, _PAGE):
        yield from (raw for _, raw in rows)
        first = rows[-1][0] + 1
        if on_progress is not None:
            on_progress(min(first, total), total)


def views_agree(services: Services, on_progress: Progress) -> bool:
    """True when the read models are what the log gives. ProjectionRefused when it gives none."""
    total = services.store.size()
    return agree(
        services.store, services.tables.path, lambda size: on_progress(min(size, total), total)
    )


def _as_data(
    result: AuditResult, faults: list[StoreFault], *, views_match: bool | None, seconds: float
) -> dict[str, Any]:
    failure = result.failure
    return {
        "clean": result.clean and views_match is not False and not faults,
        "entries": result.entries,
        "root": result.root.hex(),
        "types": result.types,
        "disputed": result.disputed,
        "views_match": views_match,
        "store_faults": [
            {"code": one.code, "params": one.params, "sentence": one.say("en")} for one in faults
        ],
        "seconds": seconds,
        "failure": None
        if failure is None
        else {"index": result.failed_index, "code": failure.code, "sentence": failure.say("en")},
        "false_index": [
            {"index": index, "code": one.code, "sentence": one.say("en")}
            for index, one in result.false_index
        ],
    }


def _as_text(
    result: AuditResult,
    faults: list[StoreFault],
    views_match: bool | None,
    seconds: float,
    lang: str,
) -> str:
    lines = [
        choose(
            lang,
            f"{result.entries} entries verified in {seconds:.2f} s, root {result.root.hex()}",
            f"Đã kiểm tra {result.entries} phiếu trong {seconds:.2f} giây, gốc {result.root.hex()}",
        )
    ]
    if result.failure is not None:
        at = "" if result.failed_index is None else f"[{result.failed_index}] "
        lines.append(f"{choose(lang, 'REFUSED', 'KHÔNG ĐẠT')}: {at}{result.failure.say(lang)}")
    lines += [
        f"{choose(lang, 'REFUSED', 'KHÔNG ĐẠT')}: [{index}] {one.say(lang)}"
        for index, one in result.false_index
        if one is not result.failure
    ]
    if not result.clean and result.whole and views_match is not False and not faults:
        lines.append(
            choose(
                lang,
                "All the rest of the ledger was checked and holds.",
                "Đã kiểm tra toàn bộ phần còn lại của sổ, đều đúng.",
            )
        )
    # Of an altered or shortened ledger new views would only hide what is gone.
    if views_match is False and result.whole:
        lines.append(
            choose(
                lang,
                "The read models differ from the log: run ocop rebuild, and ask who edited them.",
                "Bảng đọc khác với sổ: hãy chạy ocop rebuild và tìm xem ai đã sửa.",
            )
        )
    lines += [one.say(lang) for one in faults]
    if views_match is None:
        lines.append(
            choose(lang, "The read models were not compared.", "Chưa so sánh bảng đọc với sổ.")
        )
    if result.disputed:
        lines.append(
            choose(
                lang,
                f"{result.disputed} statements of stolen keys are in dispute: ocop keys disputed",
                f"{result.disputed} phiếu của khóa bị lộ đang bị tranh chấp: ocop keys disputed",
            )
        )
    if result.clean and views_match is not False and not faults:
        lines.append(choose(lang, "Everything holds.", "Sổ nguyên vẹn."))
    else:
        lines.append(choose(lang, "Not everything holds.", "Có chỗ không đạt."))
    return "\n".join(lines)
