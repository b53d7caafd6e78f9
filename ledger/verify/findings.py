"""Findings: what is well signed but does not add up. Physical facts do not un-happen.

A finding never refuses an entry; it is shown beside it. `severity` is "error"
(the numbers or dates contradict each other), "warning" (something lapsed or is
missing) or "notice" (worth knowing).
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.verify.graph import Lot
from ledger.verify.wording import sentence

FINDINGS: dict[str, tuple[str, str, str]] = {
    # Each code has a severity, then its English and its Vietnamese sentence.
    "more-out-than-in": (
        "error",
        "{out} kg came out, loss included, of only {into} kg (lot {lot}).",
        "Ra {out} kg, kể cả hao hụt, trong khi chỉ có {into} kg (lô {lot}).",
    ),
    "overdrawn": (
        "error",
        "{taken} kg were taken from lot {lot}, which only had {had} kg.",
        "Đã lấy {taken} kg từ lô {lot} trong khi lô chỉ có {had} kg.",
    ),
    "packs-exceed-content": (
        "error",
        "{packs} packs of {net} need {need} kg, but only {into} kg were packed (tolerance "
        "{tolerance} %, lot {lot}).",
        "{packs} gói loại {net} cần {need} kg nhưng chỉ đóng {into} kg (dung sai {tolerance} %, lô "
        "{lot}).",
    ),
    "labels-exceed-packs": (
        "error",
        "{labels} labels are in force for {packs} packs of lot {lot}.",
        "Có {labels} tem còn hiệu lực cho {packs} gói của lô {lot}.",
    ),
    "serial-reused": (
        "error",
        "Serials {first} to {last} of tag {tag} were issued twice for {item}.",
        "Số tem {first} đến {last} (ký hiệu {tag}) của {item} bị cấp hai lần.",
    ),
    "shipped-exceeds": (
        "error",
        "{shipped} were shipped from lot {lot}, which only had {had}.",
        "Đã xuất {shipped} từ lô {lot} trong khi lô chỉ có {had}.",
    ),
    "before-input": (
        "error",
        "Lot {lot} is dated {time}, before its input of {before}.",
        "Lô {lot} ghi ngày {time}, trước nguyên liệu đầu vào ngày {before}.",
    ),
    "expiry-before-packing": (
        "error",
        "Lot {lot} expires on {expiry}, before it was packed on {packed}.",
        "Lô {lot} hết hạn ngày {expiry}, trước ngày đóng gói {packed}.",
    ),
    "moved-while-stopped": (
        "error",
        "Lot {lot} was {type} at {time} although it was {status}.",
        "Lô {lot} vẫn có phiếu {type} lúc {time} dù đang {status}.",
    ),
    "input-recalled": (
        "error",
        "Input lot {input} of lot {lot} was recalled.",
        "Lô nguyên liệu {input} của lô {lot} đã bị thu hồi.",
    ),
    "lot-recalled": (
        "warning",
        "Lot {lot} is recalled: {reason}.",
        "Lô {lot} đang bị thu hồi: {reason}.",
    ),
    "lot-held": (
        "warning",
        "Lot {lot} is held: {reason}.",
        "Lô {lot} đang bị tạm giữ: {reason}.",
    ),
    "lot-expired": (
        "warning",
        "Lot {lot} went out of date on {expiry}.",
        "Lô {lot} đã hết hạn dùng ngày {expiry}.",
    ),
    "not-linked": (
        "warning",
        "The {type} of lot {lot} builds on none of the lot's statements before it.",
        "Phiếu {type} của lô {lot} không dựa trên phiếu nào trước đó của lô.",
    ),
    "origin-missing": (
        "warning",
        "No record says where input lot {lot} came from: a step is missing.",
        "Không có phiếu nào cho biết lô {lot} từ đâu đến: thiếu một bước.",
    ),
    "certificate-expired": (
        "warning",
        "Certificate {kind} {number} of {subject} covers {valid_from} to {valid_to}, not {day} "
        "(lot {lot}).",
        "Chứng nhận {kind} {number} của {subject} có hiệu lực {valid_from} đến {valid_to}, không gồm "
        "ngày {day} (lô {lot}).",
    ),
    "stars-expired": (
        "warning",
        "OCOP recognition {number} ({stars} stars) ended on {valid_to}, before lot {lot} was packed "
        "on {day}: its labels carry no stars.",
        "Quyết định OCOP {number} ({stars} sao) hết hạn {valid_to}, trước ngày đóng gói {day} của lô "
        "{lot}: tem không in sao.",
    ),
    "instrument-out": (
        "warning",
        "Instrument {instrument} weighed lot {lot} on {day}, out of verification since {valid_to}.",
        "Thiết bị {instrument} cân lô {lot} ngày {day} khi đã quá hạn kiểm định từ {valid_to}.",
    ),
    "instrument-unverified": (
        "warning",
        "Instrument {instrument} weighed lot {lot} on {day}, but no verification of it is recorded.",
        "Thiết bị {instrument} cân lô {lot} ngày {day} nhưng chưa có lần kiểm định nào được ghi.",
    ),
    "pre-harvest-interval": (
        "error",
        "Lot {lot} was harvested at {site} on {day}, inside a waiting time that runs to {until}.",
        "Lô {lot} thu hoạch tại {site} ngày {day}, khi chưa hết thời gian cách ly đến {until}.",
    ),
    "site-unknown": (
        "warning",
        "Site {site} of lot {lot} is not registered.",
        "Địa điểm {site} của lô {lot} chưa được đăng ký.",
    ),
    "test-failed": (
        "error",
        "Lot {lot} failed a test on {day}.",
        "Lô {lot} không đạt kiểm nghiệm ngày {day}.",
    ),
    "recorded-late": (
        "notice",
        "The {type} of lot {lot} is dated {time}, but was signed after the ledger had reached "
        "{known}.",
        "Phiếu {type} của lô {lot} ghi ngày {time} nhưng được ký khi sổ đã đến {known}.",
    ),
    "time-in-future": (
        "error",
        "The {type} of lot {lot} is dated {time}, which has not come yet.",
        "Phiếu {type} của lô {lot} ghi ngày {time} là ngày chưa đến.",
    ),
    "disputed-key": (
        "error",
        "The {type} of lot {lot} was signed by key {keyid} after its last good checkpoint and is not "
        "re-attested.",
        "Phiếu {type} của lô {lot} do khóa {keyid} ký sau mốc tin cậy cuối và chưa được xác nhận lại.",
    ),
    "disputed-fact": (
        "warning",
        "{party} disputes the {type} of lot {lot}: {reason}.",
        "{party} không công nhận phiếu {type} của lô {lot}: {reason}.",
    ),
    "corrected": (
        "notice",
        "The {type} of lot {lot} was corrected: {reason}.",
        "Phiếu {type} của lô {lot} đã được đính chính: {reason}.",
    ),
}

_WORDS = {code: (english, vietnamese) for code, (_, english, vietnamese) in FINDINGS.items()}

REASONS: dict[str, tuple[str, str]] = {
    "test-failed": ("a test failed", "kiểm nghiệm không đạt"),
    "contamination": ("contamination", "nhiễm bẩn"),
    "wrong-label": ("wrong label", "sai nhãn"),
    "damaged": ("damaged", "hư hỏng"),
    "expired": ("out of date", "hết hạn"),
    "lost": ("lost", "thất lạc"),
    "in-doubt": ("printing in doubt", "không chắc đã in"),
    "typing-error": ("typing error", "nhập nhầm"),
    "authority-order": ("order of an authority", "theo lệnh cơ quan quản lý"),
    "customer-request": ("request of a customer", "theo yêu cầu khách hàng"),
    "replaced": ("replaced", "thay thế"),
    "key-lost": ("key lost", "mất khóa"),
    "key-stolen": ("key stolen", "lộ khóa"),
    "other": ("other reason", "lý do khác"),
}

# The screen's words for what a statement says was done (glossary).
TYPE_WORDS: dict[str, str] = {
    "field-work-recorded": "chăm sóc",
    "harvested": "thu hoạch",
    "received": "tiếp nhận",
    "processed": "chế biến",
    "packed": "đóng gói",
    "aggregated": "gom kiện",
    "shipped": "xuất hàng",
    "tested": "kiểm nghiệm",
    "inspected": "kiểm tra",
    "sold": "bán",
    "destroyed": "tiêu hủy",
    "photographed": "chụp ảnh",
    "labels-issued": "cấp tem",
    "labels-printed": "in tem",
    "labels-voided": "hủy tem",
    "labels-reprinted": "in lại tem",
    "held": "tạm giữ",
    "recalled": "thu hồi",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One inconsistency of one lot, tied to the entry that shows it.

    `params` are plain strings, so that a finding can be stored and worded later
    in either language. `day` values are ISO text.
    """

    code: str
    lot: Lot
    entry: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def severity(self) -> str:
        return FINDINGS[self.code][0]

    def say(self, lang: str) -> str:
        """The finding as one sentence in "vi" or "en"."""
        values: dict[str, object] = dict(self.params)
        values["lot"] = self.lot[1]
        if "reason" in values:
            values["reason"] = reason_text(str(values["reason"]), lang)
        for name in ("type", "status"):
            if lang != "en" and name in values:
                values[name] = TYPE_WORDS.get(str(values[name]), values[name])
        return sentence(_WORDS, self.code, values, lang)


def finding(code: str, lot: Lot, entry: str, **params: object) -> Finding:
    """A finding with its parameters as sorted text."""
    return Finding(code, lot, entry, tuple(sorted((k, str(v)) for k, v in params.items())))


def reason_text(reason: str, lang: str) -> str:
    """The wording of a reason code."""
    return REASONS[reason][0 if lang == "en" else 1]
