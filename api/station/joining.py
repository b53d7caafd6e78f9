"""Joining a hub with a ticket: a key is made here, and only its public half leaves this machine.

Every step can be repeated: when joining is cut off, the same command with the same ticket goes on
with the same key, and the hub gives the same answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.errors import DoorError
from api.keeping.cut_moves import refuse_arriving, refuse_left
from api.keeping.memory import sync_folder, write_durably
from api.keeping.station_errors import StationKeepingError
from api.settings import Settings, checked_base_url
from api.station.answers import Misread, hash_of
from api.station.errors import StationError
from api.station.hub_client import HubClient, HubRefused
from api.station.joined import JOINING_KEY, Joined, joined_of
from api.station_wire.ticket import (
    Ticket,
    code_digest,
    fingerprint_of,
    grouped,
    shown_bytes,
    spelled,
)
from api.stores import LEDGER_FILE, has_ledger
from ledger.signing import Signer, load_key, save_key, write_secret
from ledger.store.sqlite import SqliteStore
from ledger.verify.shapes import BODIES
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_SIGNED, _NO_PROOF = BODIES["key-enrolled"], "0" * 128
# The hub's codes that a person at the station can do something about, in the station's own words.
_TICKET_REFUSED = {"code-unknown": "ticket-refused", "admin-missing": "ticket-no-admin"}


def join(
    folder: Path, ticket: Ticket, *, witnessed: bool = False, party: str | None = None
) -> Joined:
    """Make `folder` a station of the hub that the ticket names; nothing is pulled yet.

    With `party` nothing is asked to be signed for another one.

    Raises:
        StationError: it cannot be one, or the hub is away, refuses, or is another; `ticket-waiting`
            while the party's admin, whose key is not on the hub, has not signed yet.
        KeepingError: a ledger has left the folder, or is on its way into it.
    """
    keys = folder / "keys"
    _refuse_taken(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (keys / JOINING_KEY).exists():
        save_key(keys / JOINING_KEY, Ed25519PrivateKey.generate())
    signer = load_key(keys / JOINING_KEY)
    client = HubClient(ticket.url, pin=ticket.pin)
    try:
        asked = {"code": grouped(ticket.code), "key": signer.public.hex()}
        welcome = client.ask("join", asked)
        trust, origin, body = _welcome(ticket, signer, welcome)
        if party is not None and party != body["party"]:
            raise StationKeepingError(
                "before-other-party", path=folder, found=party, expected=body["party"]
            )
        proof = signer.agree(origin, body)
        enrolled = _enrolled(client, signer, origin, ticket, {**asked, "proof": proof})
    except HubRefused as refused:
        if refused.reason == "admin-awaited":
            keyid = spelled(signer.keyid.hex())
            raise StationError("ticket-waiting", address=ticket.url, keyid=keyid) from refused
        if refused.reason in _TICKET_REFUSED:
            raise StationError(_TICKET_REFUSED[refused.reason], address=ticket.url) from refused
        raise
    finally:
        client.close()
    base = _base_url(ticket, enrolled)
    _keep_label_key(folder, enrolled)
    joined = Joined(ticket.url, signer.keyid.hex(), str(body["party"]), witnessed, ticket.pin)
    _settle(folder, joined, Settings(origin, base), trust)
    return joined


def _enrolled(
    client: HubClient, signer: Signer, origin: str, ticket: Ticket, asked: dict[str, Any]
) -> dict[str, Any]:
    """The answer to `enrol`; where the hub confides nothing, once more with the key shown to it."""
    told = client.ask("enrol", asked)
    if told.get("label_key") is not None:
        return told
    message = shown_bytes(origin, code_digest(ticket.code))
    try:
        return client.ask("enrol", {**asked, "shown": signer.private.sign(message).hex()})
    except HubRefused as refused:
        if refused.reason == "body-malformed":  # a hub of before, which confides in nobody more
            return told
        raise


def _refuse_taken(folder: Path) -> None:
    if (folder / "keys" / JOINING_KEY).exists():
        return  # joining was cut off: it goes on
    joined = joined_of(folder)
    if joined is not None:
        raise StationError("joined-already", path=folder, address=joined.address)
    if has_ledger(folder) or (folder / "keys" / "log.pem").exists():
        raise StationError("own-ledger", path=folder)
    refuse_left(folder)
    refuse_arriving(folder)


def _welcome(
    ticket: Ticket, signer: Signer, value: Mapping[str, Any]
) -> tuple[Trust, str, dict[str, Any]]:
    """Trust file, origin and enrolment body, once they are seen to be the ticket's ledger's."""
    try:
        trust = Trust.parse(json.dumps(value["trust"]).encode())
        origin, body = str(value["origin"]), dict(value["enrolment"])
        mine = body["key"] == signer.public.hex() and body["role"] == "station"
        # The party names a file here, and what was never shown is never agreed to.
        mine = mine and "tag" in body and not _SIGNED.faults({**body, "proof": _NO_PROOF}, "")
    except (Refusal, KeyError, TypeError, ValueError) as wrong:
        raise StationError("hub-answer", address=ticket.url, why="join") from wrong
    found = fingerprint_of(trust)
    if found != ticket.fingerprint:
        raise StationError(
            "other-hub", address=ticket.url, found=found, expected=ticket.fingerprint
        )
    if origin != trust.log_key.name or not mine or body.get("party") != value.get("party"):
        raise StationError("hub-answer", address=ticket.url, why="enrolment")
    return trust, origin, body


def _base_url(ticket: Ticket, enrolled: Mapping[str, Any]) -> str | None:
    """Where labels lead: it is printed for ever, and links are made of it on the pages here."""
    found = enrolled.get("base_url")
    try:
        return checked_base_url(found) if isinstance(found, str) else None
    except DoorError as wrong:
        raise StationError("hub-answer", address=ticket.url, why="base_url") from wrong


def _settle(folder: Path, joined: Joined, settings: Settings, trust: Trust) -> None:
    """Everything a joined folder has; the last step is that its key gets its name."""
    keys = folder / "keys"
    write_durably(folder / "trust.json", trust.format())
    if not (folder / "settings.json").exists():
        settings.save(folder / "settings.json")
    if not (keys / "log.pem").exists():
        save_key(keys / "log.pem", Ed25519PrivateKey.generate())
    joined.save(folder)
    if not (folder / LEDGER_FILE).exists():
        SqliteStore.create(folder / LEDGER_FILE).close()
    (keys / JOINING_KEY).replace(keys / f"{joined.party}.station.pem")
    sync_folder(keys)


def _keep_label_key(folder: Path, enrolled: Mapping[str, Any]) -> None:
    """The hub's secret of serials, so that it knows the labels printed here for its own.

    Raises:
        StationError: `label-key-withheld`; labels under any other would look invented at the hub.
    """
    path = folder / "keys" / "label.key"
    if path.exists():
        return
    try:
        key = hash_of(enrolled.get("label_key"), "label_key")
    except Misread as wrong:
        raise StationError("label-key-withheld", path=folder) from wrong
    write_secret(path, key)
