"""A new key in an old one's place on this machine, in steps that may be cut off anywhere.

1. the new key file is written as `NAME.next`; 2. it is enrolled; 3. the old key is retired;
4. the files change places. The same command again goes on where it was cut off: what the log says
decides, and the file `NAME.next` is there until the last step.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services
from api.keys.changing import Step, end_of, record
from api.keys.errors import KeysError
from api.keys.looking import SHORT
from api.keys.passphrases import asked
from api.keys.wiring import next_tag, signers_of
from ledger.domain.drafts import Draft
from ledger.founding import enrolment
from ledger.key_files import sync_folder
from ledger.signing import Signer, load_key, save_key
from ledger.verify.keys import ROOT_PARTY

_ROLES = ("admin", "station")


def party_and_role(name: str) -> tuple[str, str]:
    """`HTX-NL.station` -> party and role. KeysError `key-fixed`, `key-unclear`."""
    party, _, role = name.rpartition(".")
    if role not in _ROLES or not party:
        if name == "log" or name.partition("-")[0] == "root":
            raise KeysError("key-fixed", role=name)
        raise KeysError("key-unclear", found=name)
    return party, role


def enrolment_of(services: Services, name: str, new: Signer) -> Step:
    """The step that enrols a key under a file name."""
    party, role = party_and_role(name)
    keys, now = services.ledger.history.keys, services.station.now_text()
    tag = next_tag(keys, party) if role == "station" else None
    by = ROOT_PARTY if role == "admin" else party
    return Step(enrolment(services.settings.origin, new, party, role, now, by=by, tag=tag))


def rehearsed_enrolment(services: Services, name: str) -> Step:
    """The same for a key that is not made yet: with one that is nowhere kept."""
    return enrolment_of(services, name, Signer.of(Ed25519PrivateKey.generate()))


def add(services: Services, name: str) -> Signer:
    """Make a key for a party on this machine and enrol it; the file is `keys/NAME.pem`.

    A file that is there and was not enrolled (a cut-off, or waiting for the roots) is enrolled.

    Raises:
        KeysError: `file-exists`, when its key is enrolled.
        RootsNeeded: the file is made and waits for a request to the roots.
    """
    path = services.folder / "keys" / f"{name}.pem"
    new = key_in(path)
    if new.keyid in services.ledger.history.keys.records:
        raise KeysError("file-exists", path=path)
    record(services, [enrolment_of(services, name, new)])
    services.station.signers = signers_of(path.parent)
    return new


def rotate(services: Services, name: str, reason: str) -> Signer:
    """Enrol a new key, retire the old one, put the new file in its place; returns the new one.

    Raises:
        KeysError: `key-not-here`, `key-not-enrolled`, `key-fixed`.
        RootsNeeded: the new file waits for a request to the roots; then the same again.
    """
    party, role = party_and_role(name)
    path = services.folder / "keys" / f"{name}.pem"
    following = path.with_suffix(".next")
    book = services.ledger.history.keys
    if not path.exists():
        if not following.exists():
            raise KeysError("key-not-here", path=path)
        return _take_place(services, path, None)  # cut off between the two renamings
    old = load_key(path, asked)
    if old.keyid not in book.records:
        raise KeysError("key-not-enrolled", path=path)
    new = key_in(following)
    if new.keyid not in book.records:
        record(services, [enrolment_of(services, name, new)])
    known = book.records[old.keyid]
    if known.ended is None:
        body = {"keyid": old.keyid.hex(), "reason": reason}
        # The new admin key ends the old one: the roots need not be asked twice.
        step = (
            Step(Draft("key-retired", party, services.station.now_text(), body), new)
            if role == "admin"
            else end_of(services, known, "key-retired", {"reason": reason})
        )
        record(services, [step])
    return _take_place(services, path, old)


def put_aside(path: Path, keyid: bytes) -> Path:
    """Rename the file of an ended key, so that nobody signs with it; it is kept, as evidence."""
    aside = path.with_name(f"{path.stem}.{keyid.hex()[:SHORT]}.ended")
    path.rename(aside)
    sync_folder(path.parent)
    return aside


def key_in(path: Path) -> Signer:
    """The key of a file; a file that is not there is made."""
    if not path.exists():
        save_key(path, Ed25519PrivateKey.generate())
    return load_key(path, asked)


def _take_place(services: Services, path: Path, old: Signer | None) -> Signer:
    if old is not None:
        put_aside(path, old.keyid)
    path.with_suffix(".next").rename(path)
    sync_folder(path.parent)
    services.station.signers = signers_of(path.parent)
    return services.station.signers[party_and_role(path.stem)]
