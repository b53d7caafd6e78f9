"""`ocop doctor`: what is wrong with a ledger folder, why it matters and how to mend it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from api.commands.words import Nouns, choose, give, options, tell
from api.watching.doctor.case import Case
from api.watching.doctor.examination import CHECKS, Check, examine
from api.watching.doctor.finding import Finding


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    doctor = options(
        nouns.add_parser("doctor", help="what is wrong here, why it matters, how to mend it"),
        machine=True,
    )
    doctor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make every check; 1 when something is wrong."""

    def begun(number: int, check: Check) -> None:
        name = choose(args.lang, check.english, check.vietnamese)
        # Said before it is made: a server that hangs takes seconds.
        print(f"[{number}/{len(CHECKS)}] {name}: ", end="", file=sys.stderr, flush=True)

    skipped: list[str] = []

    def done(_number: int, check: Check, found: Sequence[Finding] | None) -> None:
        if found is None:
            skipped.append(check.name)
            tell(choose(args.lang, "not checked", "chưa kiểm tra được"))
        else:
            tell(choose(args.lang, "ok", "ổn") if not found else f"! {len(found)}")

    with closing(Case(args.dir)) as case:
        findings = examine(case, done, on_start=begun)
    if args.json:
        give(
            {
                "checks": len(CHECKS),
                "not_checked": skipped,
                "findings": [_as_data(*one, args.lang) for one in findings],
            }
        )
    else:
        print(_as_text([finding for _, finding in findings], len(skipped), args.lang))
    return 1 if findings else 0


def _as_data(check: Check, finding: Finding, lang: str) -> dict[str, Any]:
    what, why, how = finding.parts(lang)
    return {"check": check.name, "code": finding.code, "what": what, "why": why, "how": how}


def _as_text(findings: Sequence[Finding], skipped: int, lang: str) -> str:
    if not findings:
        return choose(
            lang,
            f"{len(CHECKS)} checks, nothing wrong was found.",
            f"Đã kiểm tra {len(CHECKS)} mục, không thấy gì sai.",
        )
    matters, mend = choose(lang, "Why", "Vì sao"), choose(lang, "Mend", "Cách sửa")
    lines = []
    for number, finding in enumerate(findings, start=1):
        what, why, how = finding.parts(lang)
        lines += [f"{number}. {what}", f"   {matters}: {why}", f"   {mend}: {how}", ""]
    count = len(findings)
    lines.append(
        choose(lang, f"{count} found in {len(CHECKS)} checks.", f"Có {count} điểm cần xử lý.")
    )
    if skipped:
        lines.append(
            choose(
                lang,
                f"{skipped} checks could not be made: look again when this is mended.",
                f"Chưa kiểm tra được {skipped} mục: hãy xem lại khi đã xử lý xong.",
            )
        )
    return "\n".join(lines)
