"""`ocop hub certificate`: TLS of a hub in a network where no public authority vouches for it."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from api.commands.words import Nouns, choose, give, options, tell
from api.settings import Settings

if TYPE_CHECKING:
    from api.hub.certificate import OwnCertificate


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    hub = nouns.add_parser("hub", help="a hub's own certificate for https")
    verbs = hub.add_subparsers(dest="verb", required=True, metavar="VERB")
    certificate = options(
        verbs.add_parser(
            "certificate", help="make one for a network without a public one, renew or show it"
        ),
        machine=True,
    )
    certificate.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="addresses and names by which stations reach this machine; none: only show it",
    )
    certificate.add_argument(
        "--new-key",
        action="store_true",
        help="make a new key, too; then every station has to be told (ocop station repin)",
    )
    certificate.set_defaults(run=run_certificate)


def run_certificate(args: argparse.Namespace) -> int:
    """Make, renew or show the folder's own certificate."""
    # Read here: both bring in X.509, which nothing else of the command line needs.
    from api.hub.certificate import make_certificate, own_certificate
    from api.hub.certificate_errors import CertificateRefused

    Settings.load(args.dir / "settings.json")  # else it is no folder of a ledger
    if args.names:
        now = dt.datetime.now(dt.UTC)
        found = make_certificate(args.dir, args.names, now, new_key=args.new_key)
    elif args.new_key:
        raise CertificateRefused("key-without-name")
    else:
        shown = own_certificate(args.dir)
        if shown is None:
            raise CertificateRefused("certificate-missing", path=args.dir)
        found = shown
    if args.json:
        give(_as_data(found))
        return 0
    print(_as_text(found, args.lang))
    if args.names:
        tell(_what_next(args))
    return 0


def _as_data(found: OwnCertificate) -> dict[str, Any]:
    return {
        "certificate": str(found.path),
        "names": list(found.names),
        "key": found.pin,
        "until": found.until.strftime("%Y-%m-%d"),
    }


def _as_text(found: OwnCertificate, lang: str) -> str:
    names, until = ", ".join(found.names), found.until.strftime("%Y-%m-%d")
    return choose(
        lang,
        f"Key {found.pin}\nfor {names}, until {until} ({found.path})",
        f"Khóa {found.pin}\ncho {names}, đến {until} ({found.path})",
    )


def _what_next(args: argparse.Namespace) -> str:
    if args.new_key:
        return choose(
            args.lang,
            "Start ocop serve --tls anew. Stations that joined before refuse the new key until "
            "somebody there types: ocop station repin KEY. Tell them by telephone, not over this "
            "network. Open tickets name the old key: invite anew.",
            "Hãy khởi động lại ocop serve --tls. Các trạm đã tham gia sẽ từ chối khóa mới cho đến khi "
            "có người ở đó gõ: ocop station repin KHÓA. Hãy báo họ qua điện thoại, đừng qua chính "
            "mạng này. Vé đang mở còn ghi khóa cũ: hãy mời lại.",
        )
    return choose(
        args.lang,
        "Serve with it: ocop serve --tls --host 0.0.0.0. Tickets for these names carry the key by "
        "themselves: ocop station invite --url https://NAME:PORT. Renewed with other names the key "
        "stays, and stations need not be told.",
        "Dùng nó: ocop serve --tls --host 0.0.0.0. Vé mời tới các tên này tự mang theo khóa: ocop "
        "station invite --url https://TÊN:CỔNG. Khi làm lại với tên khác, khóa vẫn giữ nguyên nên "
        "không cần báo các trạm.",
    )
