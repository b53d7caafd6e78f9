"""`ocop station ...`: on a hub, tickets and how every station stands; on a station, its own side."""

from __future__ import annotations

import argparse
import base64
import datetime as dt
from typing import TYPE_CHECKING

from api.commands.station_joined import add_station_verbs
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.keys.looking import files_here
from api.station.standing import elapsed

if TYPE_CHECKING:
    from api.bootstrap import Services
    from api.hub.roll import StationRow
    from api.hub.tickets import TicketRow

_KEYID_SHOWN = 12  # letters of a key id


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    station = nouns.add_parser("station", help="stations of a hub: invite, list; join, sync")
    verbs = station.add_subparsers(dest="verb", required=True, metavar="VERB")
    invite = options(
        verbs.add_parser("invite", help="on the hub: a ticket for one new station"), machine=True
    )
    invite.add_argument("--party", required=True, metavar="PARTY", help="whose station it will be")
    invite.add_argument("--days", type=int, default=1, help="how long the ticket is good (1)")
    invite.add_argument(
        "--url", metavar="URL", help="address of this hub for stations (that of the labels)"
    )
    invite.set_defaults(run=run_invite)
    listed = options(
        verbs.add_parser("list", help="on the hub: every station, and open tickets"), machine=True
    )
    listed.add_argument("--party", metavar="PARTY", help="only this party's")
    listed.set_defaults(run=run_list)
    show = options(
        verbs.add_parser("show", help="on the hub: one station, with what it signed twice"),
        machine=True,
    )
    show.add_argument("station", metavar="KEY", help="how its key id begins")
    show.set_defaults(run=run_show)
    revoke = options(verbs.add_parser("revoke-ticket", help="on the hub: withdraw an open ticket"))
    revoke.add_argument("name", metavar="NAME", help="first five letters of its code")
    revoke.set_defaults(run=run_revoke)
    add_station_verbs(verbs)


def run_invite(args: argparse.Namespace) -> int:
    """Print one ticket line."""
    from api.hub.certificate import own_certificate, pin_for
    from api.hub.enrolment import admin_is_here, refuse_without_admin
    from api.hub.errors import HubRefused
    from api.station_wire.ticket import Ticket, fingerprint_of

    with opened(args) as services:
        hub, url = services.hub, args.url or _base_of(services)
        hub.refuse_unless_hub()
        if url is None:
            raise HubRefused("address-missing")
        if args.party not in services.views.registry.parties:
            raise HubRefused("party-unregistered", party=args.party)
        keys = services.ledger.history.keys
        refuse_without_admin(keys, args.party)
        here = admin_is_here(keys, services.station.signers, args.party)
        # Checked before a ticket is made: a wrong address must not leave one open.
        fingerprint = fingerprint_of(services.trust_file())
        url, pin = url.rstrip("/"), pin_for(services.folder, url)
        own = None if pin else own_certificate(services.folder)
        Ticket(url, "0" * 20, fingerprint, pin)
        code, expires = hub.tickets.invite(args.party, args.days, hub.now())
        ticket = Ticket(url, code, fingerprint, pin)
    until = _moment(expires)
    if args.json:
        give({"ticket": ticket.format(), "name": code[:5], "party": args.party, "expires": expires})
        return 0
    print(ticket.format())
    tell(
        choose(
            args.lang,
            f"Good once, until {until}. At the station: ocop station join TICKET --dir FOLDER. "
            "Who has this line can join; send it to the right person only.",
            f"Dùng được một lần, đến {until}. Tại trạm: ocop station join VÉ --dir THƯ-MỤC. Ai có "
            "dòng này đều tham gia được; chỉ gửi cho đúng người.",
        )
    )
    if own is not None:
        names = ", ".join(own.names)
        tell(
            choose(
                args.lang,
                f"The ticket names no TLS key, because the folder's own certificate is for {names} "
                "only: right where a public authority vouches for the address on the ticket.",
                f"Vé không ghi khóa TLS vì chứng thư riêng của thư mục chỉ dành cho {names}: chỉ đúng "
                "khi địa chỉ trên vé có chứng thư công cộng.",
            )
        )
    if not here:
        tell(
            choose(
                args.lang,
                f"The admin key of {args.party} is not on this hub. When the station has asked, have "
                f"its admin sign: ocop keys admin-request --party {args.party} -o FILE",
                f"Khóa quản trị của {args.party} không nằm ở máy chủ này. Khi trạm đã đề nghị, hãy đưa "
                f"quản trị ký: ocop keys admin-request --party {args.party} -o TỆP",
            )
        )
    return 0


def run_list(args: argparse.Namespace) -> int:
    """Print how every station stands, and the open tickets."""
    with opened(args) as services:
        hub = services.hub
        hub.refuse_unless_hub()
        rows, now = hub.roll(args.party), hub.now()
        here = files_here(services.folder)
        tickets = [one for one in hub.tickets.open(now) if args.party in {None, one.party}]
        waiting = {one.code for one in hub.enrolments.waiting(args.party)}
    if args.json:
        shown = [
            {
                "name": one.name,
                "party": one.party,
                "expires": one.expires,
                "joined": bool(one.key),
                "waiting": one.code in waiting,
            }
            for one in tickets
        ]
        give({"stations": [row.shown() for row in rows], "tickets": shown})
        return 0
    for row in rows:
        print(station_line(row, now, args.lang, here=row.record.keyid_hex in here))
    if not rows:
        tell(choose(args.lang, "No station is enrolled yet.", "Chưa có trạm nào được đăng ký."))
    for one in tickets:
        print(_ticket_line(one, args.lang, waiting=one.code in waiting))
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Print one station, and both entries of each position that it signed twice."""
    from api.hub.errors import HubRefused

    with opened(args) as services:
        hub = services.hub
        named = args.station.lower()
        rows = [row for row in hub.roll() if row.record.keyid_hex.startswith(named)]
        if len(rows) != 1:
            raise HubRefused("station-unknown", found=args.station)
        (row,) = rows
        forks, now = hub.standings.forks(row.record.keyid_hex), hub.now()
        here = row.record.keyid_hex in files_here(services.folder)
    if args.json:
        pairs = [
            {
                "seq": one.seq,
                "stored": base64.b64encode(one.stored).decode(),
                "offered": base64.b64encode(one.offered).decode(),
                "noticed": one.noticed,
            }
            for one in forks
        ]
        give({**row.shown(), "pairs": pairs})
        return 0
    print(station_line(row, now, args.lang, here=here))
    print(row.record.keyid_hex)
    for one in forks:
        head = choose(
            args.lang,
            f"Two statements numbered {one.seq}, noticed {_moment(one.noticed)}:",
            f"Hai phiếu cùng số {one.seq}, phát hiện {_moment(one.noticed)}:",
        )
        print(head)
        print(f"  {choose(args.lang, 'recorded', 'đã ghi')}: {_said(one.stored)}")
        print(f"  {choose(args.lang, 'offered', 'gửi đến')}: {_said(one.offered)}")
    if forks:
        tell(
            choose(
                args.lang,
                "The key is in two places, or its folder was put back from an old copy. Find out "
                "which statement is true, end the key with ocop keys, and invite the station anew.",
                "Khóa đang ở hai nơi, hoặc thư mục của trạm bị khôi phục từ bản cũ. Hãy tìm hiểu "
                "phiếu nào đúng, chấm dứt khóa bằng ocop keys, rồi mời trạm lại.",
            )
        )
    return 0


def run_revoke(args: argparse.Namespace) -> int:
    """Withdraw the open ticket of a name."""
    with opened(args) as services:
        hub = services.hub
        gone = hub.tickets.revoke(args.name, hub.now())
    for one in gone:
        tell(
            choose(
                args.lang,
                f"Ticket {one.name}… of {one.party} is withdrawn.",
                f"Đã thu hồi vé {one.name}… của {one.party}.",
            )
        )
    return 0


def station_line(row: StationRow, now: int, lang: str, *, here: bool) -> str:
    """One station in one line: whose, how far, when it was heard of, and what is wrong.

    `here`: its key is on this machine, which records with it and never contacts itself.
    """

    def ago(since: int) -> str:
        span = elapsed(max(now - since, 0), lang)
        return choose(lang, f"{span} ago", f"{span} trước")

    record, standing = row.record, row.standing
    parts = [f"{record.party} {record.tag}  {record.keyid_hex[:_KEYID_SHOWN]}"]
    if record.ended is not None:
        parts.append(
            choose(
                lang, f"key ended at {record.ended}", f"khóa hết hiệu lực ở vị trí {record.ended}"
            )
        )
    count = row.seq
    statements = "statement" if count == 1 else "statements"
    parts.append(choose(lang, f"{count} {statements} received", f"đã nhận {count} phiếu"))
    if standing.contact:
        when = ago(standing.contact)
        parts.append(choose(lang, f"last contact {when}", f"liên lạc lần cuối {when}"))
    elif here:
        parts.append(choose(lang, "key of this very machine", "khóa của chính máy này"))
    else:
        parts.append(choose(lang, "never heard of", "chưa liên lạc lần nào"))
    if standing.frozen:
        when = ago(standing.frozen_since)
        parts.append(
            choose(
                lang, f"STOPPED {when} ({standing.frozen})", f"ĐÃ DỪNG {when} ({standing.frozen})"
            )
        )
    if row.forks:
        parts.append(
            choose(
                lang,
                f"KEY IN TWO PLACES? {row.forks} pair{'' if row.forks == 1 else 's'} of statements "
                f"under one number: ocop station show "
                f"{record.keyid_hex[:_KEYID_SHOWN]}",
                f"KHÓA Ở HAI NƠI? {row.forks} cặp phiếu trùng số: ocop station show "
                f"{record.keyid_hex[:_KEYID_SHOWN]}",
            )
        )
    return ", ".join(parts)


def _ticket_line(one: TicketRow, lang: str, *, waiting: bool) -> str:
    until = _moment(one.expires)
    joined = choose(lang, ", a station is joining", ", có trạm đang tham gia") if one.key else ""
    if waiting:
        from api.station_wire.ticket import spelled
        from ledger.verify.entry import keyid_of

        key = spelled(keyid_of(bytes.fromhex(one.key)).hex())
        ask = f"ocop keys admin-request --party {one.party}"
        joined = choose(
            lang,
            f", key {key} waits for the admin's signature: {ask}",
            f", khóa {key} chờ quản trị ký: {ask}",
        )
    return choose(
        lang,
        f"ticket {one.name}… for {one.party}, good until {until}{joined}",
        f"vé {one.name}… cho {one.party}, dùng được đến {until}{joined}",
    )


def _base_of(services: Services) -> str | None:
    """Scheme and host of the label address: labels may have a path below it, stations not."""
    base = services.settings.base_url
    if base is None:
        return None
    scheme, _, rest = base.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _moment(seconds: int) -> str:
    """A moment in Vietnam's time."""
    there = dt.timezone(dt.timedelta(hours=7))
    return dt.datetime.fromtimestamp(seconds, there).strftime("%Y-%m-%d %H:%M")


def _said(raw: bytes) -> str:
    """What an entry says, in one line."""
    from ledger.verify.entry import parse_entry
    from ledger.verify.graph import lots_named
    from ledger.verify.statement import read_statement

    entry = parse_entry(raw)
    said = read_statement(entry.payload)
    lots = ", ".join(f"{item} {code}" for item, code in lots_named(said.type, said.body))
    return f"{said.time} {said.type} {lots} [{entry.id.hex()[:_KEYID_SHOWN]}]"
