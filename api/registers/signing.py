"""Who signs for a register: the party's admin key, where it is, and what to do when it is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from api.hub.enrolment import admin_is_here
from api.keys.admin_requests import AdminRequest
from api.keys.asked_statements import places_of
from api.keys.errors import KeysError
from api.registers.errors import RegisterRefused
from api.registers.reading import Desk
from api.registers.things import Key, Thing
from api.routes.services import Services
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.key_errors import KeyFileError
from ledger.signing import Signer, is_encrypted, load_key, read_secret

Standing = Literal["here", "locked", "elsewhere", "joined", "stopped"]


def standing(services: Services, party: str) -> Standing:
    """Whether this machine can sign for a party now.

    `here`; `locked`: its key file asks for a passphrase; `elsewhere`: another machine has the key;
    `joined`: the folder is a station of a hub, where registers are kept; `stopped`: this ledger may
    only be read.
    """
    if services.link is not None:
        return "joined"
    if services.memory.problem is not None:
        return "stopped"
    services.ledger.catch_up()
    if not admin_is_here(services.ledger.history.keys, services.station.signers, party):
        return "elsewhere"
    try:
        locked = is_encrypted(read_secret(_path(services, party)))
    except LedgerError:
        return "elsewhere"
    return "locked" if locked else "here"


def record(desk: Desk, drafts: Sequence[Draft], key: Key, base: str, passphrase: str) -> bool:
    """Sign and record what the ledger does not say already; False when it says all of it.

    `base` is the id of the newest statement about the thing when its form was opened, so that a
    form sent twice records once, and nobody writes over what they have not seen.

    Raises:
        RegisterRefused: `register-taken`, `register-changed`, and when the key cannot sign here.
        Refusal: the ledger refuses it.
    """
    services, party = desk.services, desk.party
    signer = signer_for(services, party, passphrase)

    def act() -> bool:
        services.station.catch_up()
        found = desk.thing(key)
        left = [one for one in drafts if not _says(found, one)]
        if not left:
            return False
        if found.newest != base:
            raise RegisterRefused(
                "register-changed" if base else "register-taken", found=" · ".join(key)
            )
        for one in left:
            services.station.record(one, signer)
        return True

    return services.station.acting(act)


def _says(found: Thing, draft: Draft) -> bool:
    """Whether a thing's last word of this kind is the same already."""
    if found.withdrawn and draft.type != "certificate-withdrawn":
        return False
    if draft.type == "certificate-withdrawn" and not found.withdrawn:
        return False
    return dict(found.body(draft.type)) == draft.body


def signer_for(services: Services, party: str, passphrase: str) -> Signer | None:
    """The key to sign with: None for the party's own, which is not locked.

    An encrypted one is opened for this once and forgotten again.

    Raises:
        RegisterRefused: it is locked and the passphrase does not open it, or it is not here.
    """
    how = standing(services, party)
    if how == "joined":
        where = services.link.joined.address if services.link is not None else ""
        raise RegisterRefused("register-joined", where=where)
    if how == "elsewhere":
        raise RegisterRefused("register-key-away", party=party)
    if how == "stopped" and services.memory.problem is not None:
        raise services.memory.problem
    if how != "locked":
        return None
    if not passphrase:
        raise RegisterRefused("register-passphrase", party=party)
    try:
        signer = load_key(_path(services, party), lambda _path: passphrase.encode("utf-8"))
        signer.unlock()
    except KeyFileError as wrong:
        raise RegisterRefused("register-passphrase-wrong", party=party) from wrong
    return signer


def request_file(services: Services, party: str, drafts: Sequence[Draft]) -> bytes:
    """The file that the admin signs where the key is (`ocop keys admin-sign`).

    Raises:
        KeysError: `no-admin-key`, nobody has one.
    """
    services.station.catch_up()
    journals = places_of(services.ledger.history, "admin", party)
    if not journals:
        raise KeysError("no-admin-key", party=party)
    return AdminRequest(services.settings.origin, party, tuple(drafts), journals).format()


def _path(services: Services, party: str) -> Path:
    return services.folder / "keys" / f"{party}.admin.pem"
