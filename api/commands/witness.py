"""`ocop witness` and `ocop auditor`: co-sign other people's logs; `ocop witness ask`: be co-signed."""

from __future__ import annotations

import argparse
import datetime as dt
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from api.background.cosigning import Cosigner
from api.commands.witness_words import contradictions, heard_text, log_text, next_steps
from api.commands.words import Nouns, choose, give, opened, options, read_file, tell
from api.witness.cosigned import POLICY_FILE
from api.witness.errors import WitnessError
from api.witness.fetching import usable, without_pass
from api.witness.folder import WitnessFolder, make_witness, opened_witness
from api.witness.store import Log
from ledger.verify.note import ED25519, NoteKey, NoteRefused
from ledger.verify.trust import Trust

DEFAULT_PORT = 8473
_ASKING = 10.0


def add_to(nouns: Nouns) -> None:
    """Add both commands."""
    witness = nouns.add_parser(
        "witness", help="co-sign logs of others (consistency), or have this one co-signed"
    )
    auditor = nouns.add_parser("auditor", help="co-sign logs whose every entry was examined here")
    for kind, noun in (("witness", witness), ("auditor", auditor)):
        verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
        init = _own(verbs.add_parser("init", help="make a witness: its key and its memory"))
        init.add_argument("--name", required=True, help="name of its key, such as tinh.example/w1")
        init.set_defaults(run=run_init, kind=kind)
        add = _own(verbs.add_parser("add-log", help="begin to co-sign a log"))
        add.add_argument("--trust", type=Path, help="the log's trust file, got another way")
        add.add_argument("--key", help="or the log's key alone (name+hash+base64)")
        add.add_argument("--origin", help="first line of its checkpoints (the name of its key)")
        add.add_argument(
            "--url", help="where the log is read: https://HOST/log (an auditor's need)"
        )
        add.set_defaults(run=run_add_log, kind=kind)
        serve = _own(verbs.add_parser("serve", help="answer POST /add-checkpoint"))
        serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        serve.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port ({DEFAULT_PORT})")
        serve.set_defaults(run=run_serve, kind=kind)
        show = _own(verbs.add_parser("show", help="its key, and how far each log is"))
        show.add_argument("--json", action="store_true", help="print JSON, with kept evidence")
        show.set_defaults(run=run_show, kind=kind)
        if kind == "witness":
            ask = options(
                verbs.add_parser("ask", help=f"ask the witnesses in {POLICY_FILE} of a ledger now"),
                machine=True,
            )
            ask.set_defaults(run=run_ask)


def _own(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    # OCOP_DIR does not stand in here: it names a ledger, and a witness is none.
    parser.add_argument("--dir", type=Path, required=True, help="folder of the witness")
    parser.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    return parser


def run_init(args: argparse.Namespace) -> int:
    """Make the folder; the verifier key goes to stdout."""
    vkey = make_witness(args.dir, args.name, args.kind)
    print(vkey.format())
    tell(next_steps(args.dir, args.kind, args.lang))
    return 0


def run_add_log(args: argparse.Namespace) -> int:
    """Take a log in."""
    if args.kind == "auditor" and (args.trust is None or args.url is None):
        raise WitnessError("log-trust-missing")
    if args.url is not None and not usable(args.url):
        raise WitnessError("log-url-wrong", found=args.url)
    roots: frozenset[str] = frozenset()
    if args.trust is not None:
        trust = Trust.parse(read_file(args.trust))
        key, roots = trust.log_key, trust.roots
    elif args.key is not None:
        key = NoteKey.parse(args.key)
    else:
        raise WitnessError("log-key-missing")
    if key.type != ED25519:
        raise NoteRefused("not_a_log_key", name=key.name)
    url = None if args.url is None else args.url.rstrip("/")
    with opened_witness(args.dir, args.kind) as own:
        log = Log(args.origin or key.name, key, roots, url)
        own.store.add_log(log)
        # Its whole name: two witnesses whose keys end in /w1 may stand in one policy.
        line = f"witness {own.vkey.name} {own.vkey.format()} http(s)://..."
    tell(
        choose(
            args.lang,
            f"{log.origin} is witnessed here. Its operator writes into {POLICY_FILE}:\n  {line}",
            f"Đã chứng kiến sổ {log.origin}. Bên vận hành sổ ghi vào {POLICY_FILE}:\n  {line}",
        )
    )
    return 0


def run_serve(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    import signal

    from api.commands.serve import listen
    from api.watching.logging_setup import set_up_logs
    from api.witness.app import server_for, witness_app
    from api.witness.cosigner import Witness
    from api.witness.following import Auditor
    from ledger.store.locks import Leaderships

    set_up_logs()
    with ExitStack() as stack:
        own: WitnessFolder = stack.enter_context(opened_witness(args.dir, args.kind))
        alone = Leaderships(args.dir / "witness.db")
        stack.callback(alone.close)
        if not alone.lead("serving"):
            raise WitnessError("witness-serving", path=args.dir)
        examine = None
        if args.kind == "auditor":
            auditor = Auditor(args.dir, own.store)
            stack.callback(auditor.close)
            auditor.look()
            examine = auditor.examine
        witness = Witness(own.store, own.signer.private, lambda: int(time.time()), examine)
        listener = listen(args.host, args.port)
        server = server_for(witness_app(witness, own.vkey.format()))

        def end(*_: object) -> None:
            server.should_exit = True

        # The server hands its signals on when it has ended, and SIGTERM would skip the closing.
        before = signal.signal(signal.SIGTERM, end)
        stack.callback(signal.signal, signal.SIGTERM, before)
        where = f"http://{args.host}:{listener.getsockname()[1]}"
        logs = len(own.store.logs())
        tell(
            choose(
                args.lang,
                f"{own.vkey.name} co-signs {logs} logs at {where}. Ctrl-C ends it.",
                f"{own.vkey.name} đồng ký {logs} sổ tại {where}. Ctrl-C để dừng.",
            )
        )
        server.run(sockets=[listener])
    return 0


def run_show(args: argparse.Namespace) -> int:
    """What it knows; 1 when something stands against a log."""
    with opened_witness(args.dir, args.kind) as own:
        found = [_log_state(own, log) for log in own.store.logs()]
        vkey = own.vkey.format()
    if args.json:
        give({"kind": args.kind, "key": vkey, "logs": found})
    else:
        print(f"{args.kind} {vkey}")
        for one in found:
            print(log_text(one, args.lang))
    return 1 if any(one["fault"] or contradictions(one) for one in found) else 0


def _log_state(own: WitnessFolder, log: Log) -> dict[str, Any]:
    head = own.store.head(log.origin)
    size, fault = own.store.audited(log.origin)
    return {
        "origin": log.origin,
        "key": log.key.format(),
        "url": None if log.url is None else without_pass(log.url),
        "size": head.size,
        "cosigned": _moment(head.at),
        "audited": size if own.kind == "auditor" else None,
        "fault": fault,
        "evidence": [
            {"why": one.why, "at": _moment(one.at), "checkpoint": one.note, "beside": one.beside}
            for one in own.store.evidence(log.origin)
        ],
    }


def _moment(seconds: int) -> str | None:
    if not seconds:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def run_ask(args: argparse.Namespace) -> int:
    """Ask now, and say how each witness stands; 1 when the quorum was not met."""
    with opened(args) as services:
        cosigned = services.cosigned
        if cosigned.policy() is None:
            raise WitnessError("policy-missing", path=args.dir / POLICY_FILE)
        met = Cosigner(services).once(_ASKING)
        standing = cosigned.standing()
        sealed = services.log.size
    if args.json:
        give(
            {
                "quorum_met": met,
                "sealed": sealed,
                "quorum_size": standing.quorum_size,
                "witnesses": {
                    name: {"size": one.size, "trouble": None if one.said is None else one.said[0]}
                    for name, one in standing.witnesses.items()
                },
            }
        )
    else:
        for name, one in standing.witnesses.items():
            print(heard_text(name, one, args.lang))
        print(
            choose(
                args.lang,
                f"Quorum {'met' if met else 'NOT met'} for {sealed} entries.",
                f"{'Đủ' if met else 'CHƯA đủ'} số bên chứng kiến cho {sealed} phiếu.",
            )
        )
    return 0 if met else 1
