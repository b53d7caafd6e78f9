"""`ocop init` and `ocop rebuild`: the folder itself."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from api.bootstrap import Services, create
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.errors import DoorError
from api.settings import Settings, checked_base_url
from ledger.errors import LedgerError
from ledger.verify.merkle import CompactRange, leaf_hash

_DEFAULT_ORIGIN = "ocop.local/ledger"


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    init = options(
        nouns.add_parser("init", help="make a new ledger: keys, genesis, settings"), machine=True
    )
    init.add_argument(
        "--origin",
        default=None,
        help=f"name of the log, kept for ever ({_DEFAULT_ORIGIN})",
    )
    init.add_argument(
        "--base-url",
        help="public address that every label will carry; can be set once later by running init again",
    )
    init.set_defaults(run=run_init)
    rebuild = options(nouns.add_parser("rebuild", help="rebuild the projections, with progress"))
    rebuild.set_defaults(run=run_rebuild)


def run_init(args: argparse.Namespace) -> int:
    """Make a ledger, or confirm the label address of one."""
    base = None if args.base_url is None else checked_base_url(args.base_url)
    path = args.dir / "settings.json"
    if (args.dir / "ledger.db").exists():
        return _confirm_base(args, base)
    settings = Settings(args.origin or _DEFAULT_ORIGIN, base)
    services = create(args.dir, settings)
    try:
        trust = services.trust()
        (args.dir / "trust.json").write_bytes(trust)
        tell(
            choose(
                args.lang,
                f"A new ledger is in {args.dir}. Keep {args.dir / 'keys'} safe and give trust.json to "
                "inspectors by another way than your bundles.",
                f"Đã tạo sổ mới trong {args.dir}. Hãy giữ kỹ thư mục {args.dir / 'keys'} và đưa tệp "
                "trust.json cho cán bộ kiểm tra bằng đường riêng.",
            )
        )
        if base is None:
            tell(_no_base(args))
        if args.json:
            give({"dir": str(args.dir), "origin": settings.origin, "settings": path.name})
    finally:
        services.close()
    return 0


def _confirm_base(args: argparse.Namespace, base: str | None) -> int:
    """Set the label address of an existing ledger, once."""
    path = args.dir / "settings.json"
    settings = Settings.load(path)
    if base is None or settings.base_url not in {None, base}:
        raise LedgerError("store-exists", path=args.dir)
    replace(settings, base_url=base).save(path)
    tell(choose(args.lang, f"Labels will lead to {base}.", f"Tem sẽ dẫn tới {base}."))
    return 0


def _no_base(args: argparse.Namespace) -> str:
    return choose(
        args.lang,
        "No public address yet: labels lead to this machine only. Set it once with --base-url.",
        "Chưa có địa chỉ công khai: tem chỉ dẫn tới máy này. Hãy đặt một lần bằng --base-url.",
    )


def refuse_altered(services: Services) -> None:
    """Hash every entry again: views of a ledger that is not the sealed one would be lies."""
    tree, first = CompactRange(), 0
    while rows := services.store.sealed(first, 1000):
        for _, raw in rows:
            tree.append(leaf_hash(raw))
        first = rows[-1][0] + 1
    head = services.log.head()
    if head is not None and (tree.size, tree.root()) != (head.size, head.root):
        raise DoorError("ledger-altered", size=head.size)


def run_rebuild(args: argparse.Namespace) -> int:
    """Rebuild the read models."""
    with opened(args) as services:
        total = max(services.store.size(), 1)
        started = time.monotonic()

        def progress(size: int) -> None:
            left = choose(args.lang, "rebuilding", "đang dựng lại")
            end = "\n" if size >= services.store.size() else "\r"
            print(f"{left} {size}/{total} ({100 * size // total} %)", end=end, file=sys.stderr)

        refuse_altered(services)
        size = services.projector.rebuild(progress)
        seconds = time.monotonic() - started
        tell(
            choose(
                args.lang,
                f"{size} statements in {seconds:.1f} s.",
                f"{size} phiếu, {seconds:.1f} giây.",
            )
        )
    return 0
