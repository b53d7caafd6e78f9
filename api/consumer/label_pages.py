"""Pages of labels that lead to no lot, or must not be relied upon: what it means, and what to do.

A station works for days without a network, so that a label may be on a pack before the hub has heard
of it: what is merely not known yet accuses nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.consumer.lot_page import Banner, Contact
from api.pages.addresses import label_path
from api.pages.messages_catalogue import N_, tongue
from api.pages.rendering import render
from api.routes.link_path import LabelPath

_AGAIN: Final = N_("Quét lại mã QR, giữ máy thẳng và đủ sáng; đừng gõ tay.")
_LATER: Final = N_("Quét lại sau vài giờ, hoặc ngày mai.")
_ASK: Final = N_("Nếu ba ngày sau vẫn vậy, hãy gọi cơ sở hoặc gửi phản ánh.")
_KEEP: Final = N_("Giữ gói hàng và tem lại, báo nơi bán hoặc cơ sở, và gửi phản ánh.")


@dataclass(frozen=True, slots=True)
class _Page:
    tone: str
    title: str
    means: Sequence[str]
    advice: Sequence[str]


_PAGES: Final = {
    "lot-not-yet": _Page(
        "note",
        N_("Chưa thấy lô này trong sổ."),
        (
            N_(
                "Mã sản phẩm đúng là của sổ này. Máy đóng gói có thể làm việc nhiều ngày không có "
                "mạng, nên phiếu ghi của lô có thể chưa được gửi lên."
            ),
            N_("Điều này chưa nói lên rằng tem sai."),
        ),
        (_LATER, _ASK),
    ),
    "serial-not-yet": _Page(
        "note",
        N_("Lô này có trong sổ, nhưng phiếu cấp số tem này chưa thấy."),
        (
            N_(
                "Chữ kiểm tra trong số tem là đúng. Máy đóng gói có thể chưa gửi phiếu cấp tem lên "
                "vì mất mạng."
            ),
        ),
        (N_("Xem lô ghi trên tem: nhất là có bị thu hồi không."), _LATER, _ASK),
    ),
    "wrong-check": _Page(
        "bad",
        N_("Số tem này không đúng."),
        (
            N_(
                "Chữ kiểm tra ở cuối số tem không khớp. Thường là do gõ nhầm hoặc mã in hỏng; cũng "
                "có thể tem không do cơ sở cấp."
            ),
        ),
        (
            _AGAIN,
            N_("Nếu quét lại vẫn vậy: đừng dựa vào chiếc tem này."),
            _KEEP,
        ),
    ),
    "other-lot": _Page(
        "bad",
        N_("Số tem này được cấp cho một lô khác."),
        (N_("Tem có thể đã bị chuyển từ gói khác sang, hoặc địa chỉ đã bị sửa."),),
        (N_("Đừng dựa vào thông tin lô trên tem này."), _AGAIN, _KEEP),
    ),
    "other-ledger": _Page(
        "warn",
        N_("Sản phẩm này không có trong sổ truy xuất này."),
        (
            N_(
                "Mã sản phẩm chưa được đăng ký ở đây. Tem có thể thuộc hệ thống khác, hoặc cơ sở "
                "mới đăng ký và chưa gửi lên."
            ),
        ),
        (
            N_("Xem trên tem có in địa chỉ của hệ thống khác không."),
            _LATER,
            N_("Nếu tem ghi đúng địa chỉ này mà vẫn không mở được, hãy gửi phản ánh."),
        ),
    ),
    "void": _Page(
        "bad",
        N_("Tem này đã bị HỦY."),
        (N_("Cơ sở đã hủy số tem này; tem đã hủy không được dán lên hàng bán ra."),),
        (N_("Đừng dựa vào chiếc tem này."), _KEEP),
    ),
    "not-a-label": _Page(
        "warn",
        N_("Địa chỉ này không phải địa chỉ trên tem."),
        (N_("Địa chỉ đúng gồm mã sản phẩm, mã lô và có thể có số tem."),),
        (_AGAIN,),
    ),
}


def label_page(
    code: str,
    lang: str,
    path: LabelPath | None = None,
    *,
    name: str = "",
    contact: Contact | None = None,
    banners: Sequence[Banner] = (),
    lot_known: bool = False,
    genuine: bool = False,
    detail: str = "",
    as_of: str = "",
) -> bytes:
    """The page of one such label, as UTF-8.

    `path` is what was scanned, None when it could not be read; `name` the product's, "" when it is
    not known. `banners` stand above everything, such as the lot's recall; `lot_known` leads on to
    the lot's page; `genuine` says that the serial's check letters are right. `detail` is one more
    sentence in that language, `as_of` the moment that the page speaks of, when that is not now.
    """
    page, say = _PAGES[code], tongue(lang)
    means = [*([detail] if detail else []), *(say(one) for one in page.means)]
    if genuine and code == "lot-not-yet":
        means.append(say("Chữ kiểm tra trong số tem là đúng."))
    return render(
        "consumer/label.html",
        lang,
        tone=page.tone,
        title=say(page.title),
        means=means,
        advice=[say(one) for one in page.advice],
        path=path,
        product=name,
        contact=contact,
        banners=banners,
        as_of=as_of,
        lot_path=label_path(path.gtin14, path.lot) if path is not None and lot_known else "",
        report_path="" if path is None else label_path(path.gtin14, path.lot, path.serial),
    )
