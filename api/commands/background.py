"""`ocop sequence` and `ocop project`: one background role in the foreground, for a service manager."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from threading import Event

from api.background import projecting, sequencer
from api.background.lifeline import end_with_parent, until_told
from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.background.starting import opened_patiently
from api.background.threads import Role
from api.bootstrap import Services
from api.commands.words import Nouns, choose, options, tell
from api.watching.logging_setup import set_up_logs
from api.watching.watch import present


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    sequence = options(
        nouns.add_parser("sequence", help="seal what other processes record, until interrupted")
    )
    sequence.set_defaults(run=run_sequence)
    project = options(
        nouns.add_parser(
            "project", help="keep this machine's read models in step, until interrupted"
        )
    )
    project.set_defaults(run=run_project)
    for parser in (sequence, project):
        parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)


def run_sequence(args: argparse.Namespace) -> int:
    """Seal until told to stop; a second one stands in."""
    role = sequencer.ROLE
    return _run(args, role, lambda to: Sequencer(to).run, "Sequencer", "Tiến trình niêm phong")


def run_project(args: argparse.Namespace) -> int:
    """Project until told to stop; a second one on the same machine stands in."""
    role = projecting.ROLE
    return _run(
        args, role, lambda to: ProjectionLoop(to).run, "Projector", "Tiến trình cập nhật bảng"
    )


def _run(
    args: argparse.Namespace,
    name: str,
    role: Callable[[Services], Role],
    english: str,
    vietnamese: str,
) -> int:
    stop = Event()
    set_up_logs()
    with until_told(stop):
        if args.lifeline is None:
            # Whether it leads is known only later, and then it is logged.
            tell(
                choose(
                    args.lang,
                    f"{english} of {args.dir}: waits as stand-in until it leads. Ctrl-C ends it.",
                    f"{vietnamese} của {args.dir}: chờ dự phòng cho đến khi dẫn đầu. Ctrl-C để dừng.",
                )
            )
        else:
            end_with_parent(args.lifeline, stop.set)
        with opened_patiently(args.dir, stop) as services:
            if services is not None:
                with present(args.dir, name):
                    role(services)(stop)
    return 0
