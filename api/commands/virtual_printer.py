"""`ocop virtual-printer`: a simulated thermal printer, for trials and training."""

from __future__ import annotations

import argparse
import contextlib
import threading
from pathlib import Path

from api.commands.serve import listen
from api.commands.words import Nouns, choose, tell
from api.errors import DoorError
from api.paper.app import showing
from printers.virtual.server import VirtualPrinter
from printers.virtual.stock import Stock

_HOST = "127.0.0.1"


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    virtual = nouns.add_parser("virtual-printer", help="a simulated thermal printer, for trials")
    virtual.add_argument("--port", type=int, required=True)
    virtual.add_argument("--out", type=Path, required=True, help="folder for one PNG a label")
    virtual.add_argument("--page", type=int, metavar="PORT", help="port of its page")
    virtual.add_argument("--language", choices=("escpos", "tspl"), default="escpos")
    virtual.add_argument("--speed", type=_speed, help="paper speed in mm/s (as fast as possible)")
    virtual.add_argument(
        "--media", type=_stock, help="gap:50x40, mark:50x40 or continuous:58 (whatever is printed)"
    )
    virtual.add_argument("--serial", action="store_true", help="also a serial line to it")
    virtual.add_argument("--baud", type=int, default=115_200, help="of that line (115200)")
    virtual.add_argument("--lang", choices=("vi", "en"))
    virtual.set_defaults(run=run_virtual)


def run_virtual(args: argparse.Namespace) -> int:
    """Run the simulated printer until interrupted."""
    _port(args.port)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        printer = VirtualPrinter(
            args.out, args.port, None, args.speed, language=args.language, stock=args.media
        )
    except OSError as wrong:
        raise DoorError("port-taken", host=_HOST, port=args.port, why=str(wrong)) from wrong
    with contextlib.ExitStack() as open_now:
        open_now.enter_context(printer)
        tell(
            choose(
                args.lang,
                f"Virtual printer at {printer.address}, labels in {args.out}. Ctrl-C ends it.",
                f"Máy in ảo ở {printer.address}, tem nằm trong {args.out}. Ctrl-C để dừng.",
            )
        )
        if args.serial:
            # Pseudo-terminals are of POSIX: elsewhere everything but this option works.
            from printers.virtual.serial_line import SerialLine

            line = open_now.enter_context(SerialLine(printer.address, args.baud))
            tell(
                choose(
                    args.lang,
                    f"Serial line to it: {line.address}",
                    f"Cổng nối tiếp của nó: {line.address}",
                )
            )
        if args.page is not None:
            listener = listen(_HOST, _port(args.page))
            open_now.enter_context(showing(printer, listener))
            shown = f"http://{_HOST}:{listener.getsockname()[1]}/"
            tell(choose(args.lang, f"Its page: {shown}", f"Trang của nó: {shown}"))
        with contextlib.suppress(KeyboardInterrupt):
            # A bounded wait, since an unbounded one cannot be interrupted on Windows.
            until = threading.Event()
            while not until.wait(0.5):
                pass
    return 0


def _port(port: int) -> int:
    if not 0 <= port <= 65_535:
        raise DoorError("port-taken", host=_HOST, port=port, why="0 to 65535")
    return port


def _stock(text: str) -> Stock:
    try:
        return Stock.parse(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}, expected 1 to 1000 mm/s")
    return speed
