"""Findings in the order in which an inspector acts upon them.

By severity first; within one severity this lot before those it was made of, then what may hurt
somebody or is moving now, then labels (copies), amounts, dates, papers, and last what only has to
be known.
"""

from __future__ import annotations

from typing import Any, Final

SEVERITY: Final = ("error", "warning", "notice")
_ORDER: Final = (
    "moved-while-stopped",
    "input-recalled",
    "lot-recalled",
    "lot-held",
    "test-failed",
    "pre-harvest-interval",
    "lot-expired",
    "disputed-key",
    "serial-reused",
    "labels-exceed-packs",
    "shipped-exceeds",
    "overdrawn",
    "more-out-than-in",
    "packs-exceed-content",
    "expiry-before-packing",
    "before-input",
    "time-in-future",
    "origin-missing",
    "stars-expired",
    "certificate-expired",
    "instrument-out",
    "instrument-unverified",
    "site-unknown",
    "disputed-fact",
    "not-linked",
    "recorded-late",
    "corrected",
)
_RANK: Final = {code: rank for rank, code in enumerate(_ORDER)}


def ranked(findings: list[dict[str, Any]], lot: tuple[str, str]) -> list[dict[str, Any]]:
    """The findings of a lot's facts, what to act upon first at the head."""

    def rank(one: dict[str, Any]) -> tuple[int, bool, int]:
        severity = one["severity"]
        worst = SEVERITY.index(severity) if severity in SEVERITY else len(SEVERITY)
        foreign = (one.get("item", lot[0]), one.get("lot", lot[1])) != lot
        return worst, foreign, _RANK.get(one["code"], len(_ORDER))

    return sorted(findings, key=rank)
