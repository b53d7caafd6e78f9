"""`ocop-verify`: reads a bundle and a trust file, prints the verifier's report. No network."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.verify.bundle import MAX_BUNDLE
from ledger.verify.checklist import verify_bundle
from ledger.verify.report import EXIT
from ledger.verify.system_words import in_vietnamese
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_UNREADABLE = {
    "en": "Cannot read {path} ({why}); check the name and try again.",
    "vi": "Không đọc được {path} ({why}); hãy kiểm tra tên tệp rồi thử lại.",
}
_BAD_LABEL = {
    "en": "The label serial {found} is not of the form TAG + counter, such as A1000012K7QM.",
    "vi": "Số tem {found} không đúng dạng ký hiệu trạm + số đếm, như A1000012K7QM.",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the script. Returns 0 verified, 1 refused, 2 undecided or unreadable."""
    speak_utf8()
    parser = argparse.ArgumentParser(
        prog="ocop-verify",
        description="Check a lot bundle offline. / Kiểm tra hồ sơ lô không cần mạng.",
        epilog="Exit status: 0 verified, 1 refused, 2 undecided or unreadable input.",
    )
    parser.add_argument("bundle", type=Path, metavar="FILE", help="lot bundle / hồ sơ lô")
    parser.add_argument(
        "--trust",
        type=Path,
        required=True,
        help="trust file, obtained by another way than the bundle / tệp tin cậy",
    )
    parser.add_argument("--label", help="serial of a scanned label that must be of this lot")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help="language (vi)")
    args = parser.parse_args(argv)
    try:
        trust = Trust.parse(_read(args.trust, args.lang))
        raw = _read(args.bundle, args.lang)
        label = _label(args.label, args.lang)
    except Refusal as refused:
        print(refused.say(args.lang), file=sys.stderr)
        return 2
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    report = verify_bundle(raw, trust, now=dt.datetime.now(dt.UTC), label=label)
    if args.json:
        print(json.dumps(report.as_json(args.lang), ensure_ascii=False, indent=1))
    else:
        print(report.as_text(args.lang), end="")
    return EXIT[report.verdict]


def speak_utf8() -> None:
    """Vietnamese must reach any terminal: what it cannot show is replaced, never a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _read(path: Path, lang: str) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than allowed, so that the verifier says "too large" itself.
            return file.read(MAX_BUNDLE + 1)
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        why = in_vietnamese(why) if lang == "vi" else why
        raise ValueError(_UNREADABLE[lang].format(path=path, why=why)) from wrong


def _label(text: str | None, lang: str) -> tuple[str, int] | None:
    if text is None:
        return None
    tag, counter = text[:2], text[2:-4]
    if len(text) > 20 or not (
        tag.isascii() and tag.isalnum() and counter.isascii() and counter.isdigit()
    ):
        raise ValueError(_BAD_LABEL[lang].format(found=text[:40]))
    return tag, int(counter)


if __name__ == "__main__":
    sys.exit(main())
