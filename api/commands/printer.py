"""`ocop printer ...`: which printers there are, and how they are."""

from __future__ import annotations

import argparse

from api.commands.words import Nouns, choose, give, opened, options, tell
from api.labels.fields import test_label
from printers.design.render import render
from printers.design.template import Template
from printers.encoders import escpos
from printers.errors import PrintingError
from printers.profile import Profile
from printers.transport.address import open_transport


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    printer = nouns.add_parser("printer", help="list, add and look at printers")
    verbs = printer.add_subparsers(dest="verb", required=True, metavar="VERB")
    options(verbs.add_parser("list", help="printers of this folder"), machine=True).set_defaults(
        run=run_list
    )
    add = options(verbs.add_parser("add", help="add a printer"))
    add.add_argument("name", metavar="NAME")
    add.add_argument("--profile", required=True, help="escpos-58, escpos-80 or virtual")
    add.add_argument(
        "--to", required=True, metavar="ADDRESS", help="tcp://host:port or file:///path"
    )
    add.set_defaults(run=run_add)
    status = options(verbs.add_parser("status", help="whether a printer can be reached"))
    status.add_argument("name", metavar="NAME", nargs="?")
    status.set_defaults(run=run_status)
    test = options(verbs.add_parser("test", help="print one test label"))
    test.add_argument("name", metavar="NAME", nargs="?")
    test.set_defaults(run=run_test)


def run_list(args: argparse.Namespace) -> int:
    """List printers."""
    with opened(args) as services:
        known = services.printers.all()
    if args.json:
        give([{"name": p.name, "profile": p.profile, "address": p.address} for p in known])
    else:
        for one in known:
            print(f"{one.name}  {one.profile}  {one.address}")
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Add a printer."""
    with opened(args) as services:
        services.printers.add(args.name, args.profile, args.to)
    tell(choose(args.lang, f"Added {args.name}.", f"Đã thêm máy in {args.name}."))
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Try to reach a printer."""
    with opened(args) as services:
        one = services.printers.get(args.name)
    transport = open_transport(one.address)
    try:
        transport.open()
    except PrintingError as fault:
        print(f"{one.name}: {fault.say(args.lang)}")
        return 1
    transport.close()
    reached = choose(
        args.lang,
        "reached; paper and cover are unknown in this version",
        "kết nối được; phiên bản này chưa biết giấy và nắp",
    )
    print(f"{one.name}: {reached}")
    return 0


def run_test(args: argparse.Namespace) -> int:
    """Print one test label; it has no serial of the ledger."""
    with opened(args) as services:
        one = services.printers.get(args.name)
        base = services.settings.base_url
    shape, profile = Template.shipped("goi-50x40"), Profile.shipped(one.profile)
    payload = escpos.encode(render(shape, test_label(base, shape)), profile, shape.media)
    transport = open_transport(one.address)
    transport.open()
    try:
        transport.send(payload)
    finally:
        transport.close()
    tell(choose(args.lang, f"Sent a test label to {one.name}.", f"Đã gửi tem thử tới {one.name}."))
    return 0
