"""`ocop template ...`: which label templates there are; checking, adding and looking at one."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.words import Nouns, choose, give, opened, options, read_file, tell, write_file
from api.labels.fields import sample_label
from api.labels.template_list import TemplateList, check_template
from printers.design.render import render
from printers.design.template import Template

_KINDS = {
    "gap": ("gap", "có khe"),
    "continuous": ("continuous", "giấy liền"),
    "mark": ("black mark", "vạch đen"),
}


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    template = nouns.add_parser("template", help="list, check, add and show label templates")
    verbs = template.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = options(verbs.add_parser("list", help="templates of this folder"), machine=True)
    listed.set_defaults(run=run_list)
    check = verbs.add_parser("check", help="whether a template file could be added")
    check.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=run_check)
    add = options(verbs.add_parser("add", help="check a template file and keep it in this folder"))
    add.add_argument("file", type=Path, metavar="FILE")
    add.set_defaults(run=run_add)
    show = options(
        verbs.add_parser("show", help="a template in words, or as PNG with sample words")
    )
    show.add_argument("name", metavar="NAME")
    show.add_argument("-o", "--output", type=Path, metavar="FILE", help="write a PNG")
    show.set_defaults(run=run_show)


def run_list(args: argparse.Namespace) -> int:
    """List templates."""
    templates = TemplateList(args.dir)
    found = [templates.get(name) for name in templates.names()]
    if args.json:
        give(
            [
                {"name": t.name, "version": t.version, "part": t.part, "digest": t.digest()}
                for t in found
            ]
        )
    else:
        for one in found:
            print(_line(one, args.lang))
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Check a file; refused with one sentence."""
    made = check_template(read_file(args.file), args.file.name)
    tell(choose(args.lang, f"{made.name} is a good template.", f"Mẫu {made.name} dùng được."))
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Add a template to the folder."""
    raw = read_file(args.file)
    with opened(args):
        made = TemplateList(args.dir).add(raw)
    tell(choose(args.lang, f"Added the template {made.name}.", f"Đã thêm mẫu {made.name}."))
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show a template."""
    found = TemplateList(args.dir).get(args.name)
    if args.output is not None:
        write_file(args.output, render(found, sample_label(found)).png())
        return 0
    print(_line(found, args.lang))
    fields = " ".join(sorted(found.required))
    print(choose(args.lang, f"fields: {fields}", f"các mục: {fields}"))
    if found.optional:
        extra = " ".join(sorted(found.optional))
        print(choose(args.lang, f"optional: {extra}", f"tuỳ chọn: {extra}"))
    print(f"SHA-256: {found.digest()}")
    return 0


def _line(one: Template, lang: str) -> str:
    media = one.media
    kind = choose(lang, *_KINDS[media.kind])
    size = f"{media.width_mm:g} x {media.height_mm:g} mm"
    qr = f"QR {one.qr.module_dots / 8:g} mm {one.qr.level}"
    part = choose(lang, "trace part only", "chỉ phần truy xuất") if one.part == "trace" else ""
    return "  ".join(word for word in (one.name, f"v{one.version}", size, kind, qr, part) if word)
