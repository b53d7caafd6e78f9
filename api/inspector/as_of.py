"""Keys, certificates and scales as they stood at the time of each step, not as they stand today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import day
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import CERTIFICATES, REASONS, worded
from ledger.verify.keys import KeyRecord
from ledger.verify.registry import Certificate, Registry

HELD: Final = {
    "station": N_("khóa giữ tại trạm"),
    "hub": N_("khóa do máy chủ giữ hộ: bằng chứng yếu hơn"),
    "hardware": N_("khóa giữ trong thiết bị khóa"),
    "browser": N_("khóa giữ trong trình duyệt"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate, a scale or a key on the day of a step; `state` is good, warn or bad."""

    title: str
    detail: str
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class AsOf:
    """What held when a step was done."""

    key: Paper
    papers: tuple[Paper, ...]


class AtTheTime:
    """Looks things up as of a step, in one language."""

    def __init__(
        self,
        registry: Registry,
        keys: Mapping[bytes, KeyRecord],
        disputed: frozenset[str],
        say: Tongue,
        *,
        placed: bool,
    ) -> None:
        """`disputed` are ids of entries; `placed` when log indexes are those of the whole log."""
        self._registry = registry
        self._keys = keys
        self._disputed = disputed
        self._say = say
        self._placed = placed

    def of(self, step: Mapping[str, Any], item: str) -> AsOf:
        """What held at one step of a lot's facts."""
        when, party, site = step["time"][:10], step["party"], step.get("site")
        subjects = [f"party:{party}"]
        if site:
            subjects.insert(0, f"site:{party}/{site}")
        if step["type"] in ("packed", "labels-issued"):
            subjects.append(f"product:{item}")
        papers = [self._certificate(one, when) for one in self._registry.certificates_of(*subjects)]
        if step.get("instrument"):
            papers.append(self._scale(party, step["instrument"], when))
        return AsOf(self._key(step), tuple(papers))

    def _key(self, step: Mapping[str, Any]) -> Paper:
        say, record = self._say, self._keys.get(bytes.fromhex(step["keyid"]))
        title = f"{step['keyid'][:16]}…"
        held = worded(HELD, step["held"], say)
        if record is None:
            return Paper(title, held, "warn", say("chưa rõ"))
        tag = "" if record.tag is None else say("ký hiệu {tag} · ", tag=record.tag)
        detail = f"{tag}{held}"
        if step["id"] in self._disputed:
            word = say("ký sau mốc tin cậy cuối của khóa bị lộ")
            return Paper(title, detail, "bad", word)
        if record.compromised:
            return Paper(title, detail, "warn", say("còn tốt lúc ký; về sau bị lộ"))
        if record.ended is not None:
            why = worded(REASONS, record.end_reason, say)
            return Paper(
                title, detail, "good", say("còn hiệu lực lúc ký; về sau đã ngừng ({why})", why=why)
            )
        if self._placed:
            word = say("còn hiệu lực lúc ký (đăng ký ở phiếu {index})", index=record.enrolled)
            return Paper(title, detail, "good", word)
        return Paper(title, detail, "good", say("còn hiệu lực lúc ký"))

    def _certificate(self, one: Certificate, when: str) -> Paper:
        say = self._say
        title = f"{worded(CERTIFICATES, one.kind, say)} {one.number}"
        vouched = (
            say("cơ quan quản lý xác nhận ({party})", party=one.vouched_by)
            if one.by_authority
            else say("cơ sở tự khai ({party})", party=one.vouched_by)
        )
        detail = f"{one.issuer} · {day(one.valid_from)} – {day(one.valid_to)} · {vouched}"
        if one.withdrawn:
            return Paper(title, detail, "bad", say("đã bị thu hồi"))
        if when < one.valid_from:
            return Paper(title, detail, "warn", say("ngày {day} chưa có hiệu lực", day=day(when)))
        if when > one.valid_to:
            return Paper(title, detail, "bad", say("ngày {day} đã hết hạn", day=day(when)))
        return Paper(title, detail, "good", say("ngày {day} còn hiệu lực", day=day(when)))

    def _scale(self, party: str, code: str, when: str) -> Paper:
        say = self._say
        title = say("Cân, thiết bị {code}", code=code)
        seen = self._registry.instruments.get((party, code))
        if not seen:
            return Paper(title, "", "bad", say("chưa có lần kiểm định nào trong sổ"))
        for since, until in seen:
            if since <= when <= until:
                detail = f"{day(since)} – {day(until)}"
                return Paper(
                    title, detail, "good", say("ngày {day} trong hạn kiểm định", day=day(when))
                )
        since, until = max(seen, key=lambda one: one[1])
        detail = f"{day(since)} – {day(until)}"
        return Paper(title, detail, "bad", say("ngày {day} ngoài hạn kiểm định", day=day(when)))
