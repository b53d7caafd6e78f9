"""`ocop station bundle`, `repin`: what a station asks of its hub now and then."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.words import Nouns, choose, give, opened, options, tell, write_file


def add_hub_verbs(verbs: Nouns) -> None:
    """Add the verbs to the noun `station`."""
    bundle = options(
        verbs.add_parser(
            "bundle", help="fetch a lot's bundle from the hub, also one shown to partners only"
        ),
        machine=True,
    )
    bundle.add_argument("item", metavar="ITEM")
    bundle.add_argument("lot", metavar="LOT")
    bundle.add_argument("-o", "--output", type=Path, metavar="FILE", help="(lot-ITEM-LOT.json)")
    bundle.set_defaults(run=run_bundle)
    repin = options(
        verbs.add_parser("repin", help="go by a new TLS key or address of the hub from now on"),
        machine=True,
    )
    which = repin.add_mutually_exclusive_group()
    which.add_argument(
        "key", nargs="?", metavar="KEY", help="what ocop hub certificate shows, told by telephone"
    )
    which.add_argument(
        "--public",
        action="store_true",
        help="the hub has a certificate of a public authority now; no key is named any more",
    )
    repin.add_argument("--url", metavar="URL", help="the hub's new address")
    repin.set_defaults(run=run_repin)


def run_bundle(args: argparse.Namespace) -> int:
    """Fetch, verify, write; the report is printed as ocop-verify prints it."""
    # Read here: it brings in the HTTP client, which most commands never need.
    from api.station.asking import fetched_bundle

    with opened(args) as services:
        item = services.views.item_named(args.item)
        found = fetched_bundle(services, item, args.lot)
    output = _file_of(item, args.lot) if args.output is None else args.output
    write_file(output, found.raw)
    if args.json:
        give({"file": str(output), **found.report.as_json(args.lang)})
    else:
        print(found.report.as_text(args.lang), end="")
        tell(choose(args.lang, f"Wrote {output}.", f"Đã ghi {output}."))
    return 0


def run_repin(args: argparse.Namespace) -> int:
    """Change where the hub is, or by which key it is known, once it has answered there."""
    from api.station.asking import repinned

    with opened(args) as services:
        pin = "" if args.public else args.key
        now = repinned(services, address=args.url, pin=pin)
    if args.json:
        give({"hub": now.address, "key": now.pin or None})
        return 0
    by = now.pin or choose(args.lang, "its public certificate", "chứng thư công cộng")
    tell(
        choose(
            args.lang,
            f"The hub answered at {now.address} and is known by {by} from now on. Start ocop serve "
            "anew if it runs.",
            f"Máy chủ đã trả lời ở {now.address}; từ nay nhận ra nó bằng {by}. Nếu ocop serve đang "
            "chạy, hãy khởi động lại.",
        )
    )
    return 0


def _file_of(item: str, lot: str) -> Path:
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in f"{item}-{lot}")
    return Path(f"lot-{name}.json")
