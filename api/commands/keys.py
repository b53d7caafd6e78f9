"""`ocop keys`: the words of every verb; what they do is in the modules beside this one."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import keys_admin, keys_changes, keys_files, keys_looking, keys_roots
from api.commands.words import Nouns, options

REASONS = ("replaced", "key-lost", "key-stolen", "other")
_NAME = "file in keys/ without .pem (HTX-NL.station), or 8 or more digits of a key id"
_FILE = "name of a file in keys/ without .pem (HTX-NL.station), or a path"


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    keys = nouns.add_parser(
        "keys",
        help="keys: look, replace, end, stand by statements, encrypt, print on paper, keys elsewhere",
        description="A change is recorded in the ledger and cannot be taken back: try it with "
        "--dry-run first, which shows exactly what will be recorded and writes nothing. See "
        "docs/operating.md, Keys.",
    )
    verbs = keys.add_subparsers(dest="verb", required=True, metavar="VERB")
    _looking(verbs)
    _changes(verbs)
    _files(verbs)
    _roots(verbs)
    _admins(verbs)


def _looking(verbs: Nouns) -> None:
    one = options(verbs.add_parser("list", help="every key of the ledger"), machine=True)
    one.add_argument("--party", help="of one party only")
    one.set_defaults(run=keys_looking.run_list)
    one = options(
        verbs.add_parser("show", help="one key: whose, since when, until when"), machine=True
    )
    one.add_argument("key", metavar="KEY", help=_NAME)
    one.set_defaults(run=keys_looking.run_show)
    one = options(
        verbs.add_parser("disputed", help="statements of stolen keys that nobody stands by yet"),
        machine=True,
    )
    one.add_argument("--party", help="of one party only")
    one.set_defaults(run=keys_looking.run_disputed)


def _changes(verbs: Nouns) -> None:
    one = _changing(verbs, "new", "make a key of a party on this machine and enrol it")
    one.add_argument("name", metavar="NAME", help="PARTY.station or PARTY.admin")
    one.set_defaults(run=keys_changes.run_new)
    one = _changing(verbs, "enrol", "enrol a key that was made on another machine")
    one.add_argument("request", type=Path, metavar="REQUEST", help="file of: ocop keys request")
    one.set_defaults(run=keys_changes.run_enrol)
    one = _changing(verbs, "rotate", "a new key in an old one's place: enrol, retire, in one go")
    one.add_argument("name", metavar="NAME", help="PARTY.station or PARTY.admin, a file in keys/")
    one.add_argument("--reason", choices=REASONS, default="replaced")
    one.set_defaults(run=keys_changes.run_rotate)
    one = _changing(verbs, "retire", "end a key; what it signed stays good", aliases=["end"])
    one.add_argument("key", metavar="KEY", help=_NAME)
    one.add_argument("--reason", choices=REASONS, default="other")
    one.set_defaults(run=keys_changes.run_retire)
    one = _changing(verbs, "compromise", "end a stolen key; what it signed since is in dispute")
    one.add_argument("key", metavar="KEY", help=_NAME)
    since = one.add_mutually_exclusive_group(required=True)
    since.add_argument(
        "--last-good",
        type=int,
        metavar="SIZE",
        help="statements of the ledger while the key was surely in good hands",
    )
    since.add_argument(
        "--before",
        metavar="TIME",
        help="the last checkpoint before this time (2026-11-20T18:00:00+07:00)",
    )
    one.add_argument("--reason", choices=REASONS, default="key-stolen")
    one.set_defaults(run=keys_changes.run_compromise)
    one = _changing(verbs, "reattest", "stand by disputed statements of the own party")
    one.add_argument("entries", nargs="*", metavar="ENTRY", help="ids of statements")
    one.add_argument("--party", help="whose; not needed when this machine has one admin key")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--all-of", nargs=2, metavar=("ITEM", "LOT"), help="those of one lot")
    which.add_argument("--all", action="store_true", help="all of the party")
    one.set_defaults(run=keys_changes.run_reattest)


def _changing(
    verbs: Nouns, name: str, words: str, aliases: list[str] | None = None
) -> argparse.ArgumentParser:
    one = options(verbs.add_parser(name, help=words, aliases=aliases or []), machine=True)
    one.add_argument(
        "--dry-run", action="store_true", help="show what would be recorded, write nothing"
    )
    return one


def _files(verbs: Nouns) -> None:
    one = _beside(verbs, "make", "make a key file, such as a root key's on a machine of its own")
    one.add_argument("file", type=Path, metavar="FILE")
    one.set_defaults(run=keys_files.run_make)
    one = _beside(verbs, "request", "ask that a key made here be enrolled in a ledger elsewhere")
    one.add_argument("file", type=Path, metavar="FILE", help="key file; made when it is not there")
    one.add_argument("--origin", required=True, help="name of the ledger")
    one.add_argument("--party", required=True)
    one.add_argument("--role", choices=("admin", "station"), required=True)
    one.add_argument(
        "--tag", help="a station's mark in its serials; ocop keys list names a free one"
    )
    one.add_argument("--held", choices=("station", "browser", "hardware", "hub"), default="station")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="REQUEST")
    one.set_defaults(run=keys_files.run_request)
    for name, words, run in (
        ("encrypt", "encrypt a key file with a passphrase", keys_files.run_encrypt),
        ("decrypt", "take the passphrase off a key file", keys_files.run_decrypt),
    ):
        one = _beside(verbs, name, words)
        one.add_argument("name", metavar="KEY", help=_FILE)
        one.set_defaults(run=run)
    one = _beside(verbs, "paper", "a page with the key to print and lock away")
    one.add_argument("name", metavar="KEY", help=_FILE)
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    one.set_defaults(run=keys_files.run_paper)
    one = _beside(verbs, "restore", "a key file from its paper")
    one.add_argument("name", metavar="KEY", help=_FILE)
    one.add_argument("--from", dest="source", type=Path, metavar="PHOTO", help="picture or text")
    one.add_argument("--dry-run", action="store_true", help="only try whether the paper is good")
    one.set_defaults(run=keys_files.run_restore)


def _roots(verbs: Nouns) -> None:
    one = options(
        verbs.add_parser("root-request", help="write what root keys kept elsewhere shall sign")
    )
    one.add_argument("-o", "--output", type=Path, required=True, metavar="REQUEST")
    one.add_argument("--register", type=Path, metavar="SETUP.json", help="parties of a set-up file")
    one.add_argument(
        "--enrol",
        action="append",
        default=[],
        metavar="KEY",
        help="admin key: file of ocop keys request, or name in keys/ (HTX-NL.admin)",
    )
    one.add_argument("--retire", action="append", default=[], metavar="KEY", help=_NAME)
    one.add_argument("--compromise", metavar="KEY", help=_NAME)
    one.add_argument("--last-good", type=int, metavar="SIZE", help="of --compromise")
    one.add_argument("--reason", choices=REASONS)
    one.set_defaults(run=keys_roots.run_request)
    one = _beside(verbs, "root-sign", "sign a request with a root key; needs no ledger")
    one.add_argument("request", type=Path, metavar="REQUEST")
    one.add_argument("--key", type=Path, required=True, metavar="FILE", help="the root key")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="VOTE")
    one.add_argument("--yes", action="store_true", help="the request was read and is right")
    one.set_defaults(run=keys_roots.run_sign)
    one = _changing(verbs, "root-apply", "record what root keys have signed")
    one.add_argument("request", type=Path, metavar="REQUEST")
    one.add_argument("votes", type=Path, nargs="+", metavar="VOTE")
    one.set_defaults(run=keys_roots.run_apply)


def _admins(verbs: Nouns) -> None:
    one = options(
        verbs.add_parser(
            "admin-request",
            help="write what a party's admin key kept elsewhere shall sign",
            description="Stations of the party that wait to be let in are always in it. Without "
            "--party, one file for each party that has such stations.",
        )
    )
    one.add_argument("--party", help="whose admin is asked")
    one.add_argument(
        "-o", "--output", type=Path, required=True, metavar="REQUEST", help="file, or folder"
    )
    one.add_argument(
        "--enrol",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="station key: file of ocop keys request",
    )
    one.add_argument("--retire", action="append", default=[], metavar="KEY", help=_NAME)
    one.add_argument("--compromise", metavar="KEY", help=_NAME)
    one.add_argument("--last-good", type=int, metavar="SIZE", help="of --compromise")
    one.add_argument("--reason", choices=REASONS)
    one.add_argument(
        "--register", type=Path, metavar="SETUP.json", help="sites, items ... of a set-up file"
    )
    one.set_defaults(run=keys_admin.run_request)
    one = _beside(
        verbs, "admin-sign", "read a request and sign it; needs no ledger", aliases=["sign"]
    )
    one.add_argument("request", type=Path, metavar="REQUEST")
    one.add_argument("--key", type=Path, metavar="FILE", help="the party's admin key")
    one.add_argument("-o", "--output", type=Path, metavar="ANSWER")
    one.add_argument("--yes", action="store_true", help="the request was read and is right")
    one.add_argument("--dry-run", action="store_true", help="only show what would be signed")
    one.set_defaults(run=keys_admin.run_sign)
    one = _changing(verbs, "admin-apply", "record what admins have signed elsewhere")
    one.add_argument("answers", type=Path, nargs="+", metavar="ANSWER")
    one.set_defaults(run=keys_admin.run_apply)


def _beside(
    verbs: Nouns, name: str, words: str, aliases: list[str] | None = None
) -> argparse.ArgumentParser:
    """A verb that works without a ledger; --dir only says where keys/ is."""
    one = verbs.add_parser(name, help=words, aliases=aliases or [])
    return options(one, machine=True, folder_needed=False)
