"""`ocop people`, `ocop pin`, `ocop disclosure`: who may come in, and what the public sees."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.access.gate import Gate
from api.access.people import checked_for, checked_party
from api.access.table import OF_A_PARTY, PEOPLE
from api.bootstrap import Services
from api.commands import people_passkeys
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.disclosure.choices import GROUPS
from api.pages.access_words import WHAT_WORDS
from api.pages.messages_catalogue import tongue
from api.pages.words import worded
from api.routes.access_account import posix_moment
from api.routes.access_people import kinds_of, names_of
from api.settings import DEFAULT_PORT


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    _add_people(nouns)
    _add_pins(nouns)
    _add_disclosure(nouns)


def _add_people(nouns: Nouns) -> None:
    people = nouns.add_parser("people", help="accounts: who may sign in, in which role")
    verbs = people.add_subparsers(dest="verb", required=True, metavar="VERB")
    first = options(verbs.add_parser("first", help="make the first administrator: a one-time link"))
    first.add_argument("account", metavar="ACCOUNT", help="sign-in name, such as phuong")
    first.add_argument("--name", required=True, help="the person's name")
    first.set_defaults(run=run_first)
    add = options(verbs.add_parser("add", help="add somebody: prints their one-time link"))
    add.add_argument("account", metavar="ACCOUNT")
    add.add_argument("--name", required=True, help="the person's name")
    role = options(verbs.add_parser("role", help="change somebody's role"))
    role.add_argument("account", metavar="ACCOUNT")
    for one in (add, role):
        one.add_argument("--role", required=True, choices=PEOPLE)
        one.add_argument(
            "--party",
            default="",
            metavar="P",
            help=f"for {' and '.join(sorted(OF_A_PARTY))}; of an inspector, the authority",
        )
    add.set_defaults(run=run_add)
    role.set_defaults(run=run_role)
    listed = options(verbs.add_parser("list", help="everybody with an account"), machine=True)
    listed.set_defaults(run=run_list)
    reset = options(verbs.add_parser("reset", help="a one-time link to set a new password"))
    reset.add_argument("account", metavar="ACCOUNT")
    reset.set_defaults(run=run_reset)
    remove = options(verbs.add_parser("remove", help="erase an account; its sessions end"))
    remove.add_argument("account", metavar="ACCOUNT")
    remove.set_defaults(run=run_remove)
    people_passkeys.add_to(verbs)
    record = options(verbs.add_parser("record", help="sign-ins and privileged acts"), machine=True)
    record.add_argument("--last", type=int, default=50, metavar="N", help="lines to show (50)")
    record.set_defaults(run=run_record)


def _add_pins(nouns: Nouns) -> None:
    pin = nouns.add_parser("pin", help="operators' PINs at this station")
    verbs = pin.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = options(verbs.add_parser("add", help="give an operator a PIN; it is asked for"))
    add.add_argument("name", metavar="NAME", help="as it stands on the button")
    add.add_argument("--party", required=True, metavar="P", help="for whom the operator records")
    add.set_defaults(run=run_pin_add)
    options(verbs.add_parser("list", help="who has a PIN"), machine=True).set_defaults(
        run=run_pin_list
    )
    remove = options(verbs.add_parser("remove", help="erase a PIN; its shift ends"))
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_pin_remove)


def _add_disclosure(nouns: Nouns) -> None:
    disclosure = nouns.add_parser("disclosure", help="what the public does not see, for each party")
    verbs = disclosure.add_subparsers(dest="verb", required=True, metavar="VERB")
    options(verbs.add_parser("show", help="what is hidden now"), machine=True).set_defaults(
        run=run_shown
    )
    hide = options(verbs.add_parser("hide", help="hide these groups of fields and no other"))
    hide.add_argument("party", metavar="P")
    hide.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}; none: all is shown"
    )
    hide.set_defaults(run=run_hide)
    reader = options(verbs.add_parser("reader", help="let an auditor read the whole log"))
    reader.add_argument("name", metavar="NAME")
    reader.add_argument("--remove", action="store_true", help="take the reading pass away")
    reader.set_defaults(run=run_reader)


@contextmanager
def _gate(args: argparse.Namespace) -> Iterator[tuple[Services, Gate]]:
    # Beside a running server nothing is sealed and nothing projected here.
    with opened(args, settle=False) as services:
        yield services, Gate(services)


def _codes(services: Services) -> list[str]:
    return [str(one["code"]) for one in services.views.parties()]


def _tell_link(args: argparse.Namespace, services: Services, token: str) -> None:
    base = services.settings.base_url or f"http://127.0.0.1:{DEFAULT_PORT}"
    tell(
        choose(
            args.lang,
            "One-time link, for two days; hand it to this person only. On this machine it opens at "
            f"http://127.0.0.1:{DEFAULT_PORT}/vao/ma/..., too (https:// where ocop serve has --tls).",
            "Liên kết dùng một lần, trong hai ngày; chỉ đưa cho đúng người. Trên chính máy này cũng "
            f"mở được ở http://127.0.0.1:{DEFAULT_PORT}/vao/ma/... (https:// nếu ocop serve chạy với --tls).",
        )
    )
    print(f"{base}/vao/ma/{token}")


def run_first(args: argparse.Namespace) -> int:
    """Make the first administrator."""
    with _gate(args) as (services, gate):
        _tell_link(args, services, gate.people.first(args.account, args.name))
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Add somebody."""
    with _gate(args) as (services, gate):
        party = checked_for(args.role, args.party, kinds_of(services))
        _tell_link(args, services, gate.people.add(args.account, args.name, args.role, party))
    return 0


def run_role(args: argparse.Namespace) -> int:
    """Change a role."""
    with _gate(args) as (services, gate):
        party = checked_for(args.role, args.party, kinds_of(services))
        gate.people.set_role(args.account, args.role, party)
    tell(
        choose(
            args.lang, f"{args.account} is {args.role} now.", f"{args.account} nay là {args.role}."
        )
    )
    return 0


def run_list(args: argparse.Namespace) -> int:
    """Everybody with an account."""
    with _gate(args) as (_, gate):
        people = gate.people.all()
    if args.json:
        shown = ("account", "name", "role", "party", "ready")
        give([{name: getattr(one, name) for name in shown} for one in people])
        return 0
    for one in people:
        waits = (
            "" if one.ready else choose(args.lang, "  (no password yet)", "  (chưa đặt mật khẩu)")
        )
        print(f"{one.account:<20} {one.role:<14} {one.party:<12} {one.name}{waits}")
    if not people:
        tell(choose(args.lang, "Nobody has an account.", "Chưa ai có tài khoản."))
    return 0


def run_reset(args: argparse.Namespace) -> int:
    """A one-time link for somebody who is there already."""
    with _gate(args) as (services, gate):
        _tell_link(args, services, gate.people.reset(args.account))
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Erase an account."""
    with _gate(args) as (_, gate):
        gate.people.remove(args.account)
    tell(choose(args.lang, f"{args.account} is erased.", f"Đã xóa {args.account}."))
    return 0


def run_record(args: argparse.Namespace) -> int:
    """The newest lines of the record, oldest first."""
    with _gate(args) as (_, gate):
        lines, names = gate.record.newest(args.last), names_of(gate)
    if args.json:
        shown = ("number", "at", "what", "who", "about", "place")
        give([{name: getattr(one, name) for name in shown} for one in reversed(lines)])
        return 0
    for one in reversed(lines):
        who, about = names.get(one.who, one.who), names.get(one.about, one.about)
        what = worded(WHAT_WORDS, one.what, tongue(args.lang))
        print(f"{posix_moment(one.at)}  {what:<32} {who:<18} {about}  {one.place}".rstrip())
    return 0


def run_pin_add(args: argparse.Namespace) -> int:
    """Give an operator a PIN."""
    with _gate(args) as (services, gate):
        party = checked_party(args.party, _codes(services))
        gate.pins.add(args.name, party, _asked_pin(args.lang))
    tell(
        choose(
            args.lang,
            "From now on this station's pages ask for a PIN, once a shift.",
            "Từ nay trang của trạm hỏi mã PIN, mỗi ca một lần.",
        )
    )
    return 0


def _asked_pin(lang: str) -> str:
    """The PIN as it is typed, unseen; a program gives it on a line of its own. Never an option."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass(choose(lang, "New PIN: ", "Mã PIN mới: "))


def run_pin_list(args: argparse.Namespace) -> int:
    """Who has a PIN."""
    with _gate(args) as (_, gate):
        operators = gate.pins.all()
    if args.json:
        give([{"name": one.name, "party": one.party} for one in operators])
        return 0
    for one in operators:
        print(f"{one.name:<30} {one.party}")
    if not operators:
        tell(
            choose(
                args.lang,
                "There are no PINs: the station's pages open without one.",
                "Chưa có mã PIN nào: trang của trạm mở không cần mã.",
            )
        )
    return 0


def run_pin_remove(args: argparse.Namespace) -> int:
    """Erase a PIN."""
    with _gate(args) as (_, gate):
        gate.pins.remove(args.name)
    tell(choose(args.lang, f"The PIN of {args.name} is erased.", f"Đã bỏ mã PIN của {args.name}."))
    return 0


def run_shown(args: argparse.Namespace) -> int:
    """What is hidden, and who may read the log all the same."""
    with _gate(args) as (services, gate):
        gate.disclosures.load()
        hidden = {code: sorted(gate.disclosures.of(code)) for code in _codes(services)}
        readers = gate.readers.all()
    if args.json:
        give({"hidden": hidden, "readers": readers})
        return 0
    for code, groups in hidden.items():
        nothing = choose(args.lang, "everything is shown", "công khai toàn bộ")
        print(f"{code:<14} {', '.join(groups) or nothing}")
    for one in readers:
        print(choose(args.lang, f"reading pass: {one}", f"quyền đọc sổ: {one}"))
    return 0


def run_hide(args: argparse.Namespace) -> int:
    """Hide the groups named; what is not named is shown again."""
    with _gate(args) as (services, gate):
        party = checked_party(args.party or "?", _codes(services))
        gate.disclosures.choose(party, args.groups, gate.record)
    return run_shown(argparse.Namespace(**{**vars(args), "json": False}))


def run_reader(args: argparse.Namespace) -> int:
    """Give an auditor a reading pass, or take it away."""
    with _gate(args) as (services, gate):
        if args.remove:
            gate.readers.remove(args.name)
            tell(choose(args.lang, "The pass is taken away.", "Đã bỏ quyền đọc."))
            return 0
        text = gate.readers.add(args.name)
        base = services.settings.base_url or f"http://127.0.0.1:{DEFAULT_PORT}"
    tell(
        choose(
            args.lang,
            "The address for this auditor (ocop auditor add-log --url ...), shown once; it reads the "
            "log and nothing else:",
            "Địa chỉ cho bên kiểm toán (ocop auditor add-log --url ...), chỉ hiện một lần; chỉ đọc "
            "được sổ, không làm gì khác:",
        )
    )
    scheme, _, host = base.partition("://")
    print(f"{scheme}://{args.name}:{text}@{host.partition('/')[0]}/log")
    return 0
