"""`ocop keys root-request`, `root-sign`, `root-apply`: root keys that are not on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api.bootstrap import Services
from api.commands.keys_told import in_words, looked_at, refuse_joined
from api.commands.words import choose, give, opened, read_file, tell, write_file
from api.intake.setup import read_setup
from api.keys.ceremony import RootRequest, in_order
from api.keys.errors import KeysError
from api.keys.looking import find_record, key_path
from api.keys.passphrases import asked, on_terminal
from api.keys.requests import KeyRequest
from api.keys.rotating import key_in, party_and_role
from ledger.domain.drafts import Draft
from ledger.founding import enrolment
from ledger.signing import load_key
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.wording import shown


def run_request(args: argparse.Namespace) -> int:
    """Write the request."""
    refuse_joined(args)
    with looked_at(args) as services:
        request = RootRequest.made(services, _asked_for(args, services))
    if args.output.exists():
        raise KeysError("file-exists", path=args.output)
    write_file(args.output, request.format())
    _show(request, args.lang)
    tell(
        choose(
            args.lang,
            f"{request.threshold} root keys must sign {args.output}, each with: ocop keys root-sign "
            f"{args.output.name} --key ROOT.pem -o VOTE. Nothing else may be signed with them meanwhile.",
            f"Cần {request.threshold} khóa gốc ký {args.output}, mỗi khóa: ocop keys root-sign "
            f"{args.output.name} --key ROOT.pem -o PHIẾU. Trong lúc đó không dùng các khóa này ký việc khác.",
        )
    )
    return 0


def _asked_for(args: argparse.Namespace, services: Services) -> list[Draft]:
    now = services.station.now_text()
    drafts: list[Draft] = []
    if args.register is not None:
        known = services.ledger.history.registry.parties
        drafts += [
            one
            for one in read_setup(read_file(args.register), now)
            if one.type == "party-registered" and known.get(one.body["code"]) != one.body
        ]
    for name in args.enrol:
        drafts.append(_enrolment(services, name, now))
    for name in args.retire:
        body = {"keyid": find_record(services, name).keyid_hex, "reason": args.reason or "other"}
        drafts.append(Draft("key-retired", ROOT_PARTY, now, body))
    if args.compromise is not None:
        size = args.last_good
        if size is None or not 1 <= size <= services.ledger.size:
            raise KeysError("size-wrong", found=size, size=services.ledger.size)
        body = {
            "keyid": find_record(services, args.compromise).keyid_hex,
            "last_good": size,
            "reason": args.reason or "key-stolen",
        }
        drafts.append(Draft("key-compromised", ROOT_PARTY, now, body))
    return drafts


def _enrolment(services: Services, name: str, now: str) -> Draft:
    """From a request file, or of a key here: `PARTY.admin`, or its successor; made when missing."""
    if Path(name).is_file() and not name.endswith(".pem"):
        request = KeyRequest.read(read_file(Path(name)), Path(name))
        return request.step(services, Path(name)).draft
    path = key_path(services.folder, name)
    party, role = party_and_role(path.stem)
    following = path.with_suffix(".next")
    signer = key_in(following if following.exists() else path)
    return enrolment(services.settings.origin, signer, party, role, now, by=ROOT_PARTY)


def _show(request: RootRequest, lang: str) -> None:
    # Whoever wrote the file must not move the cursor of whoever reads before signing.
    print(choose(lang, f"Ledger: {shown(request.origin)}", f"Sổ: {shown(request.origin)}"))
    for one in request.statements:
        print(f"  {in_words(one.type, one.body, lang)}")
        for name, value in sorted(one.body.items()):
            if name != "proof":
                print(f"      {name}: {value!r}")
    digest = request.digest()
    groups = " ".join(digest[at : at + 4] for at in range(0, 32, 4))
    print(choose(lang, f"Digest to compare: {groups}", f"Mã đối chiếu: {groups}"))


def run_sign(args: argparse.Namespace) -> int:
    """Sign a request, after it was read and agreed to."""
    request = RootRequest.read(read_file(args.request), args.request)
    if args.output.exists():
        raise KeysError("file-exists", path=args.output)
    signer = load_key(args.key, asked)
    _show(request, args.lang)
    if not args.yes:
        agree(args.lang)
    write_file(args.output, request.signed(signer, args.key))
    tell(
        choose(
            args.lang,
            f"Signed; take {args.output} to the ledger's machine.",
            f"Đã ký; hãy đem {args.output} tới máy giữ sổ.",
        )
    )
    return 0


def agree(lang: str) -> None:
    """Ask for a yes. KeysError `not-agreed` without one, or without a terminal."""
    if not on_terminal():
        raise KeysError("not-agreed")
    tell(
        choose(
            lang,
            "Sign all of this with the key? Type yes:",
            "Ký tất cả nội dung trên bằng khóa này? Gõ yes:",
        )
    )
    if sys.stdin.readline().strip().lower() != "yes":
        raise KeysError("not-agreed")


def run_apply(args: argparse.Namespace) -> int:
    """Record what enough root keys have signed."""
    refuse_joined(args)
    request = RootRequest.read(read_file(args.request), args.request)
    votes = [request.vote(read_file(path), path) for path in args.votes]
    with looked_at(args) if args.dry_run else opened(args) as services:
        entries = in_order(services, request, votes, args.request)
        if not args.dry_run:
            services.ledger.submit(entries)
            services.station.catch_up()
    if args.json:
        statements = [{"type": one.type, "body": one.body} for one in request.statements]
        give({"dry_run": args.dry_run, "entries": len(entries), "statements": statements})
        return 0
    _show(request, args.lang)
    tell(
        choose(args.lang, "Tried out only: nothing was written.", "Chỉ thử: chưa ghi gì.")
        if args.dry_run
        else choose(args.lang, "Recorded and in force.", "Đã ghi và có hiệu lực.")
    )
    return 0
