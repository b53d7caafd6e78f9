"""`ocop labels check`: every missing or wrong item of the next label, with the clause it breaks."""

from __future__ import annotations

import argparse

from api.commands.words import choose, give, opened
from api.labels.check import LabelCheck, LawFault
from api.labels.desk import refuse_stopped


def run_check(args: argparse.Namespace) -> int:
    """Judge the label that would print next; 1 when the law would stop it."""
    with opened(args) as services:
        item = services.views.item_named(args.item)
        facts = services.labelling.desk.facts(item, args.lot)
        refuse_stopped(facts)
        check = services.labelling.check(item, args.lot, args.template)
    if args.json:
        give(
            {
                "rules": check.rules,
                "printable": not check.errors,
                "errors": [told(one, args.lang) for one in check.errors],
                "warnings": [told(one, args.lang) for one in check.warnings],
                "stars": facts["stars"],
                "stars_lapsed": facts["stars_lapsed"],
                "basis": check.basis(args.lang),
            }
        )
    else:
        print("\n".join(lines(check, args.lang)))
    return 1 if check.errors else 0


def told(fault: LawFault, lang: str) -> dict[str, str | bool]:
    """A fault for a program."""
    return {
        "code": fault.code,
        "sentence": fault.say(lang),
        "clause": fault.cite(lang),
        "uncertain": fault.rule.uncertain,
    }


def lines(check: LabelCheck, lang: str) -> list[str]:
    """The check for a person: errors first, then warnings, the outcome, the basis."""
    words = {"error": choose(lang, "Error", "Lỗi"), "warning": choose(lang, "Warning", "Cảnh báo")}
    listed = [
        f"{words[one.severity]}: {one.say(lang)} [{one.cite(lang)}]"
        for one in (*check.errors, *check.warnings)
    ]
    if check.errors:
        outcome = choose(
            lang,
            f"The label cannot be printed: {len(check.errors)} errors.",
            f"Chưa in được tem: {len(check.errors)} lỗi.",
        )
    else:
        outcome = choose(lang, "The label can be printed.", "Tem in được.")
    return [*listed, outcome, *([check.basis(lang)] if check.applied is not None else [])]
