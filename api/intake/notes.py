"""What a note says in words that a statement has codes for. The note itself stays private."""

import re
from typing import Final

from api.intake.folding import first_said, says, tidy

MOST_INTERVAL_DAYS: Final = 365

_ACTIVITIES: Final = (
    ("watering", "tưới"),
    ("pruning", "tỉa|cắt cành"),
    ("weeding", "làm cỏ|nhổ cỏ|phát cỏ"),
    ("fertilising", "bón phân|bón lót|bón thúc|bón"),
    ("spraying", "phun|xịt"),
    ("sowing", "gieo|trồng|xuống giống"),
)
_UNDECIDED: Final = "chờ kết quả|chưa có kết quả"
_REASONS: Final = (
    # Goods held until the laboratory answers have not failed its test; "in-doubt" speaks of labels.
    ("other", _UNDECIDED),
    ("test-failed", "kiểm nghiệm|không đạt|độ ẩm"),
    ("contamination", "nhiễm|ô nhiễm"),
    ("wrong-label", "sai nhãn|sai tem"),
    ("damaged", "hỏng|hư|vỡ|rách"),
    ("expired", "hết hạn|quá hạn"),
    ("typing-error", "nhầm|ghi sai"),
)
_FAILED: Final = "không đạt|chưa đạt|ko đạt|không phù hợp|không bảo đảm|vượt mức|vượt ngưỡng"
_PASSED: Final = "đạt|phù hợp"
_INTERVAL: Final = re.compile(r"(?:cách ly|cach ly)\D{0,12}?([0-9]{1,6}) ?(?:ngày|ngay)\b")


def activity_of(note: str) -> str:
    """The field-work activity a note speaks of, "other" when it names none."""
    return first_said(note, _ACTIVITIES, "other")


def reason_of(note: str) -> str:
    """The reason code of a recall, a hold or a destruction, "other" when none is named."""
    return first_said(note, _REASONS, "other")


def result_of(note: str) -> str:
    """The result of a test: pass, fail, or pending as long as the note gives none."""
    if says(note, _UNDECIDED):
        return "pending"
    if says(note, _FAILED):
        return "fail"
    return "pass" if says(note, _PASSED) else "pending"


def interval_of(note: str) -> int | None:
    """N of "cách ly N ngày" (days to wait before harvest), None when the note has none."""
    match = _INTERVAL.search(tidy(note).lower())
    return None if match is None else int(match[1])
