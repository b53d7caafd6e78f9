"""/quan-ly: every register with its count and what in it needs attention, and the ways from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from api.access.table import may
from api.access.viewer import Viewer
from api.attention.gathering import attention_of
from api.attention.judging import Matter, Paper, Scale
from api.attention.lines import MOST_LINES, Block, Line, line_of
from api.pages.messages_catalogue import N_, Tongue
from api.registers.fields import REGISTERS
from api.registers.listing import rows
from api.registers.reading import Desk
from api.routes.services import Services

_LISTS: Final = "/quan-ly/danh-muc"
_ICONS: Final = {
    "san-pham": "pack",
    "mat-hang": "harvest",
    "dia-diem": "place",
    "giay-chung-nhan": "certificate",
    "can-do": "scale",
}
_WAYS: Final = (
    ("/quan-ly/so-lieu", "chart", N_("Số liệu"), N_("Hiệu suất, hao hụt, tem, tồn kho")),
    ("/quan-ly/bang", "table", N_("Bảng tính vào, ra"), N_("Nhập và xuất CSV, Excel")),
    ("/quan-ly/anh", "photo", N_("Ảnh"), N_("Ảnh sản phẩm, địa điểm, lô hàng")),
    ("/quan-ly/dien-tap", "recall", N_("Diễn tập thu hồi"), N_("Gói nào, ở đâu, báo ai")),
    ("/quan-ly/nguoi-truc", "people", N_("Người trực trạm"), N_("Mã PIN mở trang trạm")),
    ("/quan-ly/mau-tem", "label", N_("Mẫu tem"), N_("Mẫu thường dùng của từng sản phẩm")),
    ("/tram/may-in", "printer", N_("Máy in tem"), N_("Thêm, in thử, bỏ máy in")),
    ("/nguoi", "person", N_("Tài khoản"), N_("Ai được đăng nhập, vai trò gì")),
    ("/cong-khai", "book", N_("Điều người mua thấy"), N_("Chọn thông tin không công khai")),
    ("/phan-anh", "message", N_("Phản ánh của người mua"), N_("Người quét tem báo điều gì")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One tile: an address, an icon, a word, and what is there. `urgent` counts what needs a look."""

    address: str
    icon: str
    word: str
    about: str
    count: int | None = None
    urgent: int = 0


def overview(services: Services, viewer: Viewer, party: str, say: Tongue) -> Mapping[str, Any]:
    """The values of the start page. LedgerError when the database is away."""
    tiles = []
    for slug, register in REGISTERS.items():
        found = rows(Desk(services, register, party, say))
        urgent = sum(one.urgent for one in found)
        title = say(register.title)
        tiles.append(Way(f"{_LISTS}/{slug}", _ICONS[slug], title, "", len(found), urgent))
    return {
        "tiles": tiles,
        "ways": [
            Way(address, icon, say(word), say(about))
            for address, icon, word, about in _WAYS
            if _open(viewer, address)
        ],
        "attention": _attention(services, viewer, party, say),
    }


def _attention(services: Services, viewer: Viewer, party: str, say: Tongue) -> Block:
    """What needs somebody, each with the page where it is looked after."""
    here = viewer.own_machine
    found = attention_of(services, party, labels=here)
    lines = tuple(_line(one, party, say, here=here) for one in found[:MOST_LINES])
    return Block(lines, max(len(found) - MOST_LINES, 0))


def _line(found: Matter, party: str, say: Tongue, *, here: bool) -> Line:
    line, about = line_of(found, say), found.about
    if isinstance(about, Paper):
        asked = {"ma": about.number, "cua": about.subject, "co-so": party}
        return replace(line, link=f"{_LISTS}/giay-chung-nhan/muc?{urlencode(asked)}")
    if isinstance(about, Scale):
        asked = {"ma": about.code, "co-so": party}
        return replace(line, link=f"{_LISTS}/can-do/muc?{urlencode(asked)}")
    return line if here or not line.link.startswith("/tram") else replace(line, link="")


def _open(viewer: Viewer, address: str) -> bool:
    """Whether there is such a page in this version, for this viewer, on this machine."""
    if address.startswith("/tram") and not viewer.own_machine:
        return False
    return may(viewer.roles, address, "GET")
