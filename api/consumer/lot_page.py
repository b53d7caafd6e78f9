"""What the consumer page says of one lot, worked out from its facts (Circular 02/2024, ten items).

Pure: facts in, words out. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape

from api.consumer.frame import frame
from api.consumer.phones import dialled
from api.consumer.story import (
    MOST_PHOTOS,
    certificate_line,
    in_order,
    place_words,
    stage_line,
    story_lead,
    yield_words,
)
from api.pages.access_words import GROUP_WORDS
from api.pages.addresses import label_path, lot_path
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.rendering import render
from api.pages.words import LABEL_STATES, REASONS, quantity, worded
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
class Contact:
    """Whom to ask: a party's name, its address, and its telephone or ""; `tel` is how it is dialled."""

    name: str
    address: str
    phone: str = ""
    tel: str = ""


def contact_of(producer: Mapping[str, Any], phone: str = "") -> Contact | None:
    """Name, address and telephone of a party; None where nothing of it is known."""
    name = producer.get("name") or ""
    address = place_words(producer.get("address") or "", producer.get("province") or "")
    if not (name or address or phone):
        return None
    return Contact(name, address, phone, dialled(phone))


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
        phone: str = "",
        base: str = "",
    ) -> None:
        """`label_state` is that of the labels scanned; None for the page of the lot alone.

        `as_of` is the moment that the page speaks of, when that is not now; `phone` the telephone
        that the producer shows, `base` the public address of labels.
        """
        say = self._say = tongue(lang)
        product = facts.get("product") or {}
        item, lot = facts["item"], facts["lot"]
        certificates = facts.get("certificates") or []
        stages = in_order(facts.get("stages") or [])
        producer = {**_NO_PRODUCER, **(facts.get("producer") or {})}
        own = label_path(item, lot)
        around = frame(say.lang)
        self.opening = around.opening
        main = render(
            "consumer/lot.html",
            lang,
            banners=banners_of(facts, today, say, label_state),
            contact=contact_of(producer, phone),
            facts=facts,
            product={**_NO_PRODUCT, **product},
            producer=producer,
            address=place_words(producer["address"], producer["province"]),
            ocop=_recognition(facts, certificates, today),
            lapsed=_lapsed(facts, certificates, today, say),
            lead=story_lead(stages, say),
            stages=[stage_line(stage, say) for stage in stages],
            certificates=[certificate_line(one, today, say) for one in certificates],
            made=yield_words(facts, say),
            image=product.get("image"),
            photos=[one for one in facts.get("photos") or [] if not one["gone"]][:MOST_PHOTOS],
            dates=_dates(facts, say),
            net=quantity(product.get("net_content"), say),
            trace_code=f"(01){item}(10){lot}" if facts.get("product") else f"{item} {lot}",
            label_state="" if label_state is None else worded(LABEL_STATES, label_state, say),
            item=item,
            lot=lot,
            path=lot_path(item, lot),
            own_path=own,
            shown_address=f"{base}{own}",
            host=urlsplit(base).netloc,
            as_of=as_of,
            hidden=hidden_words(facts, say),
        )
        named = f"{facts['name']} – {say('lô')} {lot}"
        title = b"<title>%s</title>" % str(escape(named)).encode()
        before, after = main.split(_SCANS)
        before = b"".join((around.opening, title, around.between, before))
        after += around.closing
        self._before, self._after = before.split(_SERIAL), after.split(_SERIAL)

    def of(self, serial: str | None = None, scans: tuple[int, str] | None = None) -> bytes:
        """The page as UTF-8 for one label.

        `scans` is how often it was scanned, this time included, and the ISO day of the first.
        """
        told = b""
        if scans is not None:
            told = f'<p class="scans">{escape(_scan_line(scans, self._say))}</p>\n'.encode()
        written = str(escape(serial or "")).encode()
        return b"".join((written.join(self._before), told, written.join(self._after)))


def hidden_words(facts: Facts, say: Tongue) -> str:
    """The groups of fields that were left out, in words; "" when everything is shown."""
    return ", ".join(worded(GROUP_WORDS, one, say) for one in facts.get("hidden") or ())


def _dates(facts: Facts, say: Tongue) -> str:
    """When it was made and until when it keeps, as labels write it (Decree 37/2026, art. 42)."""
    until = day(facts["expiry"]) if facts.get("expiry") else say("chưa có")
    return say("NSX: {made} · HSD: {until}", made=day(facts.get("packed_on")), until=until)


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


def banners_of(facts: Facts, today: str, say: Tongue, label_state: str | None) -> list[Banner]:
    """What must be said before anything else: recall or hold, expiry, doubt about the label."""
    found = []
    status = Views.status(facts, today)
    if status in {"recalled", "held"}:
        found.append(_stop(facts["stopped"], status, say))
    expiry = facts.get("expiry")
    if expiry and expiry < today:
        title = say("Lô này đã HẾT HẠN SỬ DỤNG ngày {expiry}.", expiry=day(expiry))
        advice = say("Đừng dùng nữa. Nếu vừa mua, hãy mang lại nơi bán và báo giúp cơ sở.")
        found.append(Banner("bad", title, advice))
    if label_state == "in_doubt":
        title = say("Tem này CHƯA CHẮC đã được in ra: máy in dừng giữa chừng.")
        advice = say(
            "Thông tin của lô bên dưới vẫn đúng. Riêng chiếc tem này cơ sở chưa kịp xác nhận: nếu "
            "gói hàng còn nguyên thì không sao; nếu có gì lạ, hãy gọi cơ sở hoặc gửi phản ánh."
        )
        found.append(Banner("warn", title, advice))
    return found


def _stop(stopped: Facts, status: str, say: Tongue) -> Banner:
    """The banner of a recall or a hold, with the order's number where one was given."""
    reason, since = worded(REASONS, stopped["reason"], say), day(stopped["time"])
    if status == "recalled":
        title = say("Lô này đang bị THU HỒI từ {since}: {reason}.", since=since, reason=reason)
        advice = say("Không dùng, không bán. Hãy mang sản phẩm lại nơi mua hoặc gọi cơ sở.")
        tone = "bad"
    else:
        title = say("Lô này đang bị TẠM GIỮ từ {since}: {reason}.", since=since, reason=reason)
        advice = say("Chưa dùng cho đến khi cơ sở thông báo kết quả kiểm tra.")
        tone = "warn"
    if stopped.get("order"):
        advice += " " + say("Theo văn bản số {order}.", order=stopped["order"])
    return Banner(tone, title, advice)


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
