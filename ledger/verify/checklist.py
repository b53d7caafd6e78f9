"""`verify_bundle`: the numbered checklist of protocol.md over one lot bundle.

Pure and offline. Every item runs as far as it can and every failure is listed;
an entry that fails a check never lends its keys or registrations to others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import ClassVar

from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.findings import Finding
from ledger.verify.graph import Lot, lots_about
from ledger.verify.history import History, Located
from ledger.verify.keys import KEY_TYPES
from ledger.verify.lots import GOODS_TYPES, LotGraph
from ledger.verify.merkle import ProofRefused, verify_consistency, verify_inclusion
from ledger.verify.note import NoteRefused, parse_note
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.report import TITLES, Failure, Report
from ledger.verify.rules.standing import lot_findings, lot_status
from ledger.verify.statement import Statement, read_statement
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal


class BundleRefused(Refusal):
    """The bundle does not hang together."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "origin-differs": (
            "The ledger was opened as {found}, but its checkpoint is of {expected}.",
            "Sổ được mở với tên {found}, nhưng mốc niêm phong lại của {expected}.",
        ),
        "log-key-differs": (
            "The ledger was opened with another log key than the trust file names.",
            "Sổ được mở với khóa niêm phong khác với khóa trong tệp tin cậy.",
        ),
        "genesis-absent": (
            "The bundle does not hold entry 0, the opening of the ledger; ask for a whole bundle.",
            "Hồ sơ không có phiếu 0 mở sổ; hãy xin hồ sơ đầy đủ.",
        ),
        "beyond-tree": (
            "Entry {index} lies outside the sealed tree of {size} entries.",
            "Phiếu {index} nằm ngoài sổ đã niêm phong gồm {size} phiếu.",
        ),
        "signature-extra": (
            "The checkpoint carries {found} signature lines, but only the log's own was expected.",
            "Mốc niêm phong có {found} dòng chữ ký, trong khi chỉ cần chữ ký của sổ.",
        ),
        "lot-absent": (
            "No entry of the bundle makes lot {lot} of {item}.",
            "Không phiếu nào trong hồ sơ tạo ra lô {lot} của {item}.",
        ),
        "entry-foreign": (
            "Entry {index} ({type}) has nothing to do with this lot; a bundle holds nothing else.",
            "Phiếu {index} ({type}) không liên quan đến lô này; hồ sơ không được chứa phiếu khác.",
        ),
        "anchor-early": (
            "The entry at index {index} claims to have seen {size} entries, more than came before it.",
            "Phiếu ở vị trí {index} khai đã thấy {size} phiếu, nhiều hơn số phiếu trước nó.",
        ),
        "anchor-unproved": (
            "The anchor of size {size} comes without a proof that the log still extends it.",
            "Mốc neo cỡ {size} không kèm bằng chứng rằng sổ vẫn nối tiếp từ mốc đó.",
        ),
        "anchor-split": (
            "Two entries name different roots for size {size}: the log showed two faces.",
            "Hai phiếu nêu hai gốc khác nhau cho cỡ {size}: sổ đã đưa ra hai bộ mặt.",
        ),
        "anchor-unused": (
            "A proof for size {size} is given that no entry asks for.",
            "Có bằng chứng cho cỡ {size} mà không phiếu nào cần đến.",
        ),
        "anchor-backwards": (
            "Within one journal the anchor went back from size {before} to {size}.",
            "Trong cùng nhật ký, mốc neo lùi từ cỡ {before} về {size}.",
        ),
        "disclosure-wrong": (
            "The opened text {found} does not belong to its digest {digest}.",
            "Nội dung mở ra {found} không khớp mã băm {digest}.",
        ),
        "disclosure-foreign": (
            "The opened text has digest {digest}, which no entry of the bundle holds.",
            "Nội dung mở ra có mã băm {digest} không nằm trong phiếu nào của hồ sơ.",
        ),
        "label-foreign": (
            "Label {serial} was not issued for this lot; it was moved here or made up.",
            "Số tem {serial} không được cấp cho lô này; tem bị chuyển từ lô khác hoặc bịa ra.",
        ),
    }


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
        report.failures.append(Failure(1, None, refused))
        report.not_run = set(TITLES) - {1}
        return report
    return _Check(bundle, trust, report).run(now, label)


class _Check:
    def __init__(self, bundle: LotBundle, trust: Trust, report: Report) -> None:
        self.bundle = bundle
        self.trust = trust
        self.report = report
        self.lot: Lot = (bundle.item, bundle.lot_code)
        self.statements: dict[str, tuple[int, Statement]] = {}
        self.history = History(self._party_of, trust.roots, partial=True)
        self.located: list[Located] = []

    def run(self, now: dt.datetime | None, label: tuple[str, int] | None) -> Report:
        report, bundle = self.report, self.bundle
        report.item, report.lot_code, report.entries = *self.lot, len(bundle.entries)
        checkpoint = self._open_checkpoint()
        self._entries(checkpoint)
        self._genesis(checkpoint)
        self._graph()
        self._anchors(checkpoint)
        self._disclosures()
        self._conclude(now, label)
        if report.failures:
            # A conclusion about goods needs evidence that stands.
            report.not_run |= {11}
        return report

    def _fail(self, check: int, index: int | None, refusal: Refusal) -> None:
        self.report.failures.append(Failure(check, index, refusal))

    def _party_of(self, entry_id: str) -> tuple[str, str] | None:
        found = self.statements.get(entry_id)
        return None if found is None else (found[1].type, found[1].party)

    # 2, 3 -----------------------------------------------------------------------------------
    def _open_checkpoint(self) -> Checkpoint | None:
        try:
            checkpoint = open_checkpoint(self.bundle.checkpoint, self.trust.log_key)
            count = len(parse_note(self.bundle.checkpoint).signatures)
            if count != 1:
                raise BundleRefused("signature-extra", found=count)
        except NoteRefused as refused:
            self._fail(2, None, refused)
            return None
        except BundleRefused as refused:
            self._fail(2, None, refused)
            return None
        self.report.origin, self.report.tree_size = checkpoint.origin, checkpoint.size
        return checkpoint

    # 1, 4, 5, 6, 7, 8 -----------------------------------------------------------------------
    def _entries(self, checkpoint: Checkpoint | None) -> None:
        for one in self.bundle.entries:
            before = len(self.report.failures)
            self._inclusion(one, checkpoint)
            statement = self._read(one)
            if statement is None:
                continue
            self._admit(one, statement, failed=len(self.report.failures) > before)
            self.statements[one.entry.id.hex()] = one.index, statement

    def _read(self, one: BundleEntry) -> Statement | None:
        try:
            return read_statement(one.entry.payload)
        except Refusal as refused:
            self._fail(1, one.index, refused)
            return None

    def _inclusion(self, one: BundleEntry, checkpoint: Checkpoint | None) -> None:
        if checkpoint is None:
            return
        if one.index >= checkpoint.size:
            self._fail(
                4, one.index, BundleRefused("beyond-tree", index=one.index, size=checkpoint.size)
            )
            return
        try:
            verify_inclusion(one.entry.id, one.index, checkpoint.size, one.path, checkpoint.root)
        except ProofRefused as refused:
            self._fail(4, one.index, refused)

    def _admit(self, one: BundleEntry, statement: Statement, *, failed: bool) -> None:
        history, entry = self.history, one.entry
        try:
            signer = history.keys.signer(entry.keyid, one.index, statement)
        except Refusal as refused:
            self._fail(6, one.index, refused)
            return
        sound = not failed
        checks: tuple[tuple[int, Callable[[], None]], ...] = (
            (5, lambda: signer.public.verify(entry.signature, entry.signed)),
            (6, lambda: history.check_authority(signer, statement)),
            (7, lambda: history.check_journal(entry, statement)),
            (8, lambda: history.check_links(statement)),
        )
        for number, check in checks:
            try:
                check()
            except Refusal as refused:
                self._fail(number, one.index, refused)
                sound = False
        if sound:
            located = Located(one.index, entry.id.hex(), statement, signer)
            history.fold(located, entry)
            self.located.append(located)

    def _genesis(self, checkpoint: Checkpoint | None) -> None:
        genesis = self.history.keys.genesis
        if genesis is None:
            self._fail(6, None, BundleRefused("genesis-absent"))
            return
        if checkpoint is not None and genesis["origin"] != checkpoint.origin:
            self._fail(
                2,
                0,
                BundleRefused(
                    "origin-differs", found=genesis["origin"], expected=checkpoint.origin
                ),
            )
        if genesis["log_key"] != self.trust.log_key.format():
            self._fail(2, 0, BundleRefused("log-key-differs"))

    # 8 --------------------------------------------------------------------------------------
    def _graph(self) -> None:
        graph = LotGraph(self.located)
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
            if kind not in KEY_TYPES and kind not in REGISTRY_TYPES and one.id not in allowed:
                self._fail(8, one.index, BundleRefused("entry-foreign", index=one.index, type=kind))

    # 10 -------------------------------------------------------------------------------------
    def _anchors(self, checkpoint: Checkpoint | None) -> None:
        roots: dict[int, str] = {}
        newest: dict[bytes, int] = {}
        for one in self.located:
            anchor = one.statement.anchor
            if anchor is None:
                continue
            size, root = anchor
            if size > one.index:
                self._fail(10, one.index, BundleRefused("anchor-early", index=one.index, size=size))
            before = newest.get(one.signer.public.keyid, 0)
            if size < before:
                self._fail(
                    10, one.index, BundleRefused("anchor-backwards", before=before, size=size)
                )
            newest[one.signer.public.keyid] = size
            if roots.setdefault(size, root) != root:
                self._fail(10, one.index, BundleRefused("anchor-split", size=size))
        given = {one.size: one.path for one in self.bundle.anchors}
        for size in sorted(given.keys() - roots.keys()):
            self._fail(10, None, BundleRefused("anchor-unused", size=size))
        for size, root in roots.items():
            if size not in given:
                self._fail(10, None, BundleRefused("anchor-unproved", size=size))
            elif checkpoint is not None:
                try:
                    verify_consistency(
                        size, checkpoint.size, given[size], bytes.fromhex(root), checkpoint.root
                    )
                except ProofRefused as refused:
                    self._fail(10, None, refused)

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
    def _conclude(self, now: dt.datetime | None, label: tuple[str, int] | None) -> None:
        graph, registry = LotGraph(self.located), self.history.registry
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
