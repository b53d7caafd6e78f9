"""`ocop carton label SSCC`: the label of a carton, looked at or printed."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.words import Nouns, choose, give, opened, options, tell, write_file
from api.labels.carton import carton_url, find_carton
from api.labels.carton_printing import carton_picture, print_carton
from api.labels.desk import LOCAL_BASE
from ledger.verify.shapes import REASON


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    carton = nouns.add_parser("carton", help="labels of cartons: SSCC, contents, code")
    verbs = carton.add_subparsers(dest="verb", required=True, metavar="VERB")
    label = options(
        verbs.add_parser("label", help="print a carton's label, or look at it with -o"),
        machine=True,
    )
    label.add_argument("sscc", metavar="SSCC", help="18 digits, as recorded in `aggregated`")
    label.add_argument("--printer", help="name of a printer (the first one)")
    label.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the label as PNG, print nothing"
    )
    label.add_argument("--reason", choices=REASON.words, help="needed for a further copy")
    label.add_argument(
        "--came-out",
        choices=("yes", "no"),
        help="whether a label in doubt is on paper: no prints it again",
    )
    label.set_defaults(run=run_label)


def run_label(args: argparse.Namespace) -> int:
    """Print or preview; 1 when the label is in doubt or did not leave."""
    with opened(args) as services:
        carton = find_carton(services.views, args.sscc)
        desk = services.labelling.desk
        base = desk.settings.base_url
        if base is None:
            tell(
                choose(
                    args.lang,
                    f"No public address is set: this label leads to {LOCAL_BASE}, this machine only.",
                    f"Chưa đặt địa chỉ công khai: tem này chỉ dẫn tới {LOCAL_BASE} trên máy này.",
                )
            )
        if args.output is not None:
            write_file(args.output, carton_picture(desk, carton).png())
            tell(choose(args.lang, f"Wrote {args.output}.", f"Đã ghi {args.output}."))
            return 0
        came_out = None if args.came_out is None else args.came_out == "yes"
        outcome = print_carton(desk, carton, args.printer, args.reason, came_out)
        url = carton_url(base, carton.sscc)
    if outcome is None:
        tell(choose(args.lang, "Noted: the label came out.", "Đã ghi nhận: tem đã in ra."))
        return 0
    state = next(name for name, count in outcome.counts.items() if count)
    if args.json:
        give({"sscc": carton.sscc, "url": url, "ending": outcome.ending, "state": state})
    else:
        print(f"{carton.sscc}  {state}  {url}")
    if outcome.error is not None:
        tell(outcome.error.say(args.lang))
    if outcome.needs_check_scan:
        tell(
            choose(
                args.lang,
                f"Look whether it came out, then: ocop carton label {carton.sscc} --came-out yes|no",
                f"Hãy xem tem đã in ra chưa, rồi chạy: ocop carton label {carton.sscc} --came-out "
                "yes|no",
            )
        )
    return 0 if outcome.ending == "done" and not outcome.needs_check_scan else 1
