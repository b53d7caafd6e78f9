"""`ocop people passkeys`: somebody's passkeys; taking one away, putting the password back."""

from __future__ import annotations

import argparse

from api.access.gate import Gate
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.routes.access_account import posix_moment


def add_to(verbs: Nouns) -> None:
    """Add the verb to `ocop people`."""
    passkeys = options(
        verbs.add_parser("passkeys", help="somebody's passkeys; take one away"), machine=True
    )
    passkeys.add_argument("account", metavar="ACCOUNT")
    passkeys.add_argument(
        "--remove", metavar="ID", help="take this one away; the person is signed out everywhere"
    )
    passkeys.add_argument(
        "--allow-password",
        action="store_true",
        help="let the password open the account again, for who has lost every passkey",
    )
    passkeys.set_defaults(run=run_passkeys)


def run_passkeys(args: argparse.Namespace) -> int:
    """List somebody's passkeys, after what was asked for is done."""
    with opened(args, settle=False) as services:
        gate = Gate(services)
        person = gate.people.called(args.account)
        if args.remove:
            gate.passkeys.remove(person, args.remove)
        if args.allow_password:
            gate.passkeys.allow_password(person)
        found, only = gate.passkeys.of(person.id), gate.passkeys.only(person.id)
    if args.json:
        shown = ("id", "name", "made", "used", "here")
        keys = [{name: getattr(one, name) for name in shown} for one in found]
        give({"passkeys": keys, "password_opens": not only})
        return 0
    for one in found:
        used = posix_moment(one.used) if one.used else "–"
        gone = "" if one.here else choose(args.lang, "  (of an old address)", "  (của địa chỉ cũ)")
        print(f"{one.id}  {posix_moment(one.made)}  {used:<16}  {one.name}{gone}")
    if not found:
        tell(choose(args.lang, "There are no passkeys.", "Chưa có khóa truy cập nào."))
    if only:
        tell(
            choose(
                args.lang,
                "The password alone does not open this account; --allow-password lets it.",
                "Chỉ mật khẩu thì không mở được tài khoản này; muốn mở lại, dùng --allow-password.",
            )
        )
    return 0
