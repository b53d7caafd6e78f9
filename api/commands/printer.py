"""`ocop printer ...`: which printers there are, and how they are."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlsplit

from api.commands.words import Nouns, choose, give, opened, options, tell
from api.errors import DoorError
from api.labels.labelling import DEFAULT_TEMPLATE
from api.labels.printer_list import Printer, sheet_folder
from api.labels.template_list import TemplateList
from printers.dialogue.condition import Condition
from printers.dialogue.inspect import inspect
from printers.errors import AddressError, PrintingError
from printers.profile import SHIPPED, Profile
from printers.testing import draw_test_label, encode_test_label, stock_of
from printers.transport.address import open_transport
from printers.transport.lan_finder import PORT, Found, find

_ADDRESSES = (
    "tcp://host[:port], file:///path, serial:///dev/ttyUSB0?baud=115200, usb://vvvv:pppp, "
    "cups://queue or winspool://name"
)


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    printer = nouns.add_parser("printer", help="list, find, add, test and look at printers")
    verbs = printer.add_subparsers(dest="verb", required=True, metavar="VERB")
    options(verbs.add_parser("list", help="printers of this folder"), machine=True).set_defaults(
        run=run_list
    )
    add = options(verbs.add_parser("add", help="add a printer"))
    add.add_argument("name", metavar="NAME")
    add.add_argument("--profile", required=True, metavar="P", help=", ".join(SHIPPED))
    add.add_argument("--to", required=True, metavar="ADDRESS", help=_ADDRESSES)
    add.add_argument(
        "--send",
        choices=("whole", "changes"),
        default="whole",
        help="changes: only what differs from label to label, for slow links (whole)",
    )
    add.set_defaults(run=run_add)
    search = verbs.add_parser("find", help="which printers answer on a network address you name")
    search.add_argument("where", metavar="ADDRESS[/PREFIX]", help="such as 192.168.1.0/24")
    search.add_argument("--port", type=int, default=PORT, help=f"({PORT})")
    search.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.set_defaults(run=run_find)
    status = options(
        verbs.add_parser("status", help="how printers are; all of them without NAME"), machine=True
    )
    status.add_argument("name", metavar="NAME", nargs="?")
    status.set_defaults(run=run_status)
    test = options(verbs.add_parser("test", help="print a test label with a ruler and all letters"))
    test.add_argument("name", metavar="NAME", nargs="?")
    test.add_argument("--template", metavar="T", help="the stock in the printer is this template's")
    test.set_defaults(run=run_test)
    remove = options(verbs.add_parser("remove", help="take a printer off the list"))
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)


def run_list(args: argparse.Namespace) -> int:
    """List printers."""
    with opened(args) as services:
        known = services.printers.all()
    if args.json:
        give([_facts(one) for one in known])
    else:
        for one in known:
            print(f"{one.name}  {one.profile}  {one.address}  {one.send}")
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Add a printer; a network printer without a port is looked for on the usual one."""
    address = _with_port(args.to)
    with opened(args) as services:
        made = services.printers.add(args.name, args.profile, address, args.send)
    tell(
        choose(
            args.lang,
            f"Added {made.name} at {made.address}. Next: ocop printer test {made.name}",
            f"Đã thêm máy in {made.name} ở {made.address}. Tiếp theo: ocop printer test {made.name}",
        )
    )
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Take a printer off the list."""
    with opened(args) as services:
        gone = services.printers.remove(args.name)
    tell(choose(args.lang, f"Removed {gone.name}.", f"Đã bỏ máy in {gone.name}."))
    return 0


def run_find(args: argparse.Namespace) -> int:
    """Look for printers where the person said, nowhere else; 1 when none answers."""
    found = find(args.where, args.port)
    if args.json:
        give([_found(one) for one in found])
    else:
        for one in found:
            print(f"{one.address}  {_said(one, args.lang)}")
    if not found:
        tell(
            choose(
                args.lang,
                f"Nothing answers on {args.where} at port {args.port}; check power and network.",
                f"Không có máy nào trả lời ở {args.where}, cổng {args.port}; hãy kiểm tra nguồn và"
                " mạng.",
            )
        )
    return 0 if found else 1


def run_status(args: argparse.Namespace) -> int:
    """Ask printers how they are; 0 only when nothing is known to be wrong."""
    with opened(args) as services:
        asked = services.printers.all() if args.name is None else [services.printers.get(args.name)]
        if not asked:
            raise DoorError("printer-none")
    answers = [_ask(one, args.lang) for one in asked]
    if args.json:
        give(answers)
    else:
        for answer in answers:
            print(f"{answer['name']}  {answer['profile']}  {answer['address']}")
            for sentence in answer["sentences"]:
                print(f"  {sentence}")
    return 1 if any(answer["wrong"] for answer in answers) else 0


def run_test(args: argparse.Namespace) -> int:
    """Print one test label; it has no serial of the ledger."""
    with opened(args) as services:
        one = services.printers.get(args.name)
        profile = Profile.shipped(one.profile)
        # Label printers have stock of some size in them; without a word it is the usual one.
        name = args.template or (DEFAULT_TEMPLATE if profile.language == "tspl" else None)
        stock = None if name is None else TemplateList(args.dir).get(name).media
    media = stock or stock_of(profile)
    payload = encode_test_label(draw_test_label(one.name, profile, media), profile, media)
    if profile.language == "sheet":
        place = sheet_folder(one.address) / f"{one.name}-test.pdf"
        place.write_bytes(payload)
        where = str(place)
    else:
        transport = open_transport(one.address)
        transport.open()
        try:
            transport.send(payload)
        except BaseException:
            transport.abort()
            raise
        transport.close()
        where = one.name
    tell(
        choose(
            args.lang,
            f"Sent a test label to {where}: the black bar must be 12.5 mm long, both edge lines"
            " and every letter must show.",
            f"Đã gửi tem thử tới {where}: vạch đen phải dài đúng 12,5 mm, phải thấy cả hai đường"
            " biên và đủ các chữ.",
        )
    )
    return 0


def _with_port(address: str) -> str:
    """`address` with the usual port when it is a network printer without one that answers there."""
    try:
        parts = urlsplit(address)
        if parts.scheme != "tcp" or not parts.hostname or parts.port is not None:
            return address
    except ValueError:
        return address  # the list's own refusal says what is wrong with it
    found = find(parts.hostname)
    if not found:
        raise AddressError("find.nothing", found=parts.hostname, port=PORT)
    return found[0].address


def _facts(one: Printer) -> dict[str, Any]:
    return {"name": one.name, "profile": one.profile, "address": one.address, "send": one.send}


def _found(one: Found) -> dict[str, Any]:
    return {
        "address": one.address,
        "online": one.online,
        "status": one.status,
        "maker": one.maker,
        "model": one.model,
    }


def _said(one: Found, lang: str) -> str:
    """What a found printer said of itself; its profile is for a person to choose."""
    if one.status is None:
        return choose(
            lang,
            "answers the call, but not DLE EOT: model and state unknown",
            "có trả lời kết nối nhưng không trả lời DLE EOT: chưa rõ loại máy và trạng thái",
        )
    unnamed = choose(lang, "names neither maker nor model", "không cho biết hãng và loại máy")
    name = " ".join(word for word in (one.maker, one.model) if word) or unnamed
    state = (
        choose(lang, "online", "sẵn sàng nhận lệnh")
        if one.online
        else choose(lang, "offline", "đang ngoại tuyến")
    )
    return f"ESC/POS, {name}, {state} (DLE EOT 1: {one.status:02x})"


def _ask(one: Printer, lang: str) -> dict[str, Any]:
    """A printer's facts, sentences, and whether anything is known to be wrong."""
    reached, wrong = False, True
    condition = Condition()
    try:
        profile = Profile.shipped(one.profile)
        if profile.language == "sheet":
            sheet_folder(one.address)
            # A folder takes files whether or not somebody prints them.
            sentences = [
                choose(
                    lang,
                    "The folder for sheets is there; the office printer itself is not asked.",
                    "Thư mục chứa tờ tem đã sẵn sàng; máy in văn phòng thì không hỏi được.",
                )
            ]
            reached, wrong = True, False
        else:
            way = open_transport(one.address)
            condition = inspect(way, profile)
            reached, wrong = True, condition.trouble() is not None
            sentences = [
                choose(lang, "Reached.", "Kết nối được."),
                *condition.sentences(lang),
            ]
    except PrintingError as fault:
        sentences = [fault.say(lang)]
        reached = fault.code.startswith("printer.")
    return {
        **_facts(one),
        "reached": reached,
        "wrong": wrong,
        "paper": condition.paper,
        "cover_closed": condition.cover_closed,
        "online": condition.online,
        "cool": condition.cool,
        "paper_low": condition.paper_low,
        "fault": condition.fault,
        "sentences": sentences,
    }
