"""`verify_bundle`: the numbered checklist of protocol.md over one lot bundle.

Pure and offline. Every item runs as far as it can and every failure is listed;
an entry that fails a check never lends its keys or registrations to others.
"""

from __future__ import annotations

import datetime as dt

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_checkpoint import open_sealed
from ledger.verify.bundle_entries import BundleEntries
from ledger.verify.bundle_index import IndexCheck, is_goods
from ledger.verify.bundle_proofs import BundleProofs
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.findings import Finding
from ledger.verify.graph import Lot, lots_about
from ledger.verify.history import Located
from ledger.verify.keys import COMMITTED
from ledger.verify.lots import GOODS_TYPES, LotGraph
from ledger.verify.merkle import MAX_SIZE
from ledger.verify.report import TITLES, Report
from ledger.verify.rules.standing import lot_findings, lot_status
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal


def verify_bundle(
    raw: bytes,
    trust: Trust,
    *,
    now: dt.datetime | None = None,
    label: tuple[str, int] | None = None,
) -> Report:
    """Check a bundle file's bytes against a trust file.

    Args:
        raw: the bundle as received.
        trust: log key and root keys, obtained by another way.
        now: the reader's clock, for "out of date"; None leaves dates unjudged.
        label: (station tag, counter) of a scanned label that must be of this lot.

    Returns:
        A report; it never raises for what the bundle holds.
    """
    report = Report()
    try:
        bundle = LotBundle.parse(raw)
    except Refusal as refused:
        report.fail(1, None, refused)
        report.not_run = set(TITLES) - {1}
        return report
    return _Check(bundle, trust, report).run(now, label)


class _Check:
    def __init__(self, bundle: LotBundle, trust: Trust, report: Report) -> None:
        self.bundle = bundle
        self.trust = trust
        self.report = report
        self.lot: Lot = (bundle.item, bundle.lot_code)
        self.entries = BundleEntries(bundle, trust, report)
        self.history = self.entries.history
        self.located = self.entries.located

    def run(self, now: dt.datetime | None, label: tuple[str, int] | None) -> Report:
        report, bundle = self.report, self.bundle
        report.item, report.lot_code, report.entries = *self.lot, len(bundle.entries)
        checkpoint = open_sealed(bundle, self.trust, report)
        readable = self.entries.readable
        proofs = BundleProofs(bundle, checkpoint, report)
        proofs.prove_all(readable.values())
        index = IndexCheck(bundle, readable, report)
        self.entries.check(proofs, lambda at: index.before(at, self.history.keys))
        index.before(MAX_SIZE, self.history.keys)
        self.entries.check_genesis(checkpoint)
        graph = LotGraph(self.located)
        self._graph(graph)
        index.check(self.lot, self.located, graph, required=self.trust.index_required)
        proofs.check_anchors(self.located)
        self._disclosures()
        self._conclude(graph, now, label)
        if report.failures:
            # A conclusion about goods needs evidence that stands.
            report.not_run |= {11}
        return report

    def _fail(self, check: int, index: int | None, refusal: Refusal) -> None:
        self.report.fail(check, index, refusal)

    # 8 --------------------------------------------------------------------------------------
    def _graph(self, graph: LotGraph) -> None:
        if not graph.line(self.lot).made_by:
            self._fail(8, None, BundleRefused("lot-absent", lot=self.lot[1], item=self.lot[0]))
        wanted = {self.lot, *graph.ancestors(self.lot)}
        by_id = {one.id: one for one in self.located}
        sites = {
            (step.located.statement.party, step.body["site"])
            for lot in wanted
            for step in graph.line(lot).steps("harvested")
        }
        related = [
            one.id
            for one in self.located
            if wanted.intersection(lots_about(one.statement.type, one.statement.body))
            or _worked_at(one) in sites  # a spraying written down late is evidence too
        ]
        # What a related statement builds on belongs to the evidence too, all the way back.
        allowed: set[str] = set()
        while related:
            found = related.pop()
            if found in by_id and found not in allowed:
                allowed.add(found)
                related += by_id[found].statement.inputs
        for one in self.located:
            kind = one.statement.type
            if kind == COMMITTED:
                foreign = self.bundle.index is None or self.bundle.index.entry != one.index
            else:
                foreign = is_goods(kind) and one.id not in allowed
            if foreign:
                self._fail(8, one.index, BundleRefused("entry-foreign", index=one.index, type=kind))

    # 1, again: opened private texts ----------------------------------------------------------
    def _disclosures(self) -> None:
        held = {digest for one in self.located for digest in _digests(one.statement.body)}
        for opened in self.bundle.disclosures:
            if not opened.holds():
                self._fail(
                    1,
                    None,
                    BundleRefused("disclosure-wrong", found=opened.text, digest=opened.digest),
                )
            elif opened.digest not in held:
                self._fail(1, None, BundleRefused("disclosure-foreign", digest=opened.digest))

    # 9, 11 ----------------------------------------------------------------------------------
    def _conclude(
        self, graph: LotGraph, now: dt.datetime | None, label: tuple[str, int] | None
    ) -> None:
        registry = self.history.registry
        disputed = self.history.keys.disputed()
        findings: list[Finding] = []
        for lot in [self.lot, *graph.ancestors(self.lot)]:
            findings += lot_findings(graph, registry, lot, disputed=disputed, now=now)
        self.report.findings = list(dict.fromkeys(findings))
        self.report.status = lot_status(graph, self.lot, now)
        self.report.product = registry.item_name(self.lot[0])
        goods = [one for one in self.located if one.statement.type in GOODS_TYPES]
        self.report.signers = sorted(
            {f"{one.statement.party} ({one.signer.held})" for one in goods}
        )
        if label is not None and not _issued(graph, self.lot, label):
            serial = f"{label[0]}{label[1]:06d}"
            self._fail(9, None, BundleRefused("label-foreign", serial=serial))


def _worked_at(one: Located) -> tuple[str, str] | None:
    """(party, site) of field work or its correction, None for anything else."""
    body = one.statement.body
    if one.statement.type == "corrected" and body["of"] == "field-work-recorded":
        body = body["body"]
    elif one.statement.type != "field-work-recorded":
        return None
    return one.statement.party, body["site"]


def _issued(graph: LotGraph, lot: Lot, label: tuple[str, int]) -> bool:
    tag, counter = label
    return any(
        step.body["tag"] == tag
        and step.body["first"] <= counter < step.body["first"] + step.body["count"]
        for step in graph.line(lot).steps("labels-issued")
    )


def _digests(value: object) -> set[str]:
    """Every private digest of a body: `note`, and `digest` of a counterparty."""
    if isinstance(value, dict):
        own = {value[name] for name in ("note", "digest") if isinstance(value.get(name), str)}
        return own.union(*(_digests(part) for part in value.values()))
    return set()
