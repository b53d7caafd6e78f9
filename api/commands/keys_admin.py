"""`ocop keys admin-request`, `admin-sign`, `admin-apply`: a party's admin key that is elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from api.bootstrap import Services
from api.commands.keys_roots import agree
from api.commands.keys_told import in_words, looked_at, refuse_joined
from api.commands.record import registered
from api.commands.words import choose, give, opened, read_file, tell, write_file
from api.hub.enrolment import enrolment_of
from api.intake.setup import read_setup
from api.keys.admin_requests import AdminAnswer, AdminRequest, ready
from api.keys.asked_statements import MOST_STATEMENTS
from api.keys.errors import KeysError
from api.keys.looking import find_record
from api.keys.passphrases import asked
from api.keys.requests import KeyRequest
from api.station_wire.ticket import spelled
from ledger.domain.drafts import Draft
from ledger.signing import load_key
from ledger.verify.entry import keyid_of
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.wording import shown


def run_request(args: argparse.Namespace) -> int:
    """Write a request for one party, or one for each that has stations waiting.

    1 when one of several could not be written; the others are.
    """
    refuse_joined(args)
    left, missed = 0, False
    with looked_at(args) as services:
        services.hub.refuse_unless_hub()
        if args.party is not None:
            left = _write(args, services, args.party, args.output)
        else:
            _refuse_details(args)
            parties = sorted({one.party for one in services.hub.enrolments.waiting()})
            if not parties:
                tell(choose(args.lang, "No station waits.", "Không có trạm nào chờ."))
                return 0
            args.output.mkdir(parents=True, exist_ok=True)
            for party in parties:
                try:
                    left += _write(args, services, party, args.output / f"{party}.request.json")
                except KeysError as refused:
                    tell(refused.say(args.lang))
                    missed = True
    tell(
        choose(
            args.lang,
            "Give each file to the party's admin, who reads and signs it where the admin key is: "
            "ocop keys admin-sign REQUEST --key KEY.pem -o ANSWER; then here: ocop keys admin-apply "
            "ANSWER. Nothing else may be signed with that key meanwhile.",
            "Hãy đưa từng tệp cho quản trị của cơ sở đọc và ký ở nơi giữ khóa quản trị: ocop keys "
            "admin-sign ĐỀ-NGHỊ --key KHÓA.pem -o PHIẾU; rồi tại đây: ocop keys admin-apply PHIẾU. "
            "Trong lúc đó không dùng khóa này ký việc khác.",
        )
    )
    if left:
        tell(
            choose(
                args.lang,
                f"{left} statements are left for the next request, when these are recorded.",
                f"Còn {left} phiếu để dành cho đề nghị sau, khi các phiếu này đã ghi.",
            )
        )
    return 1 if missed else 0


def _refuse_details(args: argparse.Namespace) -> None:
    """Without --party everything is about stations that wait, one file a party in a folder."""
    if args.enrol or args.retire or args.compromise or args.register is not None:
        raise KeysError("party-needed")


def _write(args: argparse.Namespace, services: Services, party: str, path: Path) -> int:
    """Write one request; how many statements are left for another."""
    drafts = _asked_for(args, services, party)
    request = AdminRequest.made(services, party, drafts[:MOST_STATEMENTS])
    if path.exists():
        raise KeysError("request-exists", path=path)
    # Read back: what the admin's program would refuse is refused here.
    write_file(path, AdminRequest.read(request.format(), path).format())
    print(path)
    _show(request.party, request.origin, request.statements, request.digest(), args.lang)
    return len(drafts) - len(request.statements)


def _asked_for(args: argparse.Namespace, services: Services, party: str) -> list[Draft]:
    now = services.station.now_text()
    drafts = [
        Draft("key-enrolled", party, now, {**enrolment_of(one), "proof": one.proof})
        for one in services.hub.enrolments.waiting(party)
    ]
    for path in args.enrol:
        request = KeyRequest.read(read_file(path), path)
        drafts.append(request.step(services, path).draft)
    for name in args.retire:
        body = {"keyid": find_record(services, name).keyid_hex, "reason": args.reason or "other"}
        drafts.append(Draft("key-retired", party, now, body))
    if args.compromise is not None:
        if args.last_good is None or not 1 <= args.last_good <= services.ledger.size:
            raise KeysError("size-wrong", found=args.last_good, size=services.ledger.size)
        keyid = find_record(services, args.compromise).keyid_hex
        said = {"last_good": args.last_good, "reason": args.reason or "key-stolen"}
        drafts.append(Draft("key-compromised", party, now, {"keyid": keyid, **said}))
    if args.register is not None:
        drafts += [
            one
            for one in read_setup(read_file(args.register), now)
            if one.party != ROOT_PARTY and not registered(services, one)
        ]
    for one in drafts:
        if one.party != party:
            raise KeysError("party-differs", found=one.party, expected=party)
    return drafts


def _show(
    party: str, origin: str, statements: Sequence[Draft], digest: str | None, lang: str
) -> None:
    # Whoever wrote the file must not move the cursor of whoever reads before signing.
    print(choose(lang, f"Ledger: {shown(origin)}", f"Sổ: {shown(origin)}"))
    print(choose(lang, f"In the name of: {shown(party)}", f"Nhân danh: {shown(party)}"))
    for one in statements:
        print(f"  {in_words(one.type, one.body, lang)} · {shown(one.time)}")
        if one.type == "key-enrolled":
            keyid = spelled(keyid_of(bytes.fromhex(one.body["key"])).hex())
            print(
                choose(
                    lang,
                    f"      compare with the station's screen: {keyid}",
                    f"      so với màn hình của trạm: {keyid}",
                )
            )
        for name, value in sorted(one.body.items()):
            if name != "proof":
                print(f"      {name}: {value!r}")
    if digest is not None:
        groups = " ".join(digest[at : at + 4] for at in range(0, 32, 4))
        print(choose(lang, f"Digest to compare: {groups}", f"Mã đối chiếu: {groups}"))


def run_sign(args: argparse.Namespace) -> int:
    """Show a request, and sign it after it was agreed to."""
    request = AdminRequest.read(read_file(args.request), args.request)
    if not args.dry_run and (args.key is None or args.output is None):
        raise KeysError("sign-incomplete")
    if args.output is not None and args.output.exists():
        raise KeysError("file-exists", path=args.output)
    signer = None if args.key is None else load_key(args.key, asked)
    if signer is not None:
        request.refuse_other(signer, args.key)
    if args.json:
        give({"dry_run": args.dry_run, "digest": request.digest(), **request.as_data()})
    else:
        _show(request.party, request.origin, request.statements, request.digest(), args.lang)
    if signer is None or args.dry_run:
        tell(choose(args.lang, "Shown only: nothing was signed.", "Chỉ xem: chưa ký gì."))
        return 0
    if not args.yes:
        agree(args.lang)
    write_file(args.output, request.signed(signer, args.key))
    tell(
        choose(
            args.lang,
            f"Signed; take {args.output} to the hub: ocop keys admin-apply {args.output.name}",
            f"Đã ký; hãy đem {args.output} tới máy chủ: ocop keys admin-apply {args.output.name}",
        )
    )
    return 0


def run_apply(args: argparse.Namespace) -> int:
    """Record what admins have signed elsewhere."""
    refuse_joined(args)
    answers = [AdminAnswer.read(read_file(path), path) for path in args.answers]
    with looked_at(args) if args.dry_run else opened(args) as services:
        new = ready(services, answers)
        if not args.dry_run:
            for one in new:
                services.ledger.submit([entry.raw for entry in one.entries])
            services.station.catch_up()
    drafts = [
        Draft(said.type, said.party, said.time, said.body) for one in new for said in one.statements
    ]
    if args.json:
        statements = [{"type": one.type, "party": one.party, "body": one.body} for one in drafts]
        give({"dry_run": args.dry_run, "entries": len(drafts), "statements": statements})
        return 0
    for one in new:
        said = [Draft(it.type, it.party, it.time, it.body) for it in one.statements]
        _show(said[0].party, one.origin, said, None, args.lang)
    tell(_outcome(args, len(drafts)))
    return 0


def _outcome(args: argparse.Namespace, count: int) -> str:
    if args.dry_run:
        return choose(args.lang, "Tried out only: nothing was written.", "Chỉ thử: chưa ghi gì.")
    if not count:
        return choose(args.lang, "All of it was recorded before.", "Tất cả đã được ghi từ trước.")
    return choose(
        args.lang,
        f"Recorded and in force: {count}. Stations that wait go on by themselves.",
        f"Đã ghi và có hiệu lực: {count}. Trạm đang chờ sẽ tự đi tiếp.",
    )
