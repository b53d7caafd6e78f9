"""`ocop labels ...`: issue, print, account for, void and reprint labels of a lot."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.commands.label_check import run_check
from api.commands.label_outcome import STATE_WORDS
from api.commands.labels_printing import run_print, run_reprint, run_resume, say_about_stars
from api.commands.words import Nouns, choose, give, opened, options, tell, write_file
from api.errors import DoorError
from api.labels.labelling import DEFAULT_TEMPLATE
from ledger.errors import LedgerError
from ledger.verify.shapes import REASON

_TEMPLATE = f"name of a template ({DEFAULT_TEMPLATE})"


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
    issue.add_argument("--template", default=DEFAULT_TEMPLATE, help=_TEMPLATE)
    prints = verb("print", "print labels: those waiting first, then newly issued ones", run_print)
    prints.add_argument("--count", type=int, required=True)
    prints.add_argument("--template", default=DEFAULT_TEMPLATE, help=_TEMPLATE)
    prints.add_argument("--printer", help="name of a printer (the first one)")
    prints.add_argument(
        "--wait",
        action="store_true",
        help="kept for scripts: printing always waits for its outcome",
    )
    status = verb("status", "where every serial of a lot is", run_status)
    status.add_argument("--serials", action="store_true", help="list every serial with its state")
    check = verb("check", "what the next label would say, and what it may not", run_check)
    check.add_argument("--template", default=DEFAULT_TEMPLATE, help=_TEMPLATE)
    void = verb("void", "void serials, or say which label came out last", run_void)
    void.add_argument("--serial", action="append", default=[], help="a serial to void")
    void.add_argument("--waiting", action="store_true", help="void all issued and not printed")
    void.add_argument("--reason", choices=REASON.words, help="needed with --serial and --waiting")
    void.add_argument("--last-good", help="last label that came out: later ones in doubt are void")
    void.add_argument("--none-good", action="store_true", help="no label in doubt came out")
    reprint = verb("reprint", "print a serial again, with a reason", run_reprint)
    reprint.add_argument("--serial", required=True)
    reprint.add_argument("--reason", choices=REASON.words, required=True)
    reprint.add_argument("--printer", help="name of a printer (the first one)")
    reprint.add_argument("--template", default=DEFAULT_TEMPLATE, help=_TEMPLATE)
    verb("resume", "print the rest of jobs that were cut off", run_resume)
    verb("cancel", "end the lot's jobs: what has not left waits again", run_cancel)
    preview = verb("preview", "the very bitmap that would print, as PNG", run_preview)
    preview.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    preview.add_argument("--template", default=DEFAULT_TEMPLATE, help=_TEMPLATE)


def run_issue(args: argparse.Namespace) -> int:
    """Issue serials without printing."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        serials = services.labelling.issue(item, args.lot, args.count, args.template)
    give({"serials": serials}) if args.json else print("\n".join(serials))
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Account for every serial of a lot."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _facts(services, item, args.lot)
        status = services.labelling.status(item, args.lot)
        states = services.labelling.states(item, args.lot) if args.serials else {}
    if args.json:
        give(status | ({"serials": states} if args.serials else {}))
        return 0
    for name, count in status.items():
        print(f"{choose(args.lang, *STATE_WORDS[name]):10} {count}")
    for serial, state in states.items():
        print(f"{serial}  {choose(args.lang, *STATE_WORDS[state])}")
    return 0


def run_void(args: argparse.Namespace) -> int:
    """Void serials, or resolve those in doubt."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _facts(services, item, args.lot)
        chosen = (bool(args.serial), args.waiting, bool(args.last_good), args.none_good)
        if sum(chosen) != 1 or ((args.serial or args.waiting) and args.reason is None):
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
                if confirmed or void
                else choose(args.lang, "Nothing was in doubt.", "Không có tem nào chưa rõ.")
            )
        if args.serial:
            services.labelling.void(item, args.lot, args.serial, args.reason)
            listed = ", ".join(args.serial)
            tell(choose(args.lang, f"Void: {listed}.", f"Đã hủy: {listed}."))
        if args.waiting:
            count = len(services.labelling.void_waiting(item, args.lot, args.reason))
            tell(choose(args.lang, f"{count} labels void.", f"Đã hủy {count} tem chờ in."))
        status = services.labelling.status(item, args.lot)
    if args.json:
        give(status)
    return 0


def run_cancel(args: argparse.Namespace) -> int:
    """Give back what no printer has been sent."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        _facts(services, item, args.lot)
        serials = services.labelling.cancel_lot(item, args.lot)
        status = services.labelling.status(item, args.lot)
    tell(
        choose(
            args.lang,
            f"{len(serials)} labels will not be printed now and wait again.",
            f"{len(serials)} tem không in lượt này nữa và trở về chờ in.",
        )
    )
    if args.json:
        give(status)
    return 0


def run_preview(args: argparse.Namespace) -> int:
    """Write the label as PNG."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        say_about_stars(services, item, args)
        write_file(args.output, services.labelling.preview_png(item, args.lot, args.template))
    tell(choose(args.lang, f"Wrote {args.output}.", f"Đã ghi {args.output}."))
    return 0


def _facts(services: Services, item: str, lot: str) -> dict[str, Any]:
    found = services.tables.lot(item, lot)
    if found is None:
        raise LedgerError("lot-unknown", lot=lot, item=item)
    return found.facts
