"""Notes that say what a statement has codes for, where the note itself is gone or never said it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_ACTIVITIES: Final = {
    "watering": "tưới",
    "pruning": "tỉa",
    "weeding": "làm cỏ",
    "fertilising": "bón phân",
    "spraying": "phun",
    "sowing": "gieo",
}
_REASONS: Final = {
    "test-failed": "kiểm nghiệm không đạt",
    "contamination": "nhiễm bẩn",
    "wrong-label": "sai nhãn",
    "damaged": "hư hỏng",
    "expired": "hết hạn",
    "typing-error": "ghi nhầm",
}
_RESULTS: Final = {"pass": "đạt", "fail": "không đạt", "pending": "chờ kết quả"}


def note_saying(kind: str, body: dict[str, Any], note: str) -> Iterator[str]:
    """The note itself, then the note with the words for the body's codes before it."""
    yield note
    words: list[str] = []
    if kind == "field-work-recorded":
        words += [_ACTIVITIES[body["activity"]]] if body["activity"] in _ACTIVITIES else []
        if "interval_days" in body:
            words.append(f"cách ly {body['interval_days']} ngày")
    elif kind == "tested":
        words.append(_RESULTS[body["result"]])
    elif body.get("reason") in _REASONS:
        words.append(_REASONS[body["reason"]])
    if words:
        yield "; ".join([", ".join(words), note] if note else [", ".join(words)])
