"""`ocop keys new`, `enrol`, `rotate`, `retire`, `compromise`, `reattest`: what changes the ledger."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from api.bootstrap import Services
from api.commands.keys_told import (
    in_words,
    looked_at,
    refuse_joined,
    rehearsed,
    statement_data,
    statement_line,
)
from api.commands.words import choose, give, opened, read_file, tell
from api.errors import DoorError
from api.keys.changing import Step, end_of, reattestations, record
from api.keys.disputes import (
    Signed,
    disputed_now,
    last_before,
    signed_from,
    size_before,
)
from api.keys.errors import KeysError
from api.keys.looking import SHORT, files_here, find_record
from api.keys.passphrases import asked
from api.keys.requests import KeyRequest
from api.keys.rotating import (
    add,
    enrolment_of,
    party_and_role,
    put_aside,
    rehearsed_enrolment,
    rotate,
)
from ledger.signing import Signer, load_key
from ledger.verify.keys import KeyRecord

_SHOWN = 20


@contextmanager
def _at(args: argparse.Namespace) -> Iterator[Services]:
    """The ledger, opened to record, or in a dry run only to look."""
    refuse_joined(args)
    with looked_at(args) if args.dry_run else opened(args) as services:
        yield services


def _done(args: argparse.Namespace, steps: Sequence[Step], more: dict[str, Any]) -> None:
    if args.json:
        statements = [{"type": one.draft.type, "body": one.draft.body} for one in steps]
        give({"dry_run": False, "statements": statements, **more})
        return
    print(choose(args.lang, "Recorded:", "Đã ghi vào sổ:"))
    for one in steps:
        print(f"  {in_words(one.draft.type, one.draft.body, args.lang)}")


def _restart(args: argparse.Namespace) -> None:
    tell(
        choose(
            args.lang,
            "A running ocop serve still holds the old keys: start it anew.",
            "Nếu ocop serve đang chạy, nó còn giữ khóa cũ: hãy khởi động lại.",
        )
    )


def run_new(args: argparse.Namespace) -> int:
    """Make a key of a party here and enrol it."""
    with _at(args) as services:
        if args.dry_run:
            steps = [rehearsed_enrolment(services, args.name)]
            return rehearsed(args, services, steps, made_later=True)
        new = add(services, args.name)
        _tell_new(args, services, new)
    return 0


def _tell_new(args: argparse.Namespace, services: Services, new: Signer) -> None:
    known = services.ledger.history.keys.records[new.keyid]
    if args.json:
        give({"dry_run": False, "keyid": known.keyid_hex, "tag": known.tag, "party": known.party})
        return
    tag = "" if known.tag is None else f", {choose(args.lang, 'tag', 'ký hiệu')} {known.tag}"
    print(
        choose(
            args.lang,
            f"Key {known.keyid_hex[:SHORT]} of {known.party} ({known.role}{tag}) is in force.",
            f"Khóa {known.keyid_hex[:SHORT]} của {known.party} ({known.role}{tag}) đã có hiệu lực.",
        )
    )
    _restart(args)


def run_enrol(args: argparse.Namespace) -> int:
    """Enrol a key made elsewhere."""
    request = KeyRequest.read(read_file(args.request), args.request)
    with _at(args) as services:
        steps = [request.step(services, args.request)]
        if args.dry_run:
            return rehearsed(args, services, steps)
        record(services, steps)
        _done(args, steps, {})
    return 0


def run_rotate(args: argparse.Namespace) -> int:
    """Enrol a new key and retire the old one."""
    with _at(args) as services:
        if args.dry_run:
            party_and_role(args.name)
            path = services.folder / "keys" / f"{args.name}.pem"
            if not path.exists():
                raise KeysError("key-not-here", path=path)
            old = find_record(services, args.name)
            retire = end_of(services, old, "key-retired", {"reason": args.reason})
            following = path.with_suffix(".next")
            if not following.exists():
                steps = [rehearsed_enrolment(services, args.name), retire]
                return rehearsed(args, services, steps, made_later=True)
            new = load_key(following, asked)
            if new.keyid in services.ledger.history.keys.records:
                return rehearsed(args, services, [retire])
            return rehearsed(args, services, [enrolment_of(services, args.name, new), retire])
        new = rotate(services, args.name, args.reason)
        _tell_new(args, services, new)
    return 0


def run_retire(args: argparse.Namespace) -> int:
    """End a key whose past stays good."""
    with _at(args) as services:
        known = find_record(services, args.key)
        steps = [end_of(services, known, "key-retired", {"reason": args.reason})]
        if args.dry_run:
            return rehearsed(args, services, steps)
        record(services, steps)
        _put_aside(services, known)
        _done(args, steps, {})
        _restart(args)
    return 0


def _put_aside(services: Services, known: KeyRecord) -> None:
    """Nobody shall sign with the file of a key that has just ended."""
    name = files_here(services.folder).get(known.keyid_hex)
    if name is not None and services.ledger.history.keys.records[known.public.keyid].ended:
        put_aside(services.folder / "keys" / f"{name}.pem", known.public.keyid)


def run_compromise(args: argparse.Namespace) -> int:
    """End a stolen key; lists what comes into dispute."""
    with _at(args) as services:
        known = find_record(services, args.key)
        size = (
            args.last_good if args.before is None else size_before(services, _moment(args.before))
        )
        if not 1 <= size <= services.ledger.size:
            raise KeysError("size-wrong", found=size, size=services.ledger.size)
        body = {"last_good": size, "reason": args.reason}
        steps = [end_of(services, known, "key-compromised", body)]
        disputed, kept = signed_from(services, known, size), last_before(services, known, size)
        data = {
            "last_good": size,
            "disputed": [statement_data(one) for one in disputed],
            "last_undisputed": None if kept is None else statement_data(kept),
        }
        if not args.json:
            _tell_disputed(args, disputed, kept, size)
        if args.dry_run:
            return rehearsed(args, services, steps, data)
        record(services, steps)
        _put_aside(services, known)
        _done(args, steps, data)
        _restart(args)
    return 0


def _tell_disputed(
    args: argparse.Namespace, disputed: Sequence[Signed], kept: Signed | None, size: int
) -> None:
    print(
        choose(
            args.lang,
            f"Good below log index {size}. The key's last statement that stays good:",
            f"Tốt trước vị trí {size}. Phiếu cuối cùng của khóa còn giá trị:",
        )
    )
    print("  –" if kept is None else statement_line(kept))
    print(
        choose(
            args.lang,
            f"In dispute from there on: {len(disputed)}",
            f"Bị tranh chấp từ đó: {len(disputed)}",
        )
    )
    for one in disputed if args.dry_run else disputed[:_SHOWN]:
        print(statement_line(one))
    if not args.dry_run and len(disputed) > _SHOWN:
        print("  …  ocop keys disputed")
    let_in = sum(one.statement.type == "key-enrolled" for one in disputed)
    if let_in:
        print(
            choose(
                args.lang,
                f"Among them are {let_in} keys that it let in: these stay good until they are ended, "
                "too. See ocop keys list.",
                f"Trong đó có {let_in} khóa do khóa này cho vào: chúng còn hiệu lực đến khi bị chấm dứt. "
                "Xem ocop keys list.",
            )
        )


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise KeysError("time-wrong", found=text)
    return found


def run_reattest(args: argparse.Namespace) -> int:
    """Stand by disputed statements."""
    with _at(args) as services:
        party = args.party or _only_admin(services)
        disputed = disputed_now(services, party)
        if args.all_of:
            args.all_of = _lot_named(services, party, *args.all_of)
        chosen = _chosen(args, party, disputed)
        steps = reattestations(services, party, [one.id for one in chosen])
        data = {"reattested": [statement_data(one) for one in chosen]}
        if not args.json:
            for one in chosen:
                print(statement_line(one))
        if args.dry_run:
            return rehearsed(args, services, steps, data)
        record(services, steps)
        left = len(disputed_now(services, party))
        _done(args, steps, {**data, "left": left})
        tell(
            choose(
                args.lang,
                f"{left} statements of {party} stay in dispute.",
                f"{party} còn {left} phiếu bị tranh chấp.",
            )
        )
    return 0


def _only_admin(services: Services) -> str:
    known = sorted({party for party, role in services.station.signers if role == "admin"})
    if len(known) != 1:
        raise DoorError("party-unclear", known=", ".join(known) or "–")
    return known[0]


def _lot_named(services: Services, party: str, item: str, code: str) -> tuple[str, str]:
    """A lot as the ledger names it, from what a person types; first the party's own item code."""
    own = f"{party}/{item}"
    return own if own in services.views.registry.items else services.views.item_named(item), code


def _chosen(args: argparse.Namespace, party: str, disputed: list[Signed]) -> list[Signed]:
    if not (args.entries or args.all_of or args.all):
        raise KeysError("choose-entries")
    known = {one.id: one for one in disputed}
    for entry_id in args.entries:
        if entry_id not in known:
            raise KeysError("entry-not-disputed", found=entry_id, party=party)
    lot = tuple(args.all_of or ())
    chosen = [one for one in disputed if args.all or one.id in args.entries or lot in one.lots()]
    if not chosen:
        raise KeysError("nothing-disputed", party=party)
    return chosen
