"""One thing that is wrong: what, why it matters, how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ledger.verify.wording import Refusal


class Finding(Refusal):
    """A finding of a check. Each sentence of the catalogue has three lines: what, why, how."""

    def parts(self, lang: str) -> tuple[str, str, str]:
        """(what is wrong, why it matters, how to mend it)."""
        what, why, how = self.say(lang).split("\n")
        return what, why, how


class Told(Finding):
    """A finding that repeats a sentence of another room, which names the remedy itself."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "store-fault": (
            "The store's guards are not as they were made.\n"
            "What protects recorded entries from being changed unnoticed is not in force.\n"
            "{remedy}",
            "Lớp bảo vệ của sổ không còn như lúc tạo.\n"
            "Thứ ngăn phiếu đã ghi bị sửa âm thầm không còn hiệu lực.\n"
            "{remedy}",
        ),
        "ledger-unopenable": (
            "The ledger cannot be opened.\n"
            "Nothing can be recorded, printed or shown from it.\n"
            "{remedy}",
            "Không mở được sổ.\nKhông thể ghi, in tem hay tra cứu từ sổ này.\n{remedy}",
        ),
        "key-unusable": (
            "A key file cannot be used.\n"
            "Without it nothing can be signed, sealed or issued.\n"
            "{remedy}",
            "Có tệp khóa không dùng được.\n"
            "Thiếu khóa thì không ký, niêm phong hay cấp tem được.\n"
            "{remedy}",
        ),
        "settings-unreadable": (
            "The settings cannot be read.\n"
            "The program does not know which ledger this is.\n"
            "{remedy}",
            "Không đọc được tệp cài đặt.\nChương trình không biết đây là sổ nào.\n{remedy}",
        ),
        "printers-unreadable": (
            "The list of printers cannot be read.\nNo label can be printed.\n{remedy}",
            "Không đọc được danh sách máy in.\nKhông in được tem.\n{remedy}",
        ),
        "rolled-back": (
            "The ledger does not continue what this folder has seen before.\n"
            "Recording would give two different statements one place in the log.\n"
            "{remedy}",
            "Sổ không nối tiếp những gì thư mục này từng thấy.\n"
            "Ghi tiếp sẽ làm hai phiếu khác nhau ở cùng một vị trí trong sổ.\n"
            "{remedy}",
        ),
        "server-away": (
            "The database does not answer.\n"
            "Nothing can be recorded; pages show what was known before.\n"
            "{remedy}",
            "Cơ sở dữ liệu không trả lời.\n"
            "Không ghi được gì; các trang chỉ hiện dữ liệu cũ.\n"
            "{remedy}",
        ),
        "projection-stuck": (
            "The read models cannot be brought further.\n"
            "Pages stay as they were before this statement.\n"
            "{remedy}",
            "Không cập nhật tiếp được bảng đọc.\nCác trang dừng ở trước phiếu này.\n{remedy}",
        ),
    }

    def __init__(self, code: str, remedy: Callable[[str], str]) -> None:
        """`remedy` gives the other room's sentence in a language."""
        super().__init__(code, remedy=remedy("en"))
        self._remedy = remedy

    def say(self, lang: str = "en") -> str:
        """As `Refusal.say`; the other room's sentence is given whole, in the same language."""
        english, vietnamese = self.catalogue[self.code]
        template = vietnamese if lang == "vi" else english
        remedy = " ".join(self._remedy(lang).splitlines())
        return template.replace("{remedy}", remedy)
