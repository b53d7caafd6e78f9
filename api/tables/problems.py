"""What is wrong with one cell of a table: a sentence in both languages, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from api.intake.problems import IntakeProblem
from ledger.verify.wording import Refusal, sentence

_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "column-unknown": (
        'The column "{found}" is not known in this table, expected one of: {known}; rename or '
        "delete it.",
        'Bảng này không có cột "{found}", chỉ có: {known}; hãy đổi tên hoặc xóa cột.',
    ),
    "column-twice": (
        'The column "{found}" stands here a second time, expected once; delete one of them.',
        'Cột "{found}" có ở đây lần thứ hai, chỉ được một lần; hãy xóa bớt một cột.',
    ),
    "column-missing": (
        'The headings lack the column "{found}", which every row needs; add it.',
        'Dòng tiêu đề thiếu cột "{found}" mà dòng nào cũng cần; hãy thêm cột này.',
    ),
    "heading-empty": (
        "This column has cells but no heading, or a heading merged from its neighbour; write one "
        "of: {known}",
        "Cột này có ô chữ nhưng không có tiêu đề, hoặc tiêu đề bị gộp với cột bên; hãy ghi một "
        "trong: {known}",
    ),
}
_CELLS: Final[dict[str, tuple[str, str]]] = {
    "invisible-character": (
        "The cell has an invisible character ({found}), expected plain text; delete the cell and "
        "type it again.",
        "Ô có ký tự ẩn ({found}), cần chữ thường; hãy xóa ô rồi gõ lại.",
    ),
    "garbled": (
        'The letters of "{found}" were garbled by a wrong encoding; type the cell again and save '
        "as CSV UTF-8.",
        'Chữ trong "{found}" bị hỏng do lưu sai bảng mã; hãy gõ lại ô này và lưu kiểu CSV UTF-8.',
    ),
    "error-value": (
        "The cell holds {found}, which a spreadsheet shows for a formula that failed; expected a "
        "value, correct it in the spreadsheet.",
        "Ô đang là {found}, lỗi của một công thức trong bảng tính; cần một giá trị, hãy sửa trong "
        "bảng tính.",
    ),
    "formula-text": (
        'The cell holds "{found}", which a spreadsheet runs as a formula; type the value itself.',
        'Ô ghi "{found}" mà bảng tính sẽ chạy như công thức; hãy gõ chính giá trị.',
    ),
    "formula-empty": (
        "The cell holds a formula whose result was not saved; open the file in the spreadsheet, "
        "save it again, or type the value.",
        "Ô chứa công thức mà tệp không lưu kết quả; hãy mở tệp trong bảng tính rồi lưu lại, hoặc "
        "gõ giá trị.",
    ),
    "merged": (
        "The cell is merged with others, so it is not known which row or column it belongs to; "
        "split it and fill in each cell.",
        "Ô bị gộp với ô khác nên không rõ thuộc dòng hay cột nào; hãy bỏ gộp và ghi từng ô.",
    ),
    "cell-long": (
        "The cell has {found} characters, at most {most} are read; shorten it.",
        "Ô dài {found} ký tự, chỉ nhận tối đa {most}; hãy viết ngắn lại.",
    ),
    "date-as-code": (
        'The spreadsheet has turned this code into the date "{found}"; format the column as text '
        "and type the code again.",
        'Bảng tính đã đổi mã này thành ngày "{found}"; hãy định dạng cột là Văn bản (Text) rồi gõ '
        "lại mã.",
    ),
    "year-short": (
        'The date "{found}" has a year of two digits, which can mean two years; write all four '
        "such as {example}.",
        'Ngày "{found}" chỉ ghi hai số của năm nên có thể hiểu nhầm; hãy ghi đủ bốn số như '
        "{example}.",
    ),
    "month-first": (
        'The date "{found}" has no such month; expected day before month, perhaps {example}.',
        'Ngày "{found}" có tháng không có thật; cần ghi ngày trước tháng, có lẽ là {example}.',
    ),
    "too-large": (
        'The number "{found}" has more than 12 digits before the comma; correct it.',
        'Số "{found}" có hơn 12 chữ số trước dấu phẩy; hãy sửa lại.',
    ),
    "too-precise": (
        'The number "{found}" has more than 6 decimals; round it.',
        'Số "{found}" có hơn 6 chữ số sau dấu phẩy; hãy làm tròn.',
    ),
    "point-decimal": (
        'The number "{found}" can be read in two ways; in Vietnamese the decimal sign is a comma, '
        "write for example {example}.",
        'Số "{found}" có thể hiểu hai cách; dấu thập phân là dấu phẩy, hãy ghi chẳng hạn {example}.',
    ),
    "value-wrong": (
        'The cell holds "{found}", expected {expected}; correct it.',
        'Ô đang ghi "{found}", cần {expected_vi}; hãy sửa lại.',
    ),
    "cell-empty": (
        'The column "{column}" is empty but every row needs it; fill it in.',
        'Cột "{column}" để trống nhưng dòng nào cũng cần; hãy điền vào.',
    ),
    "row-repeated": (
        "This row registers the same as row {line}; delete one of the two.",
        "Dòng này đăng ký trùng với dòng {line}; hãy xóa một trong hai.",
    ),
    "row-same": (
        "This row says exactly the same as row {line}; if it happened once only, delete one of "
        "them.",
        "Dòng này giống hệt dòng {line}; nếu việc chỉ xảy ra một lần, hãy xóa bớt một dòng.",
    ),
    "beyond": (
        'The text "{found}" stands beyond the last column; delete it or move it to its column.',
        'Chữ "{found}" nằm ngoài cột cuối cùng; hãy xóa hoặc chuyển về đúng cột.',
    ),
    # Behind a finding of the ledger, which says what contradicts what.
    "remedy": (
        "Correct this cell, or record what comes before it first.",
        "Hãy sửa ô này, hoặc ghi việc có trước nó trước.",
    ),
    "faults-many": (
        "This row has faults, too; they are listed once those of the rows above are corrected.",
        "Dòng này cũng có lỗi; sẽ liệt kê khi các dòng phía trên đã sửa.",
    ),
    "subject": (
        'The subject "{found}" is no registered product, site or party; correct the code or '
        "register it first.",
        'Đối tượng "{found}" không phải sản phẩm, địa điểm hay cơ sở đã đăng ký; hãy sửa mã hoặc '
        "đăng ký trước.",
    ),
    "gtin-of-other": (
        "The GTIN {found} is registered by {owner}; correct the number.",
        "GTIN {found} do {owner} đăng ký; hãy sửa lại số.",
    ),
    "days-order": (
        "The last day {found} is before the first day {first}; correct one of the two.",
        "Ngày cuối {found} trước ngày đầu {first}; hãy sửa một trong hai.",
    ),
}
_REMARKS: Final[dict[str, tuple[str, str]]] = {
    "legacy-encoding": (
        "The file was saved in the old encoding {found} and read as such; check the letters below "
        "before anything is recorded, better save it as CSV UTF-8.",
        "Tệp được lưu theo bảng mã cũ {found} và đã đọc theo bảng mã đó; hãy xem kỹ chữ bên dưới "
        "trước khi ghi, tốt hơn là lưu lại kiểu CSV UTF-8.",
    ),
    "sheet-read": (
        'The sheet "{found}" was read; not read: {others}.',
        'Đã đọc trang tính "{found}"; không đọc: {others}.',
    ),
    "sheets-hidden": (
        "Hidden sheets were not read: {found}.",
        "Không đọc các trang tính bị ẩn: {found}.",
    ),
    "formulas": (
        "{count} cells hold formulas; their saved results were read, the formulas are not kept.",
        "Có {count} ô là công thức; đã đọc kết quả đã lưu, không giữ công thức.",
    ),
}
TABLES: Final = {**_COLUMNS, **_CELLS, **_REMARKS}
# Our own lists, never what was found: half of one is no help, so these are not shortened.
_OWN: Final = ("known", "expected", "expected_vi")


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One sentence about a cell, or about how the file was read; `code` is stable."""

    code: str
    en: str
    vi: str

    @classmethod
    def of(cls, code: str, **params: object) -> Self:
        """Fill in the sentence `code` (KeyError for one that does not exist)."""
        texts = [_with_own(text, params) for text in TABLES[code]]
        filled = {code: (texts[0], texts[1])}
        return cls(code, *(sentence(filled, code, params, lang) for lang in ("en", "vi")))

    @classmethod
    def taken(cls, found: IntakeProblem | Refusal) -> Self:
        """The same sentence as one of intake or a refusal of another room."""
        return cls(found.code, found.say("en"), found.say("vi"))

    def say(self, lang: str) -> str:
        """The sentence in a language."""
        return self.en if lang == "en" else self.vi


def _with_own(text: str, params: dict[str, object]) -> str:
    for name in _OWN:
        if name in params:
            own = str(params[name]).replace("{", "{{").replace("}", "}}")
            text = text.replace(f"{{{name}}}", own)
    return text


@dataclass(frozen=True, slots=True)
class Mark:
    """A problem at a cell: `column` counts from 0, None for the row as a whole.

    `warns` marks what a person should look at and may leave.
    """

    column: int | None
    problem: TableProblem
    warns: bool = False
