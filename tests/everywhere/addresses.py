"""One address, and who asks for it, for every page that the table of routes names.

A new page without a row here fails a test, so that each is looked at in both languages.
"""

from __future__ import annotations

from typing import Final

from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT

MACHINE, STRANGER = "machine", "anonymous"
_LOT: Final = f"{GTIN}/{LOT}"
_WHERE: Final = f"item={GTIN}&lot={LOT}"
_LISTS: Final = "/quan-ly/danh-muc"
REGISTERS: Final = ("san-pham", "mat-hang", "dia-diem", "giay-chung-nhan", "can-do")

PAGES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # Template: (role, address) of each state that is worth looking at.
    "/": ((STRANGER, "/"),),
    "/00/{sscc}": ((STRANGER, "/00/389385010000000017"),),
    "/01/{gtin}/10/{lot}/21/{serial}": (
        (STRANGER, f"/01/{GTIN}/10/{LOT}"),
        (STRANGER, f"/01/{GTIN}/10/{LOT}/21/{{serial}}"),
        (STRANGER, f"/01/{GTIN}/10/{LOT}/21/{{void}}"),
        (STRANGER, f"/01/{GTIN}/10/{LOT}/21/A1"),
        (STRANGER, f"/01/{GTIN}/10/KHONG-CO"),
        (STRANGER, f"/01/{GTIN}/10/L-THU-HOI"),
    ),
    "/lo/{rest:path}": (
        (STRANGER, f"/lo/{_LOT}"),
        ("inspector", f"/lo/{_LOT}"),
        (MACHINE, f"/lo/{RAW}/{RAW_LOT}"),
        ("inspector", f"/lo/{GTIN}/L-THU-HOI"),
    ),
    "/huong-dan": ((STRANGER, "/huong-dan"), ("inspector", "/huong-dan")),
    "/huong-dan/treo-tuong": ((STRANGER, "/huong-dan/treo-tuong"),),
    "/cong-khai": (("administrator", "/cong-khai"),),
    "/nguoi": (("administrator", "/nguoi"),),
    "/nguoi/nhat-ky": (("administrator", "/nguoi/nhat-ky"),),
    "/toi": (("inspector", "/toi"), ("manager", "/toi")),
    "/vao": ((STRANGER, "/vao"),),
    "/vao/ma/{token}": ((STRANGER, f"/vao/ma/{'x' * 43}"),),
    "/phan-anh": (("manager", "/phan-anh"), ("inspector", "/phan-anh")),
    "/phan-anh/{rest:path}": (
        (STRANGER, f"/phan-anh/01/{GTIN}/10/{LOT}"),
        (STRANGER, f"/phan-anh/01/{GTIN}/10/{LOT}/21/{{serial}}"),
    ),
    "/kiem-tra": (
        ("inspector", "/kiem-tra"),
        ("inspector", "/kiem-tra?tim=mien+dong"),
        ("inspector", "/kiem-tra?tim=khong-co-gi"),
    ),
    "/kiem-tra/lo/{rest:path}/pham-vi": (("inspector", f"/kiem-tra/lo/{_LOT}/pham-vi"),),
    "/kiem-tra/lo/{rest:path}/doi-chieu": (("inspector", f"/kiem-tra/lo/{_LOT}/doi-chieu"),),
    "/kiem-tra/lo/{rest:path}/lenh": (("inspector", f"/kiem-tra/lo/{_LOT}/lenh"),),
    "/quan-ly": (("manager", "/quan-ly"), (MACHINE, "/quan-ly")),
    "/quan-ly/danh-muc/{register}": tuple(("manager", f"{_LISTS}/{one}") for one in REGISTERS),
    "/quan-ly/danh-muc/{register}/ghi": tuple(
        ("manager", f"{_LISTS}/{one}/ghi") for one in REGISTERS
    ),
    "/quan-ly/danh-muc/{register}/muc": tuple(
        ("manager", f"{_LISTS}/{one}/muc?{{first {one}}}") for one in REGISTERS[:4]
    ),
    "/quan-ly/mau-tem": (("manager", "/quan-ly/mau-tem"),),
    "/quan-ly/nguoi-truc": ((MACHINE, "/quan-ly/nguoi-truc"),),
    "/quan-ly/bang": (("manager", "/quan-ly/bang"),),
    "/quan-ly/bang/{upload}": ((MACHINE, "/quan-ly/bang/{upload}"),),
    "/quan-ly/anh": (("manager", "/quan-ly/anh"),),
    "/quan-ly/anh/moi": (("manager", "/quan-ly/anh/moi"),),
    "/quan-ly/anh/sua": (("manager", "/quan-ly/anh/sua"),),
    "/quan-ly/so-lieu": (
        ("manager", "/quan-ly/so-lieu"),
        ("officer", "/quan-ly/so-lieu?tu=2026-09&den=2026-10"),
        ("manager", "/quan-ly/so-lieu?tu=2020-01&den=2020-02"),
        ("manager", "/quan-ly/so-lieu?tu=xyz"),
    ),
    "/quan-ly/dien-tap": (
        ("manager", "/quan-ly/dien-tap"),
        ("manager", "/quan-ly/dien-tap?ma=KHONG-CO"),
    ),
    "/quan-ly/dien-tap/lo": (
        ("manager", f"/quan-ly/dien-tap/lo?{_WHERE}"),
        (MACHINE, f"/quan-ly/dien-tap/lo?item={RAW}&lot={RAW_LOT}"),
    ),
    "/quan-ly/dien-tap/thong-bao": (
        ("manager", f"/quan-ly/dien-tap/thong-bao?{_WHERE}"),
        ("manager", f"/quan-ly/dien-tap/thong-bao?item={GTIN}&lot=L-THU-HOI"),
    ),
    "/quan-ly/dien-tap/lenh": (
        (MACHINE, f"/quan-ly/dien-tap/lenh?{_WHERE}"),
        ("manager", f"/quan-ly/dien-tap/lenh?item={GTIN}&lot=L-THU-HOI"),
    ),
    "/tinh": (("officer", "/tinh"), ("officer", "/tinh?tinh=quang-ninh")),
    "/kieu-mau": ((MACHINE, "/kieu-mau"),),
    "/tram": ((MACHINE, "/tram"),),
    "/tram/khoa": ((MACHINE, "/tram/khoa"),),
    "/tram/thu-hoach": ((MACHINE, "/tram/thu-hoach"),),
    "/tram/tiep-nhan": ((MACHINE, "/tram/tiep-nhan"),),
    "/tram/cham-soc": ((MACHINE, "/tram/cham-soc"),),
    "/tram/che-bien": ((MACHINE, "/tram/che-bien"),),
    "/tram/dong-goi": ((MACHINE, "/tram/dong-goi"),),
    "/tram/dong-thung": ((MACHINE, "/tram/dong-thung"),),
    "/tram/xuat-hang": ((MACHINE, "/tram/xuat-hang"),),
    "/tram/ban-hang": ((MACHINE, "/tram/ban-hang"),),
    "/tram/kiem-nghiem": ((MACHINE, "/tram/kiem-nghiem"),),
    "/tram/tieu-huy": ((MACHINE, "/tram/tieu-huy"),),
    "/tram/phieu/{entry}": ((MACHINE, "/tram/phieu/{entry}"),),
    "/tram/phieu/{entry}/dinh-chinh": ((MACHINE, "/tram/phieu/{entry}/dinh-chinh"),),
    "/tram/quet": ((MACHINE, f"/tram/quet?ma={RAW_LOT}"), (MACHINE, "/tram/quet?ma=xyz")),
    "/tram/gui": ((MACHINE, "/tram/gui"),),
    "/tram/nhanh": ((MACHINE, "/tram/nhanh"),),
    "/tram/in-tem": ((MACHINE, f"/tram/in-tem?{_WHERE}"), (MACHINE, "/tram/in-tem")),
    "/tram/in-tem/chua-ro": ((MACHINE, f"/tram/in-tem/chua-ro?{_WHERE}"),),
    "/tram/in-tem/lo": ((MACHINE, f"/tram/in-tem/lo?{_WHERE}"),),
    "/tram/in-tem/mot-tem": ((MACHINE, f"/tram/in-tem/mot-tem?{_WHERE}"),),
    "/tram/in-tem/so-tem": ((MACHINE, f"/tram/in-tem/so-tem?{_WHERE}"),),
    "/tram/in-tem/ket-qua/{key}": ((MACHINE, "/tram/in-tem/ket-qua/unknown"),),
    "/tram/in-tem/{job}": ((MACHINE, "/tram/in-tem/unknown-job"),),
    "/tram/may-in": ((MACHINE, "/tram/may-in"),),
}

NOT_PAGES: Final = frozenset(
    {
        "/static/{version}/{name:path}",
        "/log/checkpoint",
        "/log/cosigned",
        "/log/tile/{path:path}",
        "/api/v1/lots/{item:path}/{lot}",
        "/api/v1/lots/{item:path}/{lot}/bundle",
        "/api/v1/station/status",
        "/api/v1/stations",
        "/api/v1/trust",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/tram/ho-so/{rest:path}",
        "/tram/in-tem/xem-truoc.png",
        "/anh/{digest}.jpg",
        "/kiem-tra/trinh-kiem-tra.html",
        "/kiem-tra/lo/{rest:path}/bien-ban.pdf",
        "/kiem-tra/lo/{rest:path}/mang-theo.zip",
        "/quan-ly/mau-tem/xem.png",
        "/quan-ly/anh/cho/{digest}.jpg",
        "/quan-ly/bang/xuat/{name}",
        "/quan-ly/so-lieu/xuat/{name}",
        "/tinh/xuat/{name}",
        "/quan-ly/bang/{upload}/tien-do.json",
        "/tram/in-tem/{job}/tien-do.json",
    }
)
"""Files, data and pictures. `/vao/lan-dau` is no page of its own once there is an administrator."""

ONCE: Final = frozenset({"/vao/lan-dau"})
__all__ = ["MACHINE", "NOT_PAGES", "ONCE", "PAGES", "PARTY", "STRANGER"]
