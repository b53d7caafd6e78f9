"""What a person is told after labels were printed, and where every serial is."""

from __future__ import annotations

import argparse

from api.bootstrap import Services
from api.commands.words import choose, give, tell
from printers.spooling.outcome import JobOutcome

STATE_WORDS = {
    "issued": ("issued", "đã cấp"),
    "confirmed": ("printed", "đã in"),
    "in_doubt": ("in doubt", "chưa rõ"),
    "void": ("void", "đã hủy"),
    "waiting": ("waiting", "chờ in"),
}


def told(
    services: Services, item: str, args: argparse.Namespace, serials: list[str], outcome: JobOutcome
) -> int:
    """Say how a print ended; 0 when every label of it is known to be on paper, else 1."""
    facts = services.labelling.desk.facts(item, args.lot)
    states = services.labelling.states(item, args.lot)
    status = services.labelling.status(item, args.lot)
    labels = [
        {"serial": s, "url": services.labelling.url(facts, s), "state": states[s]} for s in serials
    ]
    if args.json:
        give(
            {"ending": outcome.ending, "labels": labels, "status": status}
            | ({"file": outcome.file} if outcome.file else {})
        )
    else:
        for one in labels:
            state = choose(args.lang, *STATE_WORDS[one["state"]])
            print(f"{one['serial']}  {state}  {one['url']}")
    if outcome.error is not None:
        tell(outcome.error.say(args.lang))
    came = sum(states[serial] == "confirmed" for serial in serials)
    left = sum(states[serial] == "waiting" for serial in serials)
    if outcome.ending == "stopped":
        tell(
            choose(
                args.lang,
                f"Stopped: {came} labels came out, {left} wait again.",
                f"Đã dừng: {came} tem đã in, {left} tem trở về chờ in.",
            )
        )
    elif came == len(serials):
        tell(choose(args.lang, f"Printed {came} labels.", f"Đã in {came} tem."))
    if outcome.file:
        tell(
            choose(
                args.lang,
                f"The sheets are in {outcome.file}: print that file at 100 %, then say what came out.",
                f"Tờ tem nằm trong {outcome.file}: hãy in tệp đó ở tỉ lệ 100 %, rồi cho biết tem "
                "nào đã ra.",
            )
        )
    if outcome.needs_check_scan:
        tell(_how_to_decide(args, status["in_doubt"]))
    return 0 if outcome.ending == "done" and not outcome.needs_check_scan else 1


def _how_to_decide(args: argparse.Namespace, count: int) -> str:
    command = f"ocop labels void {args.item} {args.lot}"
    return choose(
        args.lang,
        f"{count} labels are in doubt. Scan the last good one and run: {command} --last-good SERIAL "
        f"(or --none-good, if none came out; ocop labels status {args.item} {args.lot} --serials "
        "lists them).",
        f"Có {count} tem chưa rõ đã in hay chưa. Hãy quét tem cuối in được rồi chạy: {command} "
        f"--last-good SỐ-TEM (hoặc --none-good nếu không tem nào ra; ocop labels status {args.item} "
        f"{args.lot} --serials liệt kê từng tem).",
    )
