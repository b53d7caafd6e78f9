"""What a check found, in numbers and words: eleven items, every failure, Vietnamese or English."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from ledger.verify.findings import Finding
from ledger.verify.wording import Refusal, shown

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
VERDICTS: dict[str, tuple[str, str]] = {
    "verified": ("VERIFIED", "ĐẠT"),
    "refused": ("REFUSED", "KHÔNG ĐẠT"),
    "undecided": ("UNDECIDED", "CHƯA KẾT LUẬN ĐƯỢC"),
}
# A trust file that names no witnesses leaves item 3 with nothing to check.
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


@dataclass(frozen=True, slots=True)
class CompleteAsOf:
    """The index that shows a bundle to be whole: entries it covers, its log index, claimed time."""

    size: int
    index: int
    time: str


@dataclass(slots=True)
class Report:
    """Outcome of a bundle check. `undecided` holds checks that could not be made for want of
    something, `not_run` those that were not asked for or never reached. `witnesses` are those of the
    trust file that co-signed, with the time each gave (POSIX seconds); `unchecked_witnesses` the
    names of others."""

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
    complete_as_of: CompleteAsOf | None = None
    witnesses: dict[str, int] = field(default_factory=dict)
    unchecked_witnesses: list[str] = field(default_factory=list)

    def fail(self, check: int, index: int | None, refusal: Refusal) -> None:
        """List one broken check: its number, the log index concerned (or None), the refusal."""
        self.failures.append(Failure(check, index, refusal))

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
            "complete_as_of": self._completeness(),
            "unchecked_witnesses": self.unchecked_witnesses,
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

    def _completeness(self) -> dict[str, Any] | None:
        of = self.complete_as_of
        if of is None or self.failures:
            return None
        return {"size": of.size, "time": of.time, "witnesses": self.witnesses}

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
            f"{_in(lang, VERDICTS[self.verdict])}: {self.product or self.item} – "
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
        if self.unchecked_witnesses:
            names = ", ".join(map(shown, self.unchecked_witnesses))
            lines.append(_in(lang, _UNCHECKED).format(names=names))
        if self.verdict == "verified":
            lines.append(completeness(self, lang))
            lines.append(_proved(self, lang))
        return "\n".join(lines) + "\n"


_UNCHECKED = (
    "Not checked, because the trust file does not name them: signatures of {names}.",
    "Chưa kiểm tra vì tệp tin cậy không nêu tên: chữ ký của {names}.",
)
_COMPLETE = (
    "Complete as of mark {size} ({time} by the log's own word): nothing about this lot, its keys and "
    "its papers that was sealed before is missing{seen}.{later}",
    "Đầy đủ tính đến mốc {size} ({time} theo lời khai của sổ): không thiếu phiếu nào đã niêm phong "
    "trước đó về lô này, các khóa và giấy tờ của lô{seen}.{later}",
)
# Hiding needs no forgery when an old index is set under a new seal: so the gap is always told.
_LATER = (
    " Entries sealed after it and not covered: {count}; ask for a newer bundle to know of them.",
    " Số phiếu niêm phong sau mốc này mà mục lục chưa bao gồm: {count}; hãy xin hồ sơ mới hơn để biết.",
)
_SEEN = ("; co-signed by {names}", "; được chứng kiến bởi {names}")
_NOT_COMPLETE = (
    "Completeness is not shown: this bundle has no index of the log.",
    "Chưa chứng minh là đầy đủ: hồ sơ này không kèm mục lục của sổ.",
)
_PROVED = (
    "Shown: {entries} statements signed by {signers}, unchanged since, in log {origin} sealed at size "
    "{size}. Not shown: that nothing newer is hidden; that what was said at the source is true; that "
    "the label is no copy.",
    "Chứng minh được: {entries} phiếu do {signers} ký, không đổi từ khi ký, nằm trong sổ {origin} "
    "niêm phong ở cỡ {size}. Chưa chứng minh: không có phiếu nào bị giấu sau mốc này; lời khai tại "
    "nguồn là thật; tem không bị sao chép.",
)


def completeness(report: Report, lang: str) -> str:
    """One line: as of which mark nothing is missing, and who saw it; or that it is not shown."""
    of = report.complete_as_of
    if of is None:
        return _in(lang, _NOT_COMPLETE)
    names = ", ".join(f"{shown(name)} ({_utc(at)})" for name, at in report.witnesses.items())
    seen = _in(lang, _SEEN).format(names=names) if names else ""
    after = report.tree_size - of.size - (of.index >= of.size)
    later = _in(lang, _LATER).format(count=after) if after else ""
    return _in(lang, _COMPLETE).format(size=of.size, time=of.time, seen=seen, later=later)


def _utc(seconds: int) -> str:
    """POSIX seconds as UTC text; the number itself beyond the calendar, for a witness may say any."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _proved(report: Report, lang: str) -> str:
    return _in(lang, _PROVED).format(
        entries=report.entries,
        signers=", ".join(report.signers),
        origin=report.origin,
        size=report.tree_size,
    )


def _in(lang: str, words: tuple[str, str]) -> str:
    return words[0] if lang == "en" else words[1]
