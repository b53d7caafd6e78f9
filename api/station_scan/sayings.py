"""A meaning in words: what was read, what it is here, what to do when it is nothing here."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.messages_catalogue import Tongue
from api.pages.words import LABEL_STATES, STATUSES, worded
from api.station_scan.meaning import Meaning
from ledger.domain.digital_link import GS1_BASE, label_url
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Gtin, LotCode


@dataclass(frozen=True, slots=True)
class Said:
    """`tone` is good, warn or bad; `title` says what it is, `lines` what else is to be known."""

    tone: str
    title: str
    lines: tuple[str, ...]


def said_of(found: Meaning, say: Tongue) -> Said:
    """The words of a scan that could be read."""
    notes = [_note(note, found, say) for note in found.notes]
    lot = found.lot
    if lot is not None:
        stopped = (found.facts or {}).get("stopped")
        if stopped is not None:
            notes.insert(
                0,
                say(
                    "Lô này {state}: không in tem, không xuất, không bán.",
                    state=worded(STATUSES, stopped["type"], say),
                ),
            )
        if found.kind == "label":
            title = say(
                "Tem {serial}: {name}, lô {lot}",
                serial=found.reading.serial,
                name=lot.name,
                lot=lot.code,
            )
            if found.state:
                notes.append(say("Tem này: {state}.", state=worded(LABEL_STATES, found.state, say)))
        else:
            title = say("{name}, lô {lot}", name=lot.name, lot=lot.code)
        tone = "bad" if stopped is not None else "warn" if found.notes else "good"
        return Said(tone, title, tuple(notes))
    if found.kind == "carton":
        return Said("good", say("Thùng {sscc}", sscc=found.reading.sscc), tuple(notes))
    if found.kind == "several":
        title = say("Có {count} lô cùng mã {lot}", count=len(found.lots), lot=found.lots[0].code)
        return Said("warn", title, (say("Hãy chọn đúng lô theo tên hàng."), *notes))
    if found.kind == "product":
        title = say("Sản phẩm {name}", name=found.name)
        why = say("Mã {gtin} chỉ nói sản phẩm, không nói lô nào.", gtin=found.reading.item)
        return Said("good", title, (why, *notes))
    return _unknown(found, say, notes)


def _unknown(found: Meaning, say: Tongue, notes: list[str]) -> Said:
    reading = found.reading
    read = [
        f"{what}: {value}"
        for what, value in (
            ("GTIN", reading.item if reading.item and "/" not in reading.item else None),
            (say("Mặt hàng"), reading.item if reading.item and "/" in reading.item else None),
            (say("Mã lô"), reading.lot),
            (say("Số tem"), reading.serial),
            (say("Số thùng"), reading.sscc),
        )
        if value
    ]
    if found.name:
        read.insert(0, found.name)
    told = say("Đã đọc được {read}.", read=" · ".join(read)) if read else ""
    if reading.sscc:
        what = say("Thùng này chưa có trong sổ ở trạm này. Nếu vừa đóng: hãy ghi Đóng thùng.")
    elif reading.item and reading.lot:
        what = say(
            "Lô này chưa có trong sổ ở trạm này. Hàng vừa nhận thì ghi Tiếp nhận; hàng của trạm khác thì chờ đồng bộ rồi quét lại."
        )
    elif reading.item:
        what = say("Sản phẩm này chưa đăng ký trong sổ; nhờ người quản lý đăng ký.")
    else:
        what = say(
            "Sổ ở trạm này không có mã nào như vậy. Hãy xem lại mã trên tem, tắt bộ gõ tiếng Việt, rồi quét lại."
        )
    doubt = () if found.scan.doubt is None else (found.scan.doubt.say(say.lang),)
    title = say("Không tìm thấy {found}", found=_short(found.scan.text))
    return Said("warn", title, tuple(one for one in (told, what, *doubt, *notes) if one))


def _note(note: str, found: Meaning, say: Tongue) -> str:
    if note == "other-host":
        return say(
            "Mã này dẫn tới {host}, không phải địa chỉ tem của cơ sở.", host=_short(found.host)
        )
    if note == "other-case":
        return say("Mã đọc ra khác chữ hoa, chữ thường: phím Caps Lock đang bật. Hãy tắt đi.")
    if note == "serial-false":
        return say(
            "Số tem không khớp phần kiểm tra. Hãy quét lại; nếu vẫn vậy, tem không do sổ này cấp: báo người quản lý."
        )
    if note == "serial-nowhere":
        return say("Số tem đúng dạng nhưng trạm này chưa biết: có thể tem do trạm khác cấp.")
    return say("Số tem này được cấp cho lô khác. Đừng dùng gói này, báo người quản lý.")


def _short(text: str) -> str:
    """What was scanned, no longer than a line."""
    return text if len(text) <= 60 else f"{text[:57]}…"


def plain_text(found: Meaning, base: str | None) -> str:
    """What was scanned in the form that every field of the station takes; "" for no lot."""
    lot = found.lot
    if lot is None:
        return ""
    if found.kind == "label" and found.reading.serial and "/" not in lot.item:
        try:
            return label_url(
                base or GS1_BASE, Gtin(lot.item), LotCode(lot.code), found.reading.serial
            )
        except DomainError:  # a serial that cannot stand in an address
            return lot.text
    return lot.text
