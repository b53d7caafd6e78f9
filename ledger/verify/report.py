"""What a check found, in numbers and words: eleven items, every failure, Vietnamese or English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.verify.findings import Finding
from ledger.verify.wording import Refusal

TITLES: dict[int, tuple[str, str]] = {
    1: ("strict reading of the file and its statements", "đọc chặt tệp và các phiếu ghi"),
    2: ("checkpoint signature and origin", "chữ ký và tên của mốc niêm phong"),
    3: ("witness quorum", "số bên chứng kiến"),
    4: ("every entry is in the sealed log", "mọi phiếu đều nằm trong sổ đã niêm phong"),
    5: ("every signature", "mọi chữ ký"),
    6: (
        "every key enrolled, allowed and not ended",
        "mọi khóa đã đăng ký, đúng quyền, còn hiệu lực",
    ),
    7: ("journal positions agree", "vị trí trong nhật ký trạm khớp nhau"),
    8: ("the lot's graph is complete", "chuỗi của lô đầy đủ"),
    9: ("rules about goods", "quy tắc về hàng hóa"),
    10: ("anchors and claimed times", "mốc neo và thời gian khai"),
    11: ("what it adds up to", "kết luận về lô"),
}
STATUSES: dict[str, tuple[str, str]] = {
    "active": ("in circulation", "đang lưu hành"),
    "held": ("HELD", "ĐANG TẠM GIỮ"),
    "recalled": ("RECALLED", "ĐANG THU HỒI"),
    "expired": ("OUT OF DATE", "QUÁ HẠN DÙNG"),
}
_VERDICTS: dict[str, tuple[str, str]] = {
    "verified": ("VERIFIED", "ĐẠT"),
    "refused": ("REFUSED", "KHÔNG ĐẠT"),
    "undecided": ("UNDECIDED", "CHƯA KẾT LUẬN ĐƯỢC"),
}
# Trust files of this version demand no witnesses, so item 3 has nothing to check.
NOT_ASKED = frozenset({3})
EXIT = {"verified": 0, "refused": 1, "undecided": 2}


@dataclass(frozen=True, slots=True)
class Failure:
    """One broken check: item number, log index of the entry concerned (or None), the refusal."""

    check: int
    index: int | None
    refusal: Refusal

    def say(self, lang: str) -> str:
        """One sentence, with the place it concerns."""
        place = "" if self.index is None else f"[{self.index}] "
        return place + self.refusal.say(lang)


@dataclass(slots=True)
class Report:
    """Outcome of a bundle check. `undecided` holds checks that could not be made for want of
    something, `not_run` those that were not asked for or never reached."""

    item: str = ""
    lot_code: str = ""
    origin: str = ""
    tree_size: int = 0
    entries: int = 0
    status: str = ""
    product: str = ""
    failures: list[Failure] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)
    not_run: set[int] = field(default_factory=lambda: set(NOT_ASKED))
    findings: list[Finding] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """verified, refused or undecided."""
        if self.failures:
            return "refused"
        return "undecided" if self.undecided else "verified"

    def as_json(self, lang: str) -> dict[str, Any]:
        """The report as plain data; sentences are in `lang`."""
        return {
            "verdict": self.verdict,
            "item": self.item,
            "lot": self.lot_code,
            "product": self.product,
            "status": self.status,
            "origin": self.origin,
            "tree_size": self.tree_size,
            "entries": self.entries,
            "signers": self.signers,
            "checks": [
                {
                    "number": number,
                    "title": _in(lang, TITLES[number]),
                    "outcome": self._outcome(number),
                    "failures": [
                        {
                            "code": failure.refusal.code,
                            "index": failure.index,
                            "sentence": failure.refusal.say(lang),
                        }
                        for failure in self.failures
                        if failure.check == number
                    ],
                }
                for number in TITLES
            ],
            "findings": [
                {
                    "code": one.code,
                    "severity": one.severity,
                    "item": one.lot[0],
                    "lot": one.lot[1],
                    "entry": one.entry,
                    "sentence": one.say(lang),
                }
                for one in self.findings
            ],
        }

    def _outcome(self, number: int) -> str:
        if any(failure.check == number for failure in self.failures):
            return "failed"
        if number in self.undecided:
            return "not-decided"
        return "not-run" if number in self.not_run else "passed"

    def as_text(self, lang: str) -> str:
        """The report as lines for a person."""
        vi = lang != "en"
        marks = {"passed": "✓", "failed": "✗", "not-decided": "?", "not-run": "–"}
        lines = [
            f"{_in(lang, _VERDICTS[self.verdict])}: {self.product or self.item} – "
            f"{'lô' if vi else 'lot'} {self.lot_code}"
        ]
        if self.status and self.verdict == "verified":
            lines.append(
                f"{'Tình trạng' if vi else 'Standing'}: {_in(lang, STATUSES[self.status])}"
            )
        for number, title in TITLES.items():
            outcome = self._outcome(number)
            lines.append(f" {marks[outcome]} {number:2} {_in(lang, title)}")
            lines += [
                f"      – {failure.say(lang)}"
                for failure in self.failures
                if failure.check == number
            ]
        if self.findings:
            lines.append("Phát hiện:" if vi else "Findings:")
            lines += [f" • {one.say(lang)}" for one in self.findings]
        if self.verdict == "verified":
            lines.append(_proved(self, vi=vi))
        return "\n".join(lines) + "\n"


def _proved(report: Report, *, vi: bool) -> str:
    signers = ", ".join(report.signers)
    if vi:
        return (
            f"Chứng minh được: {report.entries} phiếu do {signers} ký, không đổi từ khi ký, nằm trong "
            f"sổ {report.origin} niêm phong ở cỡ {report.tree_size}. Chưa chứng minh: không có phiếu "
            "nào bị giấu sau mốc này; lời khai tại nguồn là thật; tem không bị sao chép."
        )
    return (
        f"Shown: {report.entries} statements signed by {signers}, unchanged since, in log "
        f"{report.origin} sealed at size {report.tree_size}. Not shown: that nothing newer is hidden; "
        "that what was said at the source is true; that the label is no copy."
    )


def _in(lang: str, words: tuple[str, str]) -> str:
    return words[0] if lang == "en" else words[1]
