"""What a label's own code proves, without a network: its serial was issued by a station that we know.

Keys come from a station list, or from a lot bundle that is at hand, which also shows whether the log
holds the issue of this very serial.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_entries import BundleEntries
from ledger.verify.bundle_proofs import BundleProofs
from ledger.verify.checklist import verify_bundle
from ledger.verify.history import History
from ledger.verify.keys import KeyRecord
from ledger.verify.label_address import AddressRefused, LabelAddress
from ledger.verify.label_seal import LabelSeal, SealRefused, sealed_bytes
from ledger.verify.report import Report
from ledger.verify.station_list import verify_station_list
from ledger.verify.trust import Trust
from ledger.verify.wording import sentence

OUTCOMES: Final[dict[str, tuple[str, str, str]]] = {
    "seal-good": (
        "verified",
        "Serial {serial} of product {item} ({product}), lot {lot}, was issued by station {tag} of "
        "{name} ({party}).",
        "Số tem {serial} của sản phẩm {item} ({product}), lô {lot}, do trạm {tag} của {name} ({party}) "
        "cấp.",
    ),
    "serial-recorded": (
        "verified",
        "Serial {serial} of product {item} ({product}), lot {lot}, was issued by {name} ({party}), and "
        "the log holds that issue.",
        "Số tem {serial} của sản phẩm {item} ({product}), lô {lot}, do {name} ({party}) cấp, và việc cấp "
        "đã có trong sổ.",
    ),
    "seal-absent": (
        "undecided",
        "This label carries no seal that could be checked without a network; open its address, or check "
        "it with the lot's bundle.",
        "Tem này không mang chữ ký để kiểm tra khi không có mạng; hãy mở địa chỉ trên tem hoặc kiểm tra "
        "bằng hồ sơ của lô.",
    ),
    "key-strange": (
        "undecided",
        "No station known at this mark made this seal: either the station is newer than the list, or the "
        "label is forged. Take a newer list, and do not accept the pack before one names the station.",
        "Không trạm nào có tại mốc này tạo ra chữ ký này: hoặc trạm mới hơn danh sách, hoặc tem giả. Hãy "
        "lấy danh sách mới hơn và không chấp nhận gói hàng khi chưa có danh sách nêu tên trạm.",
    ),
    "key-retired": (
        "undecided",
        "The seal is by station {tag} of {name} ({party}), whose key was retired at log index {ended}. "
        "Whether the label was made before cannot be told from it; check the lot's bundle or page.",
        "Chữ ký của trạm {tag} thuộc {name} ({party}), khóa của trạm đã thôi dùng ở vị trí {ended} trong "
        "sổ. Không thể biết tem làm trước hay sau lúc đó; hãy kiểm tra hồ sơ hoặc trang của lô.",
    ),
    "key-stolen": (
        "undecided",
        "The seal is by a key of {name} ({party}) that was reported stolen: whoever has it can make such "
        "labels. Check the lot's bundle or page, and the pack itself.",
        "Chữ ký bằng khóa của {name} ({party}) đã được báo là bị lộ: ai giữ khóa cũng làm được tem như "
        "thế này. Hãy kiểm tra hồ sơ hoặc trang của lô và chính gói hàng.",
    ),
    "product-strange": (
        "undecided",
        "Product {item} is not known at this mark, though the seal is by station {tag} of {name} "
        "({party}); take a newer list.",
        "Sản phẩm {item} chưa có tại mốc này, dù chữ ký là của trạm {tag} thuộc {name} ({party}); hãy lấy "
        "danh sách mới hơn.",
    ),
    "seal-changed": (
        "refused",
        "The seal was not made for this product, lot and serial: the code was changed, or its seal was "
        "taken from another label.",
        "Chữ ký không phải dành cho sản phẩm, lô và số tem này: mã đã bị sửa, hoặc chữ ký lấy từ tem khác.",
    ),
    "product-of-other": (
        "refused",
        "Product {item} belongs to another party, but the seal is by station {tag} of {name} ({party}).",
        "Sản phẩm {item} thuộc cơ sở khác, nhưng chữ ký là của trạm {tag} thuộc {name} ({party}).",
    ),
    "tag-foreign": (
        "refused",
        "Serial {serial} begins with the sign of no station that {name} ({party}) ever had.",
        "Số tem {serial} bắt đầu bằng ký hiệu không thuộc trạm nào của {name} ({party}).",
    ),
    "serial-foreign": (
        "undecided",
        "The lot's bundle shows no issue of serial {serial} as of its mark; a label printed since would "
        "need a newer bundle.",
        "Hồ sơ của lô không có việc cấp số tem {serial} tính đến mốc của hồ sơ; tem in sau đó cần hồ sơ "
        "mới hơn.",
    ),
    "evidence-refused": (
        "refused",
        "The station list or bundle does not stand, so it says nothing about the label.",
        "Danh sách trạm hoặc hồ sơ lô không đạt nên không nói được gì về tem.",
    ),
    "evidence-missing": (
        "undecided",
        "A station list or the lot's bundle is needed to check a label.",
        "Cần danh sách trạm hoặc hồ sơ của lô để kiểm tra tem.",
    ),
}
"""Code -> (verdict, English, Vietnamese)."""

NO_COPY: Final = (
    "This does not show that the pack is no copy: a genuine code can be copied onto other goods. Compare "
    "the pack with what is printed, and open the address when there is a network.",
    "Điều này không chứng minh gói hàng không phải bản sao: mã thật có thể bị chép sang hàng khác. Hãy đối "
    "chiếu gói hàng với nội dung in trên tem và mở địa chỉ khi có mạng.",
)
AS_OF: Final = (
    "Stations as known at mark {size} of log {origin}; what was sealed later is not known here.",
    "Các trạm theo mốc {size} của sổ {origin}; những gì niêm phong sau mốc này chưa biết ở đây.",
)


@dataclass(slots=True)
class LabelReport:
    """What was found: a code of OUTCOMES or of a refusal, and the reports on what it rests on."""

    code: str
    verdict: str
    address: LabelAddress | None = None
    params: dict[str, object] = field(default_factory=dict)
    refused: AddressRefused | SealRefused | None = None
    evidence: list[Report] = field(default_factory=list)

    def say(self, lang: str) -> str:
        """One sentence."""
        if self.refused is not None:
            return self.refused.say(lang)
        catalogue = {code: (en, vi) for code, (_, en, vi) in OUTCOMES.items()}
        return sentence(catalogue, self.code, self.params, lang)

    def as_text(self, lang: str) -> str:
        """Verdict, sentence, as of when, what is not shown; and what was wrong with the evidence."""
        words = {
            "verified": ("VERIFIED", "ĐẠT"),
            "refused": ("REFUSED", "KHÔNG ĐẠT"),
            "undecided": ("UNDECIDED", "CHƯA KẾT LUẬN ĐƯỢC"),
        }
        at = 0 if lang == "en" else 1
        lines = [f"{words[self.verdict][at]}: {self.say(lang)}"]
        lines += [f"  – {one.say(lang)}" for made in self.evidence for one in made.failures]
        if self.code != "evidence-refused":
            lines += [
                AS_OF[at].format(size=made.tree_size, origin=made.origin) for made in self.evidence
            ]
        if self.verdict == "verified":
            lines.append(NO_COPY[at])
        return "\n".join(lines) + "\n"

    def as_json(self, lang: str) -> dict[str, Any]:
        """The report as plain data; sentences are in `lang`."""
        address = self.address
        return {
            "verdict": self.verdict,
            "code": self.code,
            "sentence": self.say(lang),
            "item": None if address is None else address.gtin14,
            "lot": None if address is None else address.lot_code,
            "serial": None if address is None else address.serial,
            "party": self.params.get("party"),
            "tag": self.params.get("tag"),
            "marks": [made.tree_size for made in self.evidence],
            "evidence": [
                [one.check, one.index, one.refusal.code]
                for made in self.evidence
                for one in made.failures
            ],
            "not_shown": NO_COPY[0 if lang == "en" else 1],
        }


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
        return _told(made, "evidence-refused")
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
            return _told(made, "serial-recorded")
        return _told(made, "seal-absent" if recorded is None else "serial-foreign")
    hinted = [
        (history, record)
        for history in histories
        for record in history.keys.records.values()
        if record.role == "station" and seal.hints_at(record.public)
    ]
    if not hinted:
        return _told(made, "key-strange")
    signed = [record for history, record in hinted if _signed(history, record, seal, address)]
    if not signed:
        return _told(made, "seal-changed")
    # Of two files the one that knows more of the key's end counts.
    record = max(signed, key=lambda one: (one.compromised, one.ended is not None))
    party = record.party
    facts |= {"tag": record.tag, "party": party, "name": known.party_name(party)}
    if owner is None:
        return _told(made, "product-strange")
    if owner != party:
        return _told(made, "product-of-other")
    if address.label[0] not in known.tags_of(party):
        return _told(made, "tag-foreign")
    if recorded is not None:
        return _told(made, "serial-recorded" if recorded else "serial-foreign")
    if record.compromised:
        return _told(made, "key-stolen")
    if record.ended is not None:
        facts["ended"] = record.ended
        return _told(made, "key-retired")
    return _told(made, "seal-good")


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


def _told(made: LabelReport, code: str) -> LabelReport:
    made.code, made.verdict = code, OUTCOMES[code][0]
    return made


def _signed(history: History, record: KeyRecord, seal: LabelSeal, address: LabelAddress) -> bool:
    genesis = history.keys.genesis
    if genesis is None:
        return False
    message = sealed_bytes(genesis["origin"], address.gtin14, address.lot_code, address.serial)
    return seal.made_by(record.public, message)
