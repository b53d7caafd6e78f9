"""`ocop labels ...`: issue, print, account for, void and reprint labels of a lot."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.commands.words import Nouns, choose, give, opened, options, tell, write_file
from api.errors import DoorError
from api.labels.labelling import DEFAULT_TEMPLATE, LOCAL_BASE
from ledger.errors import LedgerError
from ledger.verify.shapes import REASON
from printers.design.template import SHIPPED
from printers.spooling.worker import JobOutcome, Progress


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    labels = nouns.add_parser("labels", help="issue, print and account for labels")
    verbs = labels.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(
        name: str, text: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        made = options(verbs.add_parser(name, help=text), machine=True)
        made.add_argument("item", metavar="ITEM")
        made.add_argument("lot", metavar="LOT")
        made.set_defaults(run=run)
        return made

    issue = verb("issue", "issue serials in the ledger; never more than packs", run_issue)
    issue.add_argument("--count", type=int, required=True)
    issue.add_argument("--template", choices=SHIPPED, default=DEFAULT_TEMPLATE)
    prints = verb("print", "print labels: those waiting first, then newly issued ones", run_print)
    prints.add_argument("--count", type=int, required=True)
    prints.add_argument("--template", choices=SHIPPED, default=DEFAULT_TEMPLATE)
    prints.add_argument("--printer", help="name of a printer (the first one)")
    prints.add_argument(
        "--wait",
        action="store_true",
        help="kept for scripts: printing always waits for its outcome",
    )
    verb("status", "where every serial of a lot is", run_status)
    check = verb("check", "what the next label would say, and what it may not", run_check)
    check.add_argument("--template", choices=SHIPPED, default=DEFAULT_TEMPLATE)
    void = verb("void", "void serials, or say which label came out last", run_void)
    void.add_argument("--serial", action="append", default=[], help="a serial to void")
    void.add_argument("--reason", choices=REASON.words, help="needed with --serial")
    void.add_argument("--last-good", help="last label that came out: later ones in doubt are void")
    void.add_argument("--none-good", action="store_true", help="no label in doubt came out")
    reprint = verb("reprint", "print a serial again, with a reason", run_reprint)
    reprint.add_argument("--serial", required=True)
    reprint.add_argument("--reason", choices=REASON.words, required=True)
    reprint.add_argument("--printer")
    preview = verb("preview", "the very bitmap that would print, as PNG", run_preview)
    preview.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    preview.add_argument("--template", choices=SHIPPED, default=DEFAULT_TEMPLATE)


def run_issue(args: argparse.Namespace) -> int:
    """Issue serials without printing."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        serials = services.labelling.issue(item, args.lot, args.count, args.template)
    give({"serials": serials}) if args.json else print("\n".join(serials))
    return 0


def run_print(args: argparse.Namespace) -> int:
    """Print labels; 1 when some are in doubt or waiting."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _say_about_stars(services, item, args)
        if services.settings.base_url is None:
            tell(
                choose(
                    args.lang,
                    f"No public address is set: these labels lead to {LOCAL_BASE}, this machine only.",
                    f"Chưa đặt địa chỉ công khai: tem này chỉ dẫn tới {LOCAL_BASE} trên máy này.",
                )
            )

        def progress(one: Progress) -> None:
            if sys.stderr.isatty():
                print(f"{one.serial} {one.state}", end="\r", file=sys.stderr)

        serials, outcome = services.labelling.print_labels(
            item, args.lot, args.count, args.printer, args.template, progress
        )
        return _told(services, item, args, serials, outcome)


def _told(
    services: Services, item: str, args: argparse.Namespace, serials: list[str], outcome: JobOutcome
) -> int:
    facts = _facts(services, item, args.lot)
    states = services.labelling.states(item, args.lot)
    labels = [
        {"serial": s, "url": services.labelling.url(facts, s), "state": states[s]} for s in serials
    ]
    status = services.labelling.status(item, args.lot)
    if args.json:
        give({"ending": outcome.ending, "labels": labels, "status": status})
    else:
        for one in labels:
            print(f"{one['serial']}  {one['state']}  {one['url']}")
    if outcome.error is not None:
        tell(outcome.error.say(args.lang))
    if outcome.needs_check_scan:
        tell(
            choose(
                args.lang,
                f"{status['in_doubt']} labels are in doubt. Scan the last good one and run: ocop "
                f"labels void {args.item} {args.lot} --last-good SERIAL",
                f"Có {status['in_doubt']} tem chưa rõ đã in hay chưa. Hãy quét tem cuối in được rồi "
                f"chạy: ocop labels void {args.item} {args.lot} --last-good SỐ-TEM",
            )
        )
    return 0 if outcome.ending == "done" and not outcome.needs_check_scan else 1


def run_status(args: argparse.Namespace) -> int:
    """Account for every serial of a lot."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _facts(services, item, args.lot)
        status = services.labelling.status(item, args.lot)
    if args.json:
        give(status)
        return 0
    words = {
        "issued": ("issued", "đã cấp"),
        "confirmed": ("printed", "đã in"),
        "in_doubt": ("in doubt", "chưa rõ"),
        "void": ("void", "đã hủy"),
        "waiting": ("waiting", "chờ in"),
    }
    for name, count in status.items():
        print(f"{choose(args.lang, *words[name]):10} {count}")
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Say what would keep a label from being printed as wished."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        services.labelling.refuse_stopped(_facts(services, item, args.lot))
        services.labelling.preview_png(item, args.lot, args.template)
        facts = _facts(services, item, args.lot)
        warnings = _star_sentences(facts, args.lang)
    if args.json:
        give({"stars": facts["stars"], "stars_lapsed": facts["stars_lapsed"], "warnings": warnings})
    else:
        print("\n".join(warnings) or choose(args.lang, "The label can be printed.", "Tem in được."))
    return 0


def run_void(args: argparse.Namespace) -> int:
    """Void serials, or resolve those in doubt."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _facts(services, item, args.lot)
        chosen = (bool(args.serial), bool(args.last_good), args.none_good)
        if sum(chosen) != 1 or (args.serial and args.reason is None):
            raise DoorError("choose-serials")
        if args.last_good or args.none_good:
            confirmed, void = services.labelling.resolve(item, args.lot, args.last_good)
            tell(
                choose(
                    args.lang,
                    f"{len(confirmed)} confirmed, {len(void)} void; void ones are replaced by new "
                    "serials.",
                    f"Xác nhận {len(confirmed)} tem, hủy {len(void)} tem; tem hủy được thay bằng số "
                    "mới.",
                )
            )
        if args.serial:
            services.labelling.void(item, args.lot, args.serial, args.reason)
            listed = ", ".join(args.serial)
            tell(choose(args.lang, f"Void: {listed}.", f"Đã hủy: {listed}."))
        status = services.labelling.status(item, args.lot)
    if args.json:
        give(status)
    return 0


def run_reprint(args: argparse.Namespace) -> int:
    """Print one serial again."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        outcome = services.labelling.reprint(item, args.lot, args.serial, args.reason, args.printer)
        return _told(services, item, args, [args.serial], outcome)


def run_preview(args: argparse.Namespace) -> int:
    """Write the label as PNG."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _say_about_stars(services, item, args)
        write_file(args.output, services.labelling.preview_png(item, args.lot, args.template))
    tell(choose(args.lang, f"Wrote {args.output}.", f"Đã ghi {args.output}."))
    return 0


def _facts(services: Services, item: str, lot: str) -> dict[str, Any]:
    found = services.tables.lot(item, lot)
    if found is None:
        raise LedgerError("lot-unknown", lot=lot, item=item)
    return found.facts


def _say_about_stars(services: Services, item: str, args: argparse.Namespace) -> None:
    for sentence in _star_sentences(_facts(services, item, args.lot), args.lang):
        tell(sentence)


def _star_sentences(facts: dict[str, Any], lang: str) -> list[str]:
    return [
        str(one[lang])
        for one in facts["findings"]
        if one["code"] == "stars-expired" and one["lot"] == facts["lot"]
    ]
