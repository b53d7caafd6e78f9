"""What is said of a label that was checked: outcomes in two languages, and the report on one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.verify.label_address import AddressRefused, LabelAddress
from ledger.verify.label_seal import SealRefused
from ledger.verify.report import VERDICTS, Report
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
        "({party}); take a newer list, or the bundle of this very lot.",
        "Sản phẩm {item} chưa có tại mốc này, dù chữ ký là của trạm {tag} thuộc {name} ({party}); hãy lấy "
        "danh sách mới hơn, hoặc hồ sơ của chính lô này.",
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

    def told(self, code: str) -> LabelReport:
        """The same report with an outcome of OUTCOMES."""
        self.code, self.verdict = code, OUTCOMES[code][0]
        return self

    def say(self, lang: str) -> str:
        """One sentence."""
        if self.refused is not None:
            return self.refused.say(lang)
        catalogue = {code: (en, vi) for code, (_, en, vi) in OUTCOMES.items()}
        return sentence(catalogue, self.code, self.params, lang)

    def as_text(self, lang: str) -> str:
        """Verdict, sentence, as of when, what is not shown; and what was wrong with the evidence."""
        at = 0 if lang == "en" else 1
        lines = [f"{VERDICTS[self.verdict][at]}: {self.say(lang)}"]
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
