"""What the consumer page says of one lot, worked out from its facts (Circular 02/2024, ten items).

Pure: facts in, words out. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import escape

from api.pages.access_words import GROUP_WORDS
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.rendering import render
from api.pages.words import CERTIFICATES, LABEL_STATES, REASONS, STAGES, amount, quantity, worded
from api.scans.counter import EXACT
from ledger.projections.views import Views

Facts = dict[str, Any]
# Comments that the template alone can write: whatever comes from a ledger is escaped.
_SERIAL, _SCANS = b"<!--serial-->", b"<!--scans-->\n"
# What a template asks for is there: asking whether it is costs more than all the escaping.
_NO_PRODUCT: Facts = dict.fromkeys(
    (
        *("brand", "standards", "net_content", "ingredients"),
        *("usage", "storage", "warning", "origin"),
    )
)
_NO_PRODUCER: Facts = dict.fromkeys(("name", "address", "province"))
QUIET = 5
"""Scans of one label that need no word of advice: a shop, a buyer, a guest, and one of them twice."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A notice above everything else. `tone` is "bad" or "warn"."""

    tone: str
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: what, on which days, at which sites, how much; `own` when it made this lot."""

    name: str
    goods: str
    days: str
    places: str
    amount: str
    own: bool


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate with who vouches for it; `fault` says why it does not count, or ""."""

    name: str
    number: str
    subject: str
    issuer: str
    valid_from: str
    valid_to: str
    vouched: str
    fault: str


def lot_path(item: str, lot: str) -> str:
    """`{item}/{lot}` for an address, each percent-encoded to the last reserved character."""
    return f"{quote(item, safe='')}/{quote(lot, safe='')}"


class LotPage:
    """The consumer page of a known lot, written once for all labels in one state.

    A crowd scans many labels of one lot: only the serial and its scans differ.
    """

    def __init__(
        self,
        facts: Facts,
        today: str,
        lang: str,
        label_state: str | None = None,
        as_of: str = "",
    ) -> None:
        """`label_state` is that of the labels scanned; None for the page of the lot alone.

        `as_of` is the moment that the page speaks of, when that is not now.
        """
        say = self._say = tongue(lang)
        product = facts.get("product") or {}
        item, lot = facts["item"], facts["lot"]
        certificates = facts.get("certificates") or []
        whole = render(
            "consumer.html",
            lang,
            banners=_banners(facts, today, say, label_state),
            facts=facts,
            product={**_NO_PRODUCT, **product},
            producer={**_NO_PRODUCER, **(facts.get("producer") or {})},
            ocop=_recognition(facts, certificates, today),
            lapsed=_lapsed(facts, certificates, today, say),
            stages=[_stage(stage, say) for stage in facts.get("stages") or []],
            certificates=[_certificate(one, today, say) for one in certificates],
            packed_on=day(facts.get("packed_on")),
            expiry=day(facts.get("expiry")),
            net=quantity(product.get("net_content"), say),
            trace_code=f"(01){item}(10){lot}" if facts.get("product") else f"{item} {lot}",
            label_state="" if label_state is None else worded(LABEL_STATES, label_state, say),
            item=item,
            lot=lot,
            path=lot_path(item, lot),
            as_of=as_of,
            hidden=hidden_words(facts, say),
        )
        before, after = whole.split(_SCANS)
        self._before, self._after = before.split(_SERIAL), after

    def of(self, serial: str | None = None, scans: tuple[int, str] | None = None) -> bytes:
        """The page as UTF-8 for one label.

        `scans` is how often it was scanned, this time included, and the ISO day of the first.
        """
        told = b""
        if scans is not None:
            told = f'<p class="scans">{escape(_scan_line(scans, self._say))}</p>\n'.encode()
        before = str(escape(serial or "")).encode().join(self._before)
        return b"".join((before, told, self._after))


def hidden_words(facts: Facts, say: Tongue) -> str:
    """The groups of fields that were left out, in words; "" when everything is shown."""
    return ", ".join(worded(GROUP_WORDS, one, say) for one in facts.get("hidden") or ())


def _scan_line(scans: tuple[int, str], say: Tongue) -> str:
    count, first = scans
    if count <= 1:
        return say("Đây là lần quét đầu tiên của tem này.")
    if count > EXACT:
        told = say(
            "Tem này đã được quét hơn {count} lần, lần đầu ngày {day}.",
            count=EXACT,
            day=day(first),
        )
    else:
        told = say(
            "Tem này đã được quét {count} lần, lần đầu ngày {day}.", count=count, day=day(first)
        )
    if count <= QUIET:
        return told
    advice = say("Mở lại trang cũng được tính. Nếu gói hàng còn nguyên, hãy hỏi nơi bán.")
    return f"{told} {advice}"


def _banners(facts: Facts, today: str, say: Tongue, label_state: str | None) -> list[Banner]:
    found = []
    status = Views.status(facts, today)
    if status in {"recalled", "held"}:
        stopped = facts["stopped"]
        reason = worded(REASONS, stopped["reason"], say)
        since = day(stopped["time"])
        if status == "recalled":
            title = say("Lô này đang bị THU HỒI từ {since}: {reason}.", since=since, reason=reason)
            advice = say("Không dùng, không bán. Hãy mang sản phẩm lại nơi mua hoặc gọi cơ sở.")
            found.append(Banner("bad", title, advice))
        else:
            title = say("Lô này đang bị TẠM GIỮ từ {since}: {reason}.", since=since, reason=reason)
            advice = say("Chưa dùng cho đến khi cơ sở thông báo kết quả kiểm tra.")
            found.append(Banner("warn", title, advice))
    expiry = facts.get("expiry")
    if expiry and expiry < today:
        title = say("Lô này đã HẾT HẠN SỬ DỤNG ngày {expiry}.", expiry=day(expiry))
        found.append(Banner("bad", title, say("Không nên dùng sản phẩm này nữa.")))
    if label_state == "void":
        title = say("Tem này đã bị HỦY.")
        advice = say(
            "Tem đã hủy không được dán lên hàng bán ra. Hãy báo nơi bán và cơ sở sản xuất."
        )
        found.append(Banner("bad", title, advice))
    elif label_state == "in_doubt":
        title = say("Tem này CHƯA CHẮC đã được in ra: máy in dừng giữa chừng.")
        advice = say("Thông tin của lô vẫn đúng, nhưng hãy hỏi cơ sở về riêng chiếc tem này.")
        found.append(Banner("warn", title, advice))
    return found


def _recognition(facts: Facts, certificates: list[Facts], today: str) -> Facts | None:
    """The OCOP recognition whose stars may be shown: it covered the packing day and still runs."""
    stars = facts.get("stars") or 0
    for one in certificates:
        covers = one.get("covers") and one["valid_to"] >= today
        if one["kind"] == "ocop" and covers and one.get("stars") == stars > 0:
            return one
    return None


def _lapsed(facts: Facts, certificates: list[Facts], today: str, say: Tongue) -> str:
    """A sentence about an OCOP recognition that no longer counts, without its stars; or ""."""
    found = facts.get("stars_lapsed")
    if not found:
        ended = (c for c in certificates if c["kind"] == "ocop" and c["valid_to"] < today)
        found = next(ended, None)
    if not found or _recognition(facts, certificates, today):
        return ""
    return say(
        "Quyết định công nhận OCOP số {number} đã hết hiệu lực ngày {day}: không hiển thị hạng sao.",
        number=found["number"],
        day=day(found["valid_to"]),
    )


def _stage(stage: Facts, say: Tongue) -> StageLine:
    first, last = day(stage["first_day"]), day(stage["last_day"])
    places = ", ".join(_site(site, say) for site in stage.get("sites") or [])
    amounts = []
    if stage.get("kg"):
        amounts.append(f"{amount(stage['kg'], say.lang)} kg")
    if stage.get("packs"):
        amounts.append(say("{packs} gói", packs=amount(str(stage["packs"]), say.lang)))
    if (stage.get("count") or 1) > 1:
        amounts.append(say("{count} lần", count=stage["count"]))
    return StageLine(
        worded(STAGES, stage["type"], say),
        stage.get("item_name") or stage.get("item") or "",
        first if first == last else f"{first} – {last}",
        places,
        ", ".join(amounts),
        bool(stage.get("own")),
    )


def _site(site: Facts, say: Tongue) -> str:
    name = site.get("name") or site["code"]
    if site.get("growing_area_code"):
        return say("{name} (mã vùng trồng {code})", name=name, code=site["growing_area_code"])
    if site.get("packing_house_code"):
        return say("{name} (mã cơ sở đóng gói {code})", name=name, code=site["packing_house_code"])
    return str(name)


def _certificate(one: Facts, today: str, say: Tongue) -> CertificateLine:
    if one["valid_to"] < today:
        fault = say("đã hết hạn")
    elif not one.get("covers"):
        fault = say("không gồm ngày đóng gói")
    else:
        fault = ""
    who = one.get("vouched_by") or ""
    if one.get("by_authority"):
        vouched = say("{who} ký xác nhận (cơ quan có thẩm quyền)", who=who)
    else:
        vouched = say("{who} tự khai, chưa có cơ quan ký xác nhận", who=who)
    return CertificateLine(
        worded(CERTIFICATES, one["kind"], say),
        one["number"],
        one.get("subject_name") or one.get("subject") or "",
        one["issuer"],
        day(one["valid_from"]),
        day(one["valid_to"]),
        vouched,
        fault,
    )
