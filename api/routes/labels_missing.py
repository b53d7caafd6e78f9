"""The station's answer for a lot, print or result that is not there: it leads back to In tem."""

from __future__ import annotations

from starlette.responses import Response

from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.routes.replies import html


def no_such_lot(lang: str, status: int = 404) -> Response:
    """No packed lot has this product and lot code."""
    say = tongue(lang)
    return _missing(
        lang,
        say("Trạm không thấy lô đóng gói này."),
        say("Hãy kiểm tra mã sản phẩm và mã lô, hoặc chọn lô ở trang In tem."),
        status,
    )


def no_such_print(lang: str) -> Response:
    """No print or result of this process has this name."""
    say = tongue(lang)
    return _missing(
        lang,
        say("Không có lượt in này."),
        say("Có thể chương trình đã khởi động lại; lượt in dở, nếu có, nằm ở trang In tem."),
        404,
    )


def _missing(lang: str, title: str, detail: str, status: int) -> Response:
    page = render("labels_missing.html", lang, title=title, detail=detail)
    return html(page, status)
