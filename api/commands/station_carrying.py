"""`ocop station join TICKET --from OLD`: a station goes on with another key, and loses nothing it has."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from api.bootstrap import open_folder, utc_now
from api.commands.station_joined import let_in
from api.commands.words import choose, give, tell
from api.pages.messages_catalogue import tongue
from api.pages.words import STAGES, worded
from api.station.carrying import (
    Before,
    TakenOver,
    joined_for,
    station_before,
    stop_before,
    take_files,
    take_journal,
)
from api.station.errors import Frozen, StationError
from api.station.joining import join
from api.station.loop import synchroniser_of
from ledger.verify.entry import parse_entry
from ledger.verify.graph import lots_named
from ledger.verify.statement import Statement, read_statement

if TYPE_CHECKING:
    from api.station.joined import Joined
    from api.station_wire.ticket import Ticket

_KEYID_SHOWN = 16


def run_taking_over(args: argparse.Namespace, ticket: Ticket) -> int:
    """Join and take over; 1 when the hub did not answer, or does not take all that was signed."""
    with station_before(args.before, args.dir, ticket, utc_now) as before:
        party = before.joined.party

        def joined_now() -> Joined:
            # Who asked for witnesses goes on asking, also when nobody thinks of saying so again.
            witnessed = args.witnessed or before.joined.witnessed
            return let_in(args, lambda: join(args.dir, ticket, witnessed=witnessed, party=party))

        try:
            joined = joined_for(before, args.dir, joined_now)
        except StationError as waiting:
            if waiting.code != "ticket-waiting":
                raise
            return 1  # said when it began
        stop_before(before)
        texts, doubtful, people = take_files(before, args.dir)
        services = open_folder(args.dir)
        try:
            synchroniser = synchroniser_of(services)
            try:
                synchroniser.once()
                services.station.catch_up()
            except (StationError, Frozen) as away:
                tell(away.say(args.lang))
                tell(
                    choose(
                        args.lang,
                        "Not everything was taken over yet; run the same command again.",
                        "Chưa chuyển xong; hãy chạy lại đúng lệnh này.",
                    )
                )
                return 1
            finally:
                synchroniser.close()
            sent, back, lost, why = take_journal(before, services)
        finally:
            services.close()
        made = TakenOver(texts, doubtful, people, sent, back, tuple(lost), why)
    if args.json:
        give(taken_data(joined, before, made))
    tell(taken_text(args.lang, args, joined, before, made))
    return 1 if lost else 0


def taken_data(joined: Joined, before: Before, made: TakenOver) -> dict[str, object]:
    """What was taken over, for programs."""
    return {
        "hub": joined.address,
        "party": joined.party,
        "keyid": joined.keyid,
        "before": before.joined.keyid,
        "texts": made.texts,
        "labels_in_doubt": made.doubtful,
        "people": made.people,
        "sent": made.sent,
        "back": made.back,
        "lost": [
            {"seq": one.seq, "type": one.type, "time": one.time, "body": one.body}
            for one in map(_read, made.lost)
        ],
        "why": None if made.why is None else made.why.say("en"),
    }


def taken_text(
    lang: str, args: argparse.Namespace, joined: Joined, before: Before, made: TakenOver
) -> str:
    """What was taken over, what was not, and what is left to do."""
    lines = [
        choose(
            lang,
            f"{args.dir} is now a station of {joined.address} for {joined.party} and goes on for "
            f"{before.path}. {made.texts} private texts came along, {_people('en', made)}.",
            f"{args.dir} nay là trạm của {joined.address}, ghi cho {joined.party}, tiếp nối "
            f"{before.path}. Đã chuyển {made.texts} ghi chú riêng, {_people('vi', made)}.",
        ),
        choose(
            lang,
            f"Of the old key's statements {made.sent} were sent that the hub lacked, and {made.back} "
            "came back that were recorded later than these files.",
            f"Phiếu của khóa cũ: đã gửi {made.sent} phiếu máy chủ còn thiếu, lấy lại {made.back} phiếu "
            "ghi sau thời điểm của các tệp này.",
        ),
    ]
    if made.doubtful:
        lines.append(
            choose(
                lang,
                f"{made.doubtful} labels were on their way and are in doubt now (ocop labels status).",
                f"{made.doubtful} tem đang in dở nay thành chưa rõ (ocop labels status).",
            )
        )
    if made.lost:
        lines.append(
            choose(
                lang,
                f"NOT TAKEN by the hub, {len(made.lost)} statements. Record them anew here:",
                f"Máy chủ KHÔNG NHẬN {len(made.lost)} phiếu. Hãy ghi lại tại đây:",
            )
        )
        lines += [_line(_read(raw), lang) for raw in made.lost]
        lines.append("" if made.why is None else made.why.say(lang))
    if not before.here:
        lines.append(
            choose(
                lang,
                "What was recorded after the backup and never reached the hub is lost, and labels "
                "issued then are unknown to it: ask who worked, and record it anew.",
                "Phiếu ghi sau bản sao lưu mà chưa tới máy chủ thì đã mất, tem cấp trong lúc đó máy chủ "
                "không biết: hãy hỏi người làm ca đó và ghi lại.",
            )
        )
    short = before.joined.keyid[:_KEYID_SHOWN]
    lines.append(
        choose(
            lang,
            f"Have the manager end the old key now, at the hub: ocop keys retire {short}",
            f"Hãy nhờ quản lý chấm dứt khóa cũ ngay, tại máy chủ: ocop keys retire {short}",
        )
    )
    return "\n".join(lines)


def _people(lang: str, made: TakenOver) -> str:
    if made.people:
        return choose(lang, "people and PINs, too", "cùng người dùng và mã PIN")
    return choose(lang, "no people or PINs", "không có người dùng hay mã PIN")


def _read(raw: bytes) -> Statement:
    return read_statement(parse_entry(raw).payload)


def _line(said: Statement, lang: str) -> str:
    lots = " ".join(code for _, code in lots_named(said.type, said.body))
    quantity = said.body.get("quantity")
    amount = "" if quantity is None else f"{quantity['value']} {quantity['unit']}"
    what = " ".join([worded(STAGES, said.type, tongue(lang)), lots, amount]).strip()
    return f"{said.seq:>6}  {said.time}  {what}"
