"""What stands behind a label's address: nothing, or the station's seal where the template has one."""

from __future__ import annotations

from typing import Any

from api.labels.desk import Desk
from api.labels.fields import codes_of
from ledger.errors import LedgerError
from ledger.label_seals import LabelSealer, Seal, no_seal
from printers.design.template import Template


def seal_for_print(desk: Desk, facts: dict[str, Any], template: Template) -> Seal | None:
    """The station's seal for the labels of a lot, None for a template without one.

    Raises:
        LedgerError: `no-signer`, this machine holds no station key of the lot's party.
        SealingRefused, KeyFileError: its key has ended or cannot be unlocked.
    """
    if not template.qr.signed:
        return None
    station, party = desk.station, facts["party"]
    signer = station.signers.get((party, "station"))
    history = station.ledger.history
    record = None if signer is None else history.keys.records.get(signer.keyid)
    if signer is None or record is None or history.keys.genesis is None:
        raise LedgerError("no-signer", party=party, role="station")
    return LabelSealer.of(history.keys.genesis["origin"], signer, record)


def seal_for_show(template: Template) -> Seal | None:
    """For a picture on a screen: a seal there would vouch for a label that nobody has issued."""
    return no_seal if template.qr.signed else None


def address(desk: Desk, facts: dict[str, Any], serial: str, seal: Seal | None) -> str:
    """The text of a label's QR code."""
    url = desk.url(facts, serial)
    if seal is None:
        return url
    gtin, lot = codes_of(facts)
    return url + seal(gtin.gtin14, lot.text, serial)
