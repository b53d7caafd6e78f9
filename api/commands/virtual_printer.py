"""`ocop virtual-printer`: a simulated thermal printer, for trials and training."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.words import Nouns, choose, tell
from api.errors import DoorError
from printers.virtual.server import serve_virtual_printer


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    virtual = nouns.add_parser("virtual-printer", help="a simulated thermal printer, for trials")
    virtual.add_argument("--port", type=int, required=True)
    virtual.add_argument("--out", type=Path, required=True, help="folder for one PNG a label")
    virtual.add_argument("--speed", type=float, help="paper speed in mm/s (as fast as possible)")
    virtual.add_argument("--lang", choices=("vi", "en"))
    virtual.set_defaults(run=run_virtual)


def run_virtual(args: argparse.Namespace) -> int:
    """Run the simulated printer until interrupted."""
    if not 0 <= args.port <= 65_535:
        raise DoorError("port-taken", host="127.0.0.1", port=args.port, why="0 to 65535")
    args.out.mkdir(parents=True, exist_ok=True)

    def ready(address: str) -> None:
        tell(
            choose(
                args.lang,
                f"Virtual printer at {address}, labels in {args.out}. Ctrl-C ends it.",
                f"Máy in ảo ở {address}, tem nằm trong {args.out}. Ctrl-C để dừng.",
            )
        )

    serve_virtual_printer(args.port, args.out, speed_mm_s=args.speed, ready=ready)
    return 0
