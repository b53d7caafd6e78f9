"""`ocop init` and `ocop rebuild`: the folder itself."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from api.bootstrap import Services, create
from api.commands import database
from api.commands.progress import Progress, progress
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.errors import DoorError
from api.keys.wiring import Roots, public_key
from api.settings import Settings, checked_base_url, checked_proxy
from api.stores import has_ledger
from ledger.errors import LedgerError
from ledger.projections.rebuilding import rebuild
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
    init.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network of a reverse proxy whose X-Forwarded-For is believed, for scan "
        "counts only; may be repeated",
    )
    init.add_argument(
        "--roots",
        type=int,
        default=1,
        metavar="N",
        help="root keys to make here, each to be taken to a place of its own (1)",
    )
    init.add_argument(
        "--root-public",
        action="append",
        default=[],
        metavar="HEX",
        help="public key of a root key that was made elsewhere (ocop keys make); may be repeated",
    )
    init.add_argument(
        "--threshold",
        type=int,
        default=1,
        metavar="M",
        help="root keys that must agree, for ever (1)",
    )
    database.add_init_options(init)
    init.set_defaults(run=run_init)
    again = options(nouns.add_parser("rebuild", help="rebuild the projections, with progress"))
    again.set_defaults(run=run_rebuild)


def run_init(args: argparse.Namespace) -> int:
    """Make a ledger, or confirm the label address of one."""
    base = None if args.base_url is None else checked_base_url(args.base_url)
    path = args.dir / "settings.json"
    if has_ledger(args.dir):
        if args.database is not None:
            raise LedgerError("store-exists", path=args.dir)
        return _confirm_base(args, base)
    roots = Roots(args.roots, args.threshold, tuple(map(public_key, args.root_public)))
    proxies = tuple(map(checked_proxy, args.trusted_proxy))
    settings = Settings(args.origin or _DEFAULT_ORIGIN, base, trusted_proxies=proxies)
    with _made(args, settings, roots) as services:
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
        if roots.threshold > 1 or len(roots.names()) > 1:
            tell(_several_roots(args, roots))
        if base is None:
            tell(_no_base(args))
        if args.json:
            give(
                {
                    "dir": str(args.dir),
                    "origin": settings.origin,
                    "settings": path.name,
                    "store": services.store.location,
                }
            )
    return 0


@contextmanager
def _made(args: argparse.Namespace, settings: Settings, roots: Roots) -> Iterator[Services]:
    """The new ledger; a database founded for it is undone when the rest fails."""
    with ExitStack() as undoing:
        if args.database is not None:
            made = undoing.enter_context(
                database.founded(args.dir, args.database, args.app_database)
            )
            settings = replace(settings, database=made.application_dsn)
            tell(
                choose(
                    args.lang,
                    f"The database has its tables and guards; the program uses it as {made.role}.",
                    f"Đã tạo bảng và lớp bảo vệ; chương trình dùng vai trò {made.role}.",
                )
            )
        services = create(args.dir, settings, roots=roots)
        try:
            yield services
        finally:
            services.close()


def _confirm_base(args: argparse.Namespace, base: str | None) -> int:
    """Set the label address of an existing ledger, once."""
    path = args.dir / "settings.json"
    settings = Settings.load(path)
    if base is None or settings.base_url not in {None, base}:
        raise LedgerError("store-exists", path=args.dir)
    replace(settings, base_url=base).save(path)
    tell(choose(args.lang, f"Labels will lead to {base}.", f"Tem sẽ dẫn tới {base}."))
    return 0


def _several_roots(args: argparse.Namespace, roots: Roots) -> str:
    files = ", ".join(f"{name}.pem" for name in roots.names())
    total = roots.made + len(roots.others)
    return choose(
        args.lang,
        f"{roots.threshold} of {total} root keys must agree from now on. After the parties are set up "
        f"take each of {files} to a place of its own: ocop keys paper, then delete it here.",
        f"Từ nay cần {roots.threshold} trong {total} khóa gốc cùng ký. Sau khi lập xong các cơ sở, hãy "
        f"đưa mỗi khóa {files} tới một nơi riêng: ocop keys paper, rồi xóa ở đây.",
    )


def _no_base(args: argparse.Namespace) -> str:
    return choose(
        args.lang,
        "No public address yet: labels lead to this machine only. Set it once with --base-url.",
        "Chưa có địa chỉ công khai: tem chỉ dẫn tới máy này. Hãy đặt một lần bằng --base-url.",
    )


def refuse_altered(services: Services, on_progress: Progress) -> None:
    """Hash every entry again: views of a ledger that is not the sealed one would be lies."""
    tree, first, total = CompactRange(), 0, services.store.size()
    while rows := services.store.sealed(first, 1000):
        for _, raw in rows:
            tree.append(leaf_hash(raw))
        first = rows[-1][0] + 1
        on_progress(min(first, total), total)
    head = services.log.head()
    if head is not None and (tree.size, tree.root()) != (head.size, head.root):
        raise DoorError("ledger-altered", size=head.size)


def run_rebuild(args: argparse.Namespace) -> int:
    """Rebuild the read models; pages go on with the old ones until the new are complete."""
    # Not settled: what a damaged or deleted file lacks would be projected twice.
    with opened(args, settle=False) as services:
        refuse_altered(services, progress(args.lang, "checked", "đã kiểm tra"))
        total = services.reading.size()
        told = progress(args.lang, "rebuilt", "đã dựng lại")
        started = time.monotonic()
        size = rebuild(
            services.reading,
            services.tables.path,
            lambda done: told(min(done, total), total),
            lambda: tell(choose(args.lang, "Taking them into use …", "Đang đưa vào dùng …")),
        )
        seconds = time.monotonic() - started
        tell(
            choose(
                args.lang,
                f"{size} statements in {seconds:.1f} s.",
                f"{size} phiếu, {seconds:.1f} giây.",
            )
        )
    return 0
