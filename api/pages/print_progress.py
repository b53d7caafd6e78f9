"""A print in words and lengths: the same for the page and for its small JSON answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from api.pages.messages_catalogue import Tongue, tongue
from api.pages.words import amount


class SeenJob(Protocol):
    """What is shown of a job."""

    @property
    def count(self) -> int: ...
    @property
    def done(self) -> bool: ...
    @property
    def stopping(self) -> bool: ...
    @property
    def progress(self) -> Mapping[str, int]: ...
    def fault(self, lang: str) -> str | None: ...
    def trouble(self, lang: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """Labels of one job. `moving` are on their way to paper, `waiting` have not left."""

    printed: int
    moving: int
    waiting: int
    in_doubt: int
    void: int

    @classmethod
    def of(cls, progress: Mapping[str, int], count: int) -> Counts:
        """From the spool's states; labels that the spool does not have yet are waiting."""

        def sum_of(*states: str) -> int:
            return sum(progress.get(state, 0) for state in states)

        return cls(
            sum_of("confirmed"),
            sum_of("sending", "sent"),
            max(count - sum_of("confirmed", "sending", "sent", "in_doubt", "void"), 0),
            sum_of("in_doubt"),
            sum_of("void"),
        )


@dataclass(frozen=True, slots=True)
class ProgressView:
    """One look at a print. Every text is in the page's language; "" for none."""

    done: bool
    headline: str
    trouble: str
    fault: str
    ending: str
    pace: str
    counts: dict[str, str]
    bar: dict[str, int]

    def json(self) -> dict[str, Any]:
        """For the page's module."""
        return asdict(self)


def view_of(job: SeenJob, rate: float | None, lang: str, *, on_sheet: bool = False) -> ProgressView:
    """How a print stands now; `rate` in labels a second, None while unknown.

    `on_sheet`: a file of label sheets was written, which somebody prints elsewhere.
    """
    say = tongue(lang)
    counts = Counts.of(job.progress, job.count)
    trouble = "" if job.done else job.trouble(lang) or ""
    fault = job.fault(lang) or ""
    shown = {name: amount(str(value), lang) for name, value in asdict(counts).items()}
    return ProgressView(
        done=job.done,
        headline=_headline(job, counts, trouble, fault, say, on_sheet),
        trouble=trouble,
        fault=fault if job.done else "",
        ending=_ending(job, counts, say) if job.done else "",
        pace="" if job.done or trouble else _pace(rate, counts, say),
        counts=shown,
        bar=_bar(counts, job.count),
    )


def _headline(
    job: SeenJob, counts: Counts, trouble: str, fault: str, say: Tongue, on_sheet: bool
) -> str:
    if not job.done:
        if job.stopping:
            return say("Đang dừng in…")
        return say("Máy in đang chờ bạn") if trouble else say("Đang in tem")
    if counts.in_doubt:
        if on_sheet:
            return say("Đã tạo tờ tem")
        whole = not counts.waiting and not fault
        return say("Đã in hết, chờ xác nhận") if whole else say("Đã dừng: có tem chưa rõ")
    if counts.waiting:
        return say("Chưa in hết") if fault else say("Đã dừng in")
    return say("Đã in xong lượt này")


def _ending(job: SeenJob, counts: Counts, say: Tongue) -> str:
    """One sentence that accounts for every label of the job."""

    def number(value: int) -> str:
        return amount(str(value), say.lang)

    if not any(job.progress.values()):
        return say("Lượt này chưa in tem nào.")
    parts = [say("{count} tem đã in ra", count=number(counts.printed))]
    if counts.in_doubt:
        parts.append(say("{count} tem chưa rõ đã ra hay chưa", count=number(counts.in_doubt)))
    if counts.void:
        parts.append(say("{count} tem đã hủy", count=number(counts.void)))
    if counts.waiting:
        parts.append(say("{count} tem chưa in, trở lại chờ in", count=number(counts.waiting)))
    return say("Lượt này: {parts}.", parts=", ".join(parts))


def _pace(rate: float | None, counts: Counts, say: Tongue) -> str:
    if rate is None or rate <= 0:
        return ""
    speed = amount(f"{rate:.1f}", say.lang)
    seconds = round((counts.waiting + counts.moving) / rate)
    if seconds < 60:
        left = say("còn khoảng {seconds} giây", seconds=max(seconds, 1))
    else:
        left = say("còn khoảng {minutes} phút", minutes=-(-seconds // 60))
    return say("{speed} tem mỗi giây, {left}", speed=speed, left=left)


def _bar(counts: Counts, count: int) -> dict[str, int]:
    """Lengths of the bar's parts in thousandths, in the order of the bar."""
    whole = max(count, 1)
    settled = counts.printed + counts.void
    return {
        "printed": 1000 * settled // whole,
        "moving": 1000 * counts.moving // whole,
        "doubt": 1000 * counts.in_doubt // whole,
    }
