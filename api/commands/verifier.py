"""`ocop verifier`: writes the verifier as one HTML file, for an inspectorate to host or carry."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from api.commands.words import Nouns, choose, read_file, tell, write_file
from api.pages.verifier_file import verifier_file
from ledger.verify.trust import Trust


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    verifier = nouns.add_parser(
        "verifier", help="the verifier as one HTML file that opens from a disk, without network"
    )
    verifier.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    verifier.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help="a trust file to build in, so that only a bundle has to be chosen",
    )
    verifier.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    verifier.set_defaults(run=run_verifier)


def run_verifier(args: argparse.Namespace) -> int:
    """Write the file and say its SHA-256, which is to be published."""
    trust = None
    if args.trust is not None:
        trust = read_file(args.trust)
        Trust.parse(trust)
    made = verifier_file(trust)
    write_file(args.output, made)
    digest = hashlib.sha256(made).hexdigest()
    print(f"{digest}  {args.output}")
    tell(
        choose(
            args.lang,
            f"Wrote {args.output}. Publish its SHA-256, so that others can tell a true copy.",
            f"Đã ghi {args.output}. Hãy công bố mã SHA-256 để người khác nhận ra bản đúng.",
        )
    )
    return 0
