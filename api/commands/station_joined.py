"""`ocop station join`, `status`, `sync`: what is done on a station of a hub."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.bootstrap import Services, open_folder
from api.commands.station_hub import add_hub_verbs
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.pages.messages_catalogue import tongue
from api.pages.words import STAGES, worded
from api.pages.words import amount as decimal
from api.station.errors import Frozen, StationError
from api.station.joined import Joined
from api.station.standing import HERE, OwnStatement, Standing, newest_statements, standing

if TYPE_CHECKING:
    from api.station.hub_link import HubLink

_SHOWN = 20
_WAIT = 60  # minutes


def add_station_verbs(verbs: Nouns) -> None:
    """Add the verbs of a station to the noun `station`."""
    join = options(
        verbs.add_parser("join", help="make a new folder a station of a hub, with its ticket"),
        machine=True,
    )
    join.add_argument(
        "ticket",
        nargs="+",
        metavar="TICKET",
        help="the line that the hub printed: URL CODE FINGERPRINT, and KEY if it has one",
    )
    join.add_argument(
        "--witnessed",
        action="store_true",
        help="take nothing under a checkpoint that lacks the witnesses of the hub's trust file",
    )
    join.add_argument(
        "--wait",
        type=float,
        default=_WAIT,
        metavar="MINUTES",
        help="how long to wait for a party's admin whose key is not on the hub "
        f"({_WAIT}); the same command goes on later",
    )
    join.add_argument(
        "--from",
        dest="before",
        type=Path,
        metavar="OLD",
        help="take over from a station that cannot go on: its folder, or its backup file",
    )
    join.set_defaults(run=run_join)
    status = options(
        verbs.add_parser("status", help="how this station stands with its hub; what is not sent"),
        machine=True,
    )
    status.add_argument(
        "--newest",
        type=int,
        default=_SHOWN,
        metavar="COUNT",
        help=f"how many of the newest statements to list ({_SHOWN}); all that wait are listed",
    )
    status.set_defaults(run=run_status)
    sync = options(
        verbs.add_parser("sync", help="send what waits and take what is needed, once"), machine=True
    )
    sync.set_defaults(run=run_sync)
    add_hub_verbs(verbs)


def run_join(args: argparse.Namespace) -> int:
    """Join, then take what a new station needs; 1 while the party's admin has not signed."""
    # Read here: they bring in the HTTP client, which most commands never need.
    from api.station.joining import join
    from api.station_wire.ticket import Ticket

    ticket = Ticket.parse(" ".join(args.ticket))
    if args.before is not None:
        from api.commands.station_carrying import run_taking_over

        return run_taking_over(args, ticket)
    try:
        joined = let_in(args, lambda: join(args.dir, ticket, witnessed=args.witnessed))
    except StationError as waiting:
        if waiting.code != "ticket-waiting":
            raise
        return 1  # said when it began
    tell(
        choose(
            args.lang,
            f"{args.dir} is now a station of {joined.address} for {joined.party}. Its key was made "
            "here and stays here: never copy this folder to another machine that goes on recording.",
            f"{args.dir} nay là trạm của {joined.address}, ghi cho {joined.party}. Khóa được tạo và "
            "giữ tại đây: đừng sao chép thư mục này sang máy khác để ghi tiếp.",
        )
    )
    return run_sync(args)


def let_in(args: argparse.Namespace, join_once: Callable[[], Joined]) -> Joined:
    """Join, and wait as long as was asked for a party's admin to sign; it is said once why.

    Raises:
        StationError: as `join`; `ticket-waiting`, nobody has signed so far.
    """
    from api.station.awaiting import joined_when_let_in

    return joined_when_let_in(
        join_once, lambda waiting: tell(waiting.say(args.lang)), time.sleep, args.wait * 60
    )


def run_sync(args: argparse.Namespace) -> int:
    """One round with the hub; 1 when the hub is away or the station is frozen."""
    from api.station.loop import synchroniser_of
    from api.station.syncing import Progress

    services = open_folder(args.dir)
    try:
        link = _link(services)
        synchroniser = synchroniser_of(services)
        try:
            done = synchroniser.once(_told(args, Progress))
            services.station.catch_up()
        except (StationError, Frozen) as refused:
            if isinstance(refused, StationError) and refused.code == "not-joined":
                raise
            tell(refused.say(args.lang))
            return 1
        finally:
            synchroniser.close()
        now = standing(link, services.ledger)
        if args.json:
            told = {"sent": done.sent, "taken": done.taken, "photos": done.photos}
            give({**told, **_as_data(link, now), "photos_unsent": _photos_unsent(services)})
        else:
            tell(
                choose(
                    args.lang,
                    f"Sent {done.sent} statements, took {done.taken}.",
                    f"Đã gửi {done.sent} phiếu, nhận {done.taken} phiếu.",
                )
            )
            tell(now.say(args.lang, int(services.now().timestamp())))
            _tell_photos(services, args.lang)
        return 0 if now.frozen is None else 1
    finally:
        services.close()


def run_status(args: argparse.Namespace) -> int:
    """How the station stands, and its newest statements with their states; 1 when frozen."""
    with opened(args) as services:
        link = _link(services)
        now = standing(link, services.ledger)
        most = max(args.newest, now.unsent, 0)
        listed = list(newest_statements(link, services.ledger, most))
        if args.json:
            data = {**_as_data(link, now), "photos_unsent": _photos_unsent(services)}
            give({**data, "statements": [asdict(one) for one in listed]})
        else:
            print(_as_text(link, now, listed, services, args.lang))
            _tell_photos(services, args.lang)
    return 0 if now.frozen is None else 1


def _photos_unsent(services: Services) -> int:
    """How many files of photos the hub has not confirmed."""
    from api.photos.waiting import waiting_photos

    link = _link(services)
    return len(waiting_photos(services.album, link.state, link.joined.party))


def _tell_photos(services: Services, lang: str) -> None:
    count = _photos_unsent(services)
    if count:
        tell(choose(lang, f"{count} files of photos not yet sent.", f"{count} tệp ảnh chưa gửi."))


def _link(services: Services) -> HubLink:
    if services.link is None:
        raise StationError("not-joined", path=services.folder)
    return services.link


def _told(args: argparse.Namespace, kind: Any) -> Any:
    from api.commands.progress import progress

    sending = progress(args.lang, "sent", "đã gửi")
    taking = progress(args.lang, "taken", "đã nhận")
    total = 0

    def sent(left: int) -> None:
        nonlocal total
        total = max(total, left)
        sending(total - left, total)

    return kind(sent, lambda done: taking(done, done))


def _as_data(link: HubLink, now: Standing) -> dict[str, Any]:
    frozen = now.frozen
    return {
        "hub": link.joined.address,
        "party": link.joined.party,
        "keyid": link.joined.keyid,
        "recorded": now.recorded,
        "unsent": now.unsent,
        "sealed": now.sealed,
        "last_contact": now.contact,
        "size": now.size,
        "frozen": None if frozen is None else {"code": frozen.code, "sentence": frozen.say("en")},
    }


def _as_text(
    link: HubLink, now: Standing, listed: list[OwnStatement], services: Services, lang: str
) -> str:
    words = {
        HERE: choose(lang, "on this machine", "trên máy này"),
        "sent": choose(lang, "sent", "đã gửi"),
        "sealed": choose(lang, "sealed", "đã niêm phong"),
    }
    lines = [
        choose(
            lang,
            f"Station of {link.joined.address} for {link.joined.party}, key {link.joined.keyid[:16]}",
            f"Trạm của {link.joined.address}, ghi cho {link.joined.party}, khóa "
            f"{link.joined.keyid[:16]}",
        ),
        now.say(lang, int(services.now().timestamp())),
        choose(
            lang,
            f"{now.recorded} statements recorded here, {now.sealed} of them proved to be sealed.",
            f"Đã ghi {now.recorded} phiếu tại đây, {now.sealed} phiếu có bằng chứng đã niêm phong.",
        ),
    ]
    for one in listed:
        value, _, unit = one.amount.partition(" ")
        much = f"{decimal(value, lang)} {unit}" if unit and value[:1].isdigit() else one.amount
        what = " ".join([worded(STAGES, one.type, tongue(lang)), *one.lots, much]).strip()
        lines.append(f"{one.seq:>6}  {one.time}  {what:<40} {words[one.state]}")
    return "\n".join(lines)
