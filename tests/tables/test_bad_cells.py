"""Every kind of bad cell: the preview marks exactly that cell, and says what to do."""

from __future__ import annotations

import pytest

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, LOT, RAW_LOT
from tests.tables.files import HARVEST, HEADINGS, PACKING, RECEIPT, checked, csv_of, marks_of

RUN = {
    "thời gian": "24/09/2026 08:00",
    "loại": "chế biến",
    "địa điểm": "XCB-01",
    "mặt hàng": GTIN,
    "lô": "L260924K",
    "số lượng": "8",
    "đơn vị": "kg",
    "từ lô": f"{RAW_LOT}=10",
    "hao hụt": "1,5",
}
LABELS = {
    "thời gian": "25/09/2026",
    "loại": "in tem",
    "mặt hàng": GTIN,
    "lô": LOT,
    "số lượng": "5",
    "đơn vị": "tem",
}
OTHER_GTIN = "8938501000118"
DIARY = [
    ("type-unknown", HARVEST, "loại", "thu lượm"),
    ("missing", HARVEST, "địa điểm", ""),
    ("missing", HARVEST, "lô", ""),
    ("date-impossible", HARVEST, "thời gian", "31/02/2026"),
    ("date-form", HARVEST, "thời gian", "ngày 20 tháng 9"),
    ("year-short", HARVEST, "thời gian", "20/09/26"),
    ("month-first", HARVEST, "thời gian", "09/20/2026"),
    ("date-future", HARVEST, "thời gian", "20/09/2027"),
    ("date-too-old", HARVEST, "thời gian", "20/09/1926"),
    ("number", HARVEST, "số lượng", "mười hai"),
    ("point-decimal", HARVEST, "số lượng", "12.5"),
    ("point-decimal", HARVEST, "số lượng", "1,250.75"),
    ("negative", HARVEST, "số lượng", "-12,5"),
    ("too-precise", HARVEST, "số lượng", "12,1234567"),
    ("too-large", HARVEST, "số lượng", "1234567890123"),
    ("zero", HARVEST, "số lượng", "0"),
    ("unit", HARVEST, "đơn vị", "thước"),
    ("unit-wrong", HARVEST, "đơn vị", "gói"),
    ("unit-wrong", PACKING, "đơn vị", "kg"),
    ("not-whole", PACKING, "số lượng", "20,5"),
    ("site-unknown", HARVEST, "địa điểm", "VT-KV99"),
    ("item-unknown", HARVEST, "mặt hàng", "bot-san"),
    ("product-unknown", PACKING, "mặt hàng", OTHER_GTIN),
    ("check-digit", PACKING, "mặt hàng", "8938501000126"),
    ("gtin-scientific", PACKING, "mặt hàng", "8,93E+12"),
    ("gtin-needed", LABELS, "mặt hàng", "bot-dong"),
    ("instrument-unknown", HARVEST, "thiết bị", "CAN-99"),
    ("lot-code", HARVEST, "lô", "lô số 1"),
    ("input-unknown", PACKING, "từ lô", "KHONG-CO=10"),
    ("inputs-form", PACKING, "từ lô", "mười ký"),
    ("overdrawn", PACKING, "từ lô", f"{RAW_LOT}=28,5"),
    ("negative", RUN, "hao hụt", "-1"),
    ("unit", RUN, "hao hụt", "1 thước"),
    ("more-out-than-in", RUN, "số lượng", "20"),
    ("packs-exceed-content", PACKING, "số lượng", "30"),
    ("before-input", PACKING, "thời gian", "14/09/2026 09:00"),
    ("expiry-before-packing", PACKING, "hạn dùng", "01/09/2026"),
    ("item-of-other", HARVEST, "mặt hàng", "HTX-KHAC/bot"),
    ("formula-text", HARVEST, "ghi chú", '=HYPERLINK("http://x")'),
    ("formula", HARVEST, "lô", "@SUM"),
    ("error-value", HARVEST, "số lượng", "#REF!"),
    ("error-value", HARVEST, "lô", "#DIV/0!"),
    ("invisible-character", HARVEST, "lô", "BD\u200b-260920"),
    ("invisible-character", HARVEST, "địa điểm", "VT-KV01\x07"),
    ("garbled", HARVEST, "ghi chú", "quáº£ Ä‘á»u"),
    ("cell-long", HARVEST, "ghi chú", "a" * 2001),
    ("interval-too-long", {**HARVEST, "loại": "chăm sóc"}, "ghi chú", "phun, cách ly 999 ngày"),
]


@pytest.mark.parametrize(
    ("code", "row", "column", "text"), DIARY, ids=[f"{c}-{k}" for c, _, k, _ in DIARY]
)
def test_exactly_the_bad_cell_of_a_diary_is_marked(
    services: Services, code: str, row: dict[str, str], column: str, text: str
) -> None:
    good = {**HARVEST, "lô": "BD-TRUOC"}
    if code == "item-of-other":
        _register_other(services)
    found = checked(services, csv_of([good, {**row, column: text}, RECEIPT]))
    marks = marks_of(found)
    # What follows from the bad row (its lot was never harvested) is marked at the row that needs it.
    own = [mark for mark in marks if mark[0] == 3]
    assert own == [(3, column, code)]
    states = {one.line: one.state for one in found.rows}
    assert states[2] == "new" and states[3] == "bad"
    sentence = next(mark.problem for mark in found.rows[1].marks if not mark.warns)
    assert sentence.vi.endswith(".") and sentence.en.endswith(".") and sentence.vi != sentence.en


def _register_other(services: Services) -> None:
    from ledger.domain.drafts import Draft

    body = {"code": "HTX-KHAC", "kind": "cooperative", "name": "Hợp tác xã khác"}
    when = "2026-09-01T08:00:00+07:00"
    services.station.record(Draft("party-registered", "LEDGER", when, body))
    from api.bootstrap import enrol_party

    enrol_party(services, "HTX-KHAC")
    item = {"code": "bot", "name": "Bột"}
    services.station.record(Draft("item-registered", "HTX-KHAC", when, item))


def test_the_good_rows_beside_a_bad_one_stay_good(services: Services) -> None:
    found = checked(services, csv_of([HARVEST, RECEIPT, PACKING]))
    assert [row.state for row in found.rows] == ["new", "new", "new"]
    assert marks_of(found) == []


def test_a_lot_that_is_not_there_is_marked_where_it_is_named(services: Services) -> None:
    ship = {**HARVEST, "loại": "xuất hàng", "lô": "CHUA-CO"}
    assert marks_of(checked(services, csv_of([ship]))) == [(2, "lô", "lot-unknown")]
    labels = {"thời gian": "24/09/2026", "loại": "in tem", "mặt hàng": GTIN, "lô": "CHUA-CO"}
    asked = csv_of([{**labels, "số lượng": "5", "đơn vị": "tem"}])
    assert marks_of(checked(services, asked)) == [(2, "lô", "not-packed")]


def test_rows_take_from_what_the_rows_before_have_left(services: Services) -> None:
    # 28 kg are left: two packings of 10 fit, the third does not.
    rows = [{**PACKING, "lô": f"L{number}"} for number in range(3)]
    found = checked(services, csv_of(rows))
    assert [row.state for row in found.rows] == ["new", "new", "bad"]
    assert marks_of(found) == [(4, "từ lô", "overdrawn")]


def test_more_labels_than_packs_are_marked_at_the_number(services: Services) -> None:
    labels = {
        "thời gian": "25/09/2026",
        "loại": "in tem",
        "mặt hàng": GTIN,
        "lô": "L260924",
        "số lượng": "21",
        "đơn vị": "tem",
    }
    found = checked(services, csv_of([PACKING, labels]))
    assert marks_of(found) == [(3, "số lượng", "labels-exceed")]
    found = checked(services, csv_of([PACKING, {**labels, "số lượng": "20"}]))
    assert marks_of(found) == []


def test_a_stopped_lot_is_marked_when_something_moves_it(services: Services) -> None:
    hold = {**HARVEST, "loại": "tạm giữ", "ghi chú": "chờ kết quả", "thời gian": "21/09/2026"}
    ship = {**RECEIPT, "loại": "xuất hàng", "thời gian": "22/09/2026", "số lượng": "1"}
    found = checked(services, csv_of([HARVEST, hold, ship]))
    assert marks_of(found) == [(4, "lô", "moved-while-stopped")]


def test_a_row_that_says_the_same_as_another_is_pointed_out_and_not_refused(
    services: Services,
) -> None:
    found = checked(services, csv_of([HARVEST, HARVEST]))
    assert [row.state for row in found.rows] == ["new", "new"]
    (mark,) = found.rows[1].marks
    assert (mark.warns, mark.problem.code, mark.column) == (True, "row-same", 0)
    assert "2" in mark.problem.vi


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ([*HEADINGS[:-1], "màu sắc"], (0, "màu sắc", "column-unknown")),
        ([*HEADINGS[:-1], "lô"], (0, "lô", "column-twice")),
        ([*HEADINGS[1:]], (0, "", "column-missing")),
    ],
)
def test_headings_are_marked_before_any_row_is_looked_at(
    services: Services, headings: list[str], expected: tuple[int, str, str]
) -> None:
    found = checked(services, csv_of([{**HARVEST, "màu sắc": "đỏ"}], headings))
    assert marks_of(found) == [expected]
    assert found.rows == []


def test_a_column_without_a_heading_is_marked_when_it_holds_anything(services: Services) -> None:
    raw = csv_of([HARVEST]).decode().replace(";ghi chú\r\n", ";\r\n").encode()
    assert marks_of(checked(services, raw)) == []
    filled = raw.decode().replace("kg;;;;;;\r\n", "kg;;;;;;quả đều\r\n").encode()
    assert marks_of(checked(services, filled)) == [(0, "", "heading-empty")]


def test_text_beyond_the_last_column_is_marked(services: Services) -> None:
    raw = csv_of([HARVEST]).replace(b"kg;;;;;;\r\n", b"kg;;;;;;;thua\r\n")
    found = marks_of(checked(services, raw))
    assert found in ([(0, "", "heading-empty")], [(2, "", "extra-cell")])


REGISTERS = [
    ("san-pham", {"GTIN": "8938501000118", "tên": "Miến"}, "GTIN", "8938501000119", "check-digit"),
    ("san-pham", {"GTIN": "8938501000118", "tên": "Miến"}, "tên", "", "cell-empty"),
    ("san-pham", {"GTIN": "8938501000118", "tên": "Miến"}, "tên", "m" * 161, "field-wrong"),
    (
        "san-pham",
        {"GTIN": "8938501000118", "tên": "Miến"},
        "khối lượng tịnh",
        "nửa cân",
        "net-content",
    ),
    ("san-pham", {"GTIN": "8938501000118", "tên": "Miến"}, "số ngày sử dụng", "1,5", "value-wrong"),
    ("mat-hang", {"mã": "bot-san", "tên": "Bột"}, "mã", "bột sắn", "field-wrong"),
    ("dia-diem", {"mã": "KHO-1", "loại": "kho", "tên": "Kho"}, "loại", "hầm", "value-wrong"),
    ("dia-diem", {"mã": "KHO-1", "loại": "kho", "tên": "Kho"}, "GLN", "12", "field-wrong"),
    (
        "thiet-bi",
        {
            "mã": "CAN-1",
            "loại": "cân",
            "ngày kiểm định": "01/02/2026",
            "hiệu lực đến": "01/02/2027",
        },
        "hiệu lực đến",
        "01/02/2025",
        "days-order",
    ),
    (
        "thiet-bi",
        {
            "mã": "CAN-1",
            "loại": "cân",
            "ngày kiểm định": "01/02/2026",
            "hiệu lực đến": "01/02/2027",
        },
        "hiệu lực đến",
        "",
        "cell-empty",
    ),
]
_PAPER = {
    "loại": "vietgap",
    "số": "VG-1",
    "nơi cấp": "Chi cục",
    "cấp cho": "VT-KV01",
    "từ ngày": "01/02/2026",
    "đến ngày": "01/02/2028",
}
REGISTERS += [
    ("giay-chung-nhan", _PAPER, "cấp cho", "VT-99", "subject"),
    ("giay-chung-nhan", _PAPER, "đến ngày", "31/02/2028", "date-impossible"),
    ("giay-chung-nhan", _PAPER, "số sao", "6", "field-wrong"),
    ("giay-chung-nhan", _PAPER, "lý do rút lại", "chán", "value-wrong"),
]


@pytest.mark.parametrize(
    ("table", "row", "column", "text", "code"), REGISTERS, ids=[f"{r[0]}-{r[4]}" for r in REGISTERS]
)
def test_exactly_the_bad_cell_of_a_register_is_marked(
    services: Services, table: str, row: dict[str, str], column: str, text: str, code: str
) -> None:
    from api.tables.layouts import LAYOUTS

    headings = [one.heading for one in LAYOUTS[table].fields]
    good = checked(services, csv_of([row], headings), table)
    assert marks_of(good) == [] and good.rows[0].state == "new"
    bad = checked(services, csv_of([{**row, column: text}], headings), table)
    assert marks_of(bad) == [(2, column, code)]


def test_one_thing_registered_twice_in_a_file_is_marked(services: Services) -> None:
    rows = [{"mã": "bot-san", "tên": "Bột"}, {"mã": "bot-san", "tên": "Bột sắn"}]
    found = checked(services, csv_of(rows, ["mã", "tên"]), "mat-hang")
    assert marks_of(found) == [(3, "mã", "row-repeated")]


def test_what_is_registered_already_is_known_and_what_differs_is_told(services: Services) -> None:
    rows = [{"mã": "bot-dong", "tên": "Tinh bột dong"}, {"mã": "bot-san", "tên": "Bột"}]
    found = checked(services, csv_of(rows, ["mã", "tên"]), "mat-hang")
    assert [row.state for row in found.rows] == ["known", "new"]
    found = checked(services, csv_of([{**rows[0], "tên": "Khác"}], ["mã", "tên"]), "mat-hang")
    assert [row.state for row in found.rows] == ["changed"]
