"""`ocop station-list` and `ocop verify-label`: checking a label by its own code, without a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import ClassVar

from api.bootstrap import Services
from api.commands.words import Nouns, choose, give, opened, options, read_file, tell, write_file
from api.witness.awaited import once_cosigned
from ledger.verify.label_check import verify_label
from ledger.verify.report import EXIT
from ledger.verify.station_list import format_station_list, verify_station_list
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal


class StationListRefused(Refusal):
    """No station list was written."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "list-at-hub": (
            "This station has only its own part of the ledger; the list of all stations is made at the "
            "hub {address}: ocop station-list.",
            "Trạm này chỉ có phần sổ của mình; danh sách mọi trạm được lập tại máy chủ {address}: ocop "
            "station-list.",
        ),
        "list-refused": (
            "The station list would not pass its own check ({why}); run ocop audit before anything is "
            "handed out.",
            "Danh sách trạm không qua được kiểm tra của chính nó ({why}); hãy chạy ocop audit trước khi "
            "đưa cho ai.",
        ),
    }


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    made = options(
        nouns.add_parser(
            "station-list",
            help="every station's key as evidence to carry, for checking labels without a network",
        )
    )
    made.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    made.set_defaults(run=run_list)
    check = nouns.add_parser(
        "verify-label",
        help="check a label's signed code without a network, by a station list or a lot bundle",
        epilog="Exit status: 0 verified, 1 refused, 2 undecided or unreadable input.",
    )
    check.add_argument("label", metavar="ADDRESS", help="what the code on the pack says")
    check.add_argument(
        "--trust",
        type=Path,
        required=True,
        metavar="FILE",
        help="trust file, obtained by another way than the list",
    )
    check.add_argument("--stations", type=Path, metavar="FILE", help="station list")
    check.add_argument("--bundle", type=Path, metavar="FILE", help="bundle of the label's lot")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    check.set_defaults(run=run_check)


def run_list(args: argparse.Namespace) -> int:
    """Write the station list."""
    with opened(args) as services:
        made = station_list(services)
        report, history = verify_station_list(made, services.trust_file())
    if report.failures:
        raise StationListRefused("list-refused", why=report.failures[0].say(args.lang))
    write_file(args.output, made)
    count = sum(one.role == "station" for one in history.keys.records.values())
    size = report.tree_size
    tell(
        choose(
            args.lang,
            f"Wrote {args.output}: {count} station keys as of mark {size}.",
            f"Đã ghi {args.output}: {count} khóa trạm tính đến mốc {size}.",
        )
    )
    if report.complete_as_of is None:
        tell(
            choose(
                args.lang,
                "It does not show that no end of a key is hidden: nothing was committed to yet.",
                "Danh sách chưa chứng minh không giấu việc chấm dứt khóa nào: sổ chưa có mục lục.",
            )
        )
    return 0


def station_list(services: Services) -> bytes:
    """The list's bytes, complete as of now."""
    if services.link is not None:
        raise StationListRefused("list-at-hub", address=services.link.joined.address)
    services.commit_index()
    made = once_cosigned(services.folder, services.exporter.station_list, services.cosigned.best)
    return format_station_list(made)


def run_check(args: argparse.Namespace) -> int:
    """Say what the label's code proves."""
    trust = Trust.parse(read_file(args.trust))
    report = verify_label(
        args.label,
        trust,
        stations=None if args.stations is None else read_file(args.stations),
        bundle=None if args.bundle is None else read_file(args.bundle),
    )
    if args.json:
        give(report.as_json(args.lang))
    else:
        print(report.as_text(args.lang), end="")
    return EXIT[report.verdict]
