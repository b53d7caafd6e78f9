"""What a station asks its hub beside sending and taking: a lot's bundle, and whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from api.station.errors import StationError
from api.station.hub_client import HubClient, HubRefused
from api.station.hub_link import Clock, HubLink
from api.station.joined import Joined
from api.station_wire.ticket import check_way
from ledger.errors import LedgerError
from ledger.signing import Signer
from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import open_checkpoint
from ledger.verify.report import Report

# The hub's codes about a lot, in the station's own words.
_LOT_REFUSED = {"hidden-bundle": "bundle-hidden", "unknown-lot": "bundle-unknown"}


class Signing(Protocol):
    """Whoever holds this machine's keys: (party, role) to key."""

    @property
    def signers(self) -> Mapping[tuple[str, str], Signer]: ...


class Machine(Protocol):
    """What is asked of an open folder here."""

    @property
    def folder(self) -> Path: ...
    @property
    def link(self) -> HubLink | None: ...
    @property
    def station(self) -> Signing: ...
    @property
    def now(self) -> Clock: ...


@dataclass(frozen=True, slots=True)
class FetchedBundle:
    """A lot's bundle as the hub gave it, and what the verifier found in it."""

    raw: bytes
    report: Report


def signer_of(services: Machine) -> tuple[HubLink, Signer]:
    """A joined folder's tie to its hub, and the key that signs its requests.

    Raises:
        StationError: `not-joined`.
        LedgerError: `no-signer`, the station's key is not here.
    """
    link = services.link
    if link is None:
        raise StationError("not-joined", path=services.folder)
    signer = services.station.signers.get((link.joined.party, "station"))
    if signer is None or signer.keyid != link.keyid:
        raise LedgerError("no-signer", party=link.joined.party, role="station")
    return link, signer


def client_of(services: Machine) -> HubClient:
    """The way to the hub of an open, joined folder. Close it. Raises as `signer_of`."""
    link, signer = signer_of(services)
    return link.client(signer, services.now)


def fetched_bundle(services: Machine, item: str, lot: str) -> FetchedBundle:
    """The bundle of a lot that this station's party may see whole, checked with the station's trust.

    Raises:
        StationError: `bundle-hidden`, `bundle-unknown`; `bundle-false`, it does not hold; the hub is
            away or another.
        LedgerError: `no-signer`.
    """
    link, _ = signer_of(services)
    address = link.joined.address
    with closing(client_of(services)) as client:
        try:
            raw = client.bundle(item, lot)
        except HubRefused as refused:
            if refused.reason in _LOT_REFUSED:
                code = _LOT_REFUSED[refused.reason]
                raise StationError(code, address=address, item=item, lot=lot) from refused
            raise
    report = verify_bundle(raw, link.trust, now=services.now())
    if report.failures:
        why = "; ".join(one.refusal.code for one in report.failures[:3])
        raise StationError("bundle-false", address=address, lot=lot, why=why)
    if (report.item, report.lot_code) != (item, lot):
        found = f"{report.item} {report.lot_code}"
        raise StationError("bundle-other", address=address, lot=lot, found=found)
    _refuse_other_log(link, raw)
    return FetchedBundle(raw, report)


def _refuse_other_log(link: HubLink, raw: bytes) -> None:
    """A log that shows the station one tree and a bundle another of the same size is two logs."""
    head = open_checkpoint(LotBundle.parse(raw).checkpoint, link.trust.log_key)
    known = link.state.checkpoints().get(head.size)
    if known not in {None, head.root}:
        raise StationError("hub-unproved", address=link.joined.address, why="checkpoint")


def repinned(services: Machine, *, address: str | None, pin: str | None) -> Joined:
    """Go by another address or TLS key from now on; None leaves it as it is.

    The hub is asked there first, with a signed request: nothing changes unless it answers.

    Raises:
        WireRefused: `ticket-plain`, `ticket-wrong`: no such address or key.
        StationError: the hub is away, another, or has another key.
        LedgerError: `no-signer`.
    """
    link, signer = signer_of(services)
    old = link.joined
    new = replace(
        old,
        address=old.address if address is None else address.rstrip("/"),
        pin=old.pin if pin is None else pin.lower(),
    )
    check_way(new.address, new.pin)
    there = replace(link, joined=new)
    with closing(there.client(signer, services.now)) as client:
        client.status()
    new.save(services.folder)
    return new
