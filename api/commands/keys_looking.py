"""`ocop keys list`, `show` and `disputed`: looking at keys, writing nothing."""

from __future__ import annotations

import argparse
from typing import Any

from api.bootstrap import Services
from api.commands.keys_told import looked_at, statement_data, statement_line
from api.commands.words import choose, give, tell
from api.keys.disputes import disputed_now, signed_from
from api.keys.looking import SHORT, as_data, files_here, find_record
from api.keys.wiring import next_tag
from ledger.verify.keys import ROOT_PARTY, KeyRecord


def run_list(args: argparse.Namespace) -> int:
    """Every key, in the order of enrolment."""
    with looked_at(args) as services:
        keys, files = services.ledger.history.keys, files_here(services.folder)
        wanted = [
            as_data(services, one, files.get(one.keyid_hex))
            for one in keys.records.values()
            if args.party in {None, one.party}
        ]
        threshold = 0 if keys.genesis is None else int(keys.genesis["threshold"])
        parties = [args.party] if args.party else sorted(keys.parties - {ROOT_PARTY})
        tags = {party: next_tag(keys, party) for party in parties}
    if args.json:
        give({"threshold": threshold, "keys": wanted, "free_tags": tags})
        return 0
    for one in wanted:
        print(_line(one, args.lang))
    print(
        choose(
            args.lang,
            f"What root keys say takes {threshold} of them.",
            f"Việc của khóa gốc cần {threshold} khóa cùng ký.",
        )
    )
    for party, tag in tags.items():
        print(
            choose(
                args.lang,
                f"Next free station tag of {party}: {tag}",
                f"Ký hiệu trạm còn trống của {party}: {tag}",
            )
        )
    return 0


def _line(one: dict[str, Any], lang: str) -> str:
    parts = [one["keyid"][:SHORT], one["party"], one["role"], one["tag"] or "–", one["held"]]
    parts.append(choose(lang, f"from {one['enrolled']}", f"từ {one['enrolled']}"))
    parts.append(_until(one, lang))
    parts.append(choose(lang, f"{one['statements']} statements", f"{one['statements']} phiếu"))
    if one["file"]:
        parts.append(f"keys/{one['file']}.pem")
    return "  ".join(parts)


def _until(one: dict[str, Any], lang: str) -> str:
    if one["ended"] is None:
        return choose(lang, "good", "còn hiệu lực")
    if one["compromised"]:
        return choose(
            lang,
            f"COMPROMISED at {one['ended']}, good below {one['last_good']}",
            f"BỊ LỘ tại {one['ended']}, tốt trước {one['last_good']}",
        )
    return choose(
        lang,
        f"ended at {one['ended']} ({one['reason']})",
        f"hết tại {one['ended']} ({one['reason']})",
    )


def run_show(args: argparse.Namespace) -> int:
    """One key."""
    with looked_at(args) as services:
        record = find_record(services, args.key)
        said = as_data(services, record, files_here(services.folder).get(record.keyid_hex))
        disputed = _disputed_of(services, record)
    said["public"] = record.public.raw.hex()
    said["disputed"] = disputed
    if args.json:
        give(said)
        return 0
    print(_line(said, args.lang))
    for name in ("keyid", "public"):
        print(f"  {name}: {said[name]}")
    if disputed:
        tell(
            choose(
                args.lang,
                f"{disputed} of its statements are in dispute: ocop keys disputed",
                f"{disputed} phiếu của khóa đang bị tranh chấp: ocop keys disputed",
            )
        )
    return 0


def _disputed_of(services: Services, record: KeyRecord) -> int:
    if record.last_good is None:
        return 0
    ids = {one.id for one in disputed_now(services, record.party)}
    return sum(one.id in ids for one in signed_from(services, record, record.last_good))


def run_disputed(args: argparse.Namespace) -> int:
    """What nobody stands by yet."""
    with looked_at(args) as services:
        found = disputed_now(services, args.party)
    if args.json:
        give({"disputed": [{**statement_data(one), "party": one.statement.party} for one in found]})
        return 0
    for one in found:
        print(f"{statement_line(one)}  {one.statement.party}")
    tell(
        choose(
            args.lang,
            f"{len(found)} statements are in dispute.",
            f"{len(found)} phiếu đang bị tranh chấp.",
        )
    )
    return 0
