"""What a label's own code proves, without a network: its serial was issued by a station that we know.

Keys come from a station list, or from a lot bundle that is at hand, which also shows whether the log
holds the issue of this very serial.
"""

from __future__ import annotations

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_entries import BundleEntries
from ledger.verify.bundle_proofs import BundleProofs
from ledger.verify.checklist import verify_bundle
from ledger.verify.history import History
from ledger.verify.keys import KeyRecord
from ledger.verify.label_address import AddressRefused, LabelAddress
from ledger.verify.label_outcomes import LabelReport
from ledger.verify.label_seal import LabelSeal, SealRefused, sealed_bytes
from ledger.verify.report import Report
from ledger.verify.station_list import verify_station_list
from ledger.verify.trust import Trust


def verify_label(
    text: str, trust: Trust, *, stations: bytes | None = None, bundle: bytes | None = None
) -> LabelReport:
    """Judge what was scanned, by a station list, a lot bundle, or both.

    It never raises for what these hold.
    """
    try:
        address = LabelAddress.read(text)
    except AddressRefused as refused:
        verdict = "refused" if refused.code == "seal-twice" else "undecided"
        return LabelReport(refused.code, verdict, refused=refused)
    histories: list[History] = []
    reports: list[Report] = []
    recorded: bool | None = None
    if stations is not None:
        report, history = verify_station_list(stations, trust)
        reports.append(report)
        histories.append(history)
    if bundle is not None:
        report, history, recorded = _of_bundle(bundle, trust, address)
        reports.append(report)
        histories.append(history)
    made = LabelReport("evidence-missing", "undecided", address, evidence=reports)
    if any(report.verdict != "verified" for report in reports):
        return made.told("evidence-refused")
    if not histories:
        return made
    try:
        seal = None if address.seal is None else LabelSeal.read(address.seal)
    except SealRefused as refused:
        made.code, made.verdict, made.refused = refused.code, "refused", refused
        return made
    return _judged(made, address, seal, histories, recorded=recorded)


def _of_bundle(
    raw: bytes, trust: Trust, address: LabelAddress
) -> tuple[Report, History, bool | None]:
    """The report on a bundle, what it says of keys, and whether it shows the serial's issue.

    None for the last when the bundle is about another lot.
    """
    report = verify_bundle(raw, trust)
    if report.verdict != "verified":
        return report, History(lambda _: None), None
    made = LotBundle.parse(raw)
    entries = BundleEntries(made, trust, Report())
    entries.check(BundleProofs(made, None, Report()), lambda _: None)
    if (made.item, made.lot_code) != (address.gtin14, address.lot_code):
        return report, entries.history, None
    issued = verify_bundle(raw, trust, label=address.label).verdict == "verified"
    return report, entries.history, issued


def _judged(
    made: LabelReport,
    address: LabelAddress,
    seal: LabelSeal | None,
    histories: list[History],
    *,
    recorded: bool | None,
) -> LabelReport:
    facts: dict[str, object] = {
        "serial": address.serial,
        "item": address.gtin14,
        "lot": address.lot_code,
    }
    made.params = facts
    known = _Known(histories)
    owner = known.owner_of(address.gtin14)
    if owner is not None:
        facts["product"] = known.product_name(address.gtin14)
    if seal is None:
        if recorded and owner is not None:
            facts |= {"party": owner, "name": known.party_name(owner)}
            return made.told("serial-recorded")
        return made.told("seal-absent" if recorded is None else "serial-foreign")
    hinted = [
        (history, record)
        for history in histories
        for record in history.keys.records.values()
        if record.role == "station" and seal.hints_at(record.public)
    ]
    if not hinted:
        return made.told("key-strange")
    signed = [record for history, record in hinted if _signed(history, record, seal, address)]
    if not signed:
        return made.told("seal-changed")
    # Of two files the one that knows more of the key's end counts.
    record = max(signed, key=lambda one: (one.compromised, one.ended is not None))
    party = record.party
    facts |= {"tag": record.tag, "party": party, "name": known.party_name(party)}
    if owner is None:
        return made.told("product-strange")
    if owner != party:
        return made.told("product-of-other")
    if address.label[0] not in known.tags_of(party):
        return made.told("tag-foreign")
    if recorded is not None:
        return made.told("serial-recorded" if recorded else "serial-foreign")
    if record.compromised:
        return made.told("key-stolen")
    if record.ended is not None:
        facts["ended"] = record.ended
        return made.told("key-retired")
    return made.told("seal-good")


class _Known:
    """What station list and bundle say together of parties, products and tags."""

    def __init__(self, histories: list[History]) -> None:
        self._histories = histories

    def owner_of(self, item: str) -> str | None:
        found = (one.registry.owner_of(item) for one in self._histories)
        return next((owner for owner in found if owner is not None), None)

    def product_name(self, item: str) -> str:
        knowing = (one for one in self._histories if one.registry.owner_of(item) is not None)
        return next(one.registry.item_name(item) for one in knowing)

    def party_name(self, party: str) -> str:
        found = (one.registry.parties.get(party) for one in self._histories)
        return next((str(body["name"]) for body in found if body is not None), party)

    def tags_of(self, party: str) -> set[str | None]:
        return {
            record.tag
            for one in self._histories
            for record in one.keys.records.values()
            if record.party == party and record.role == "station"
        }


def _signed(history: History, record: KeyRecord, seal: LabelSeal, address: LabelAddress) -> bool:
    genesis = history.keys.genesis
    if genesis is None:
        return False
    message = sealed_bytes(genesis["origin"], address.gtin14, address.lot_code, address.serial)
    return seal.made_by(record.public, message)
