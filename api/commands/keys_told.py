"""How key commands say what will be, or was, recorded; and opening a folder without a trace."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from api.bootstrap import Services
from api.commands.words import choose, give, opened, read_file, tell
from api.keys.changing import Step, examine
from api.keys.disputes import Signed
from api.keys.errors import KeysError
from api.keys.looking import SHORT
from ledger.verify.entry import keyid_of
from ledger.verify.wording import shown

_REGISTERED = {
    "site-registered": ("Register the site", "Đăng ký địa điểm"),
    "item-registered": ("Register the item", "Đăng ký mặt hàng"),
    "product-registered": ("Register the product", "Đăng ký sản phẩm"),
    "instrument-registered": ("Register the instrument", "Đăng ký thiết bị đo"),
    "instrument-verified": ("Record the verification of", "Ghi kiểm định thiết bị"),
    "certificate-recorded": ("Record the certificate", "Ghi giấy chứng nhận"),
    "certificate-withdrawn": ("Withdraw the certificate", "Thu hồi giấy chứng nhận"),
}


@contextmanager
def looked_at(args: argparse.Namespace) -> Iterator[Services]:
    """The ledger of --dir, as it is: nothing is sealed, projected or written."""
    with opened(args, settle=False) as services:
        services.ledger.catch_up()
        yield services


def refuse_joined(args: argparse.Namespace) -> None:
    """Raise KeysError `at-the-hub` for a station's folder: its copy of the log has other sizes."""
    joined = args.dir / "hub.json"
    if joined.exists():
        raise KeysError("at-the-hub", address=json.loads(read_file(joined)).get("address", ""))


def rehearsed(
    args: argparse.Namespace,
    services: Services,
    steps: Sequence[Step],
    more: dict[str, Any] | None = None,
    *,
    made_later: bool = False,
) -> int:
    """Show what would be recorded; refused at once when it would be refused.

    With `made_later` the first step enrols a key that stands for one which is not made yet.
    """
    examine(services, steps)
    if made_later:
        steps = [_without_key(steps[0]), *steps[1:]]
    if args.json:
        give({"dry_run": True, "statements": [_as_data(one) for one in steps], **(more or {})})
        return 0
    print(choose(args.lang, "Would be recorded:", "Sẽ ghi vào sổ:"))
    for one in steps:
        print(f"  {in_words(one.draft.type, one.draft.body, args.lang)}")
        print(f"    {one.draft.type} · {one.draft.party} · {_json(one.draft.body)}")
    tell(choose(args.lang, "Tried out only: nothing was written.", "Chỉ thử: chưa ghi gì."))
    return 0


def _without_key(step: Step) -> Step:
    body = {**step.draft.body, "key": "…", "proof": "…"}
    return replace(step, draft=replace(step.draft, body=body))


def _as_data(step: Step) -> dict[str, Any]:
    return {"type": step.draft.type, "party": step.draft.party, "body": step.draft.body}


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def in_words(kind: str, body: dict[str, Any], lang: str) -> str:
    """A key statement as a sentence; values are shown so that they cannot spoil a terminal."""
    said = {name: shown(value) for name, value in body.items()}
    key = said.get("keyid", "")[:SHORT]
    match kind:
        case "party-registered":
            return choose(
                lang,
                f"Let in the party {said['code']} ({said['kind']}): {said['name']}",
                f"Cho cơ sở {said['code']} ({said['kind']}) tham gia: {said['name']}",
            )
        case "key-enrolled":
            tag = f", {choose(lang, 'tag', 'ký hiệu')} {said['tag']}" if "tag" in said else ""
            return choose(
                lang,
                f"Give {said['party']} the {said['role']} key {_keyid(body['key'])}{tag}",
                f"Trao cho {said['party']} khóa {said['role']} {_keyid(body['key'])}{tag}",
            )
        case "key-retired":
            return choose(
                lang,
                f"End key {key} ({said['reason']}); what it signed stays good",
                f"Chấm dứt khóa {key} ({said['reason']}); phiếu đã ký vẫn có giá trị",
            )
        case "key-compromised":
            return choose(
                lang,
                f"Declare key {key} compromised ({said['reason']}): its statements from log index "
                f"{said['last_good']} on are in dispute",
                f"Công bố khóa {key} bị lộ ({said['reason']}): các phiếu của khóa từ vị trí "
                f"{said['last_good']} bị tranh chấp",
            )
        case "reattested":
            count = len(body["entries"])
            return choose(lang, f"Stand by {count} statements", f"Công nhận lại {count} phiếu")
    english, vietnamese = _REGISTERED[kind]
    return f"{choose(lang, english, vietnamese)}: {_named(said)}"


def _named(said: dict[str, str]) -> str:
    """What a registration is of: its own code or number, and its name."""
    code = next(said[name] for name in ("code", "gtin", "number") if name in said)
    return f"{code} {said.get('name', '')}".rstrip()


def _keyid(public: str) -> str:
    """Beginning of a public key's id; of one that is not made yet, what stands for it."""
    return public if public == "…" else keyid_of(bytes.fromhex(public)).hex()[:SHORT]


def statement_line(one: Signed) -> str:
    """One line of a list of statements."""
    lots = ", ".join(f"{item} {code}" for item, code in one.lots())
    return (
        f"  {one.index:>8}  {one.id}  {one.statement.type}  {one.statement.time}  {lots}".rstrip()
    )


def statement_data(one: Signed) -> dict[str, Any]:
    """The same for programs."""
    return {
        "index": one.index,
        "id": one.id,
        "type": one.statement.type,
        "time": one.statement.time,
        "lots": [{"item": item, "code": code} for item, code in one.lots()],
    }
