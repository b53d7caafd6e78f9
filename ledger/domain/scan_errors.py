"""What a scanner delivered and nobody can read, in one sentence each."""

from typing import ClassVar

from ledger.domain.errors import DomainError


class ScanError(DomainError):
    """Text from a scanner, or typed in its place, that is no code."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "empty": (
            "Nothing was read; scan the code again, or type it.",
            "Chưa đọc được gì; hãy quét lại mã hoặc gõ mã vào.",
        ),
        "too-long": (
            "{found} characters were read, but a code has at most {most}; scan one code at a time.",
            "Đọc được {found} ký tự, nhưng một mã chỉ dài tối đa {most}; hãy quét từng mã một.",
        ),
        "marks": (
            '"{found}" has letters that no code has: Vietnamese typing (Telex, VNI) is on, or the '
            "keyboard is set to another language; switch it off (English, US) and scan again.",
            "“{found}” có chữ mà mã không bao giờ có: bộ gõ tiếng Việt (Telex, VNI) đang bật, hoặc "
            "bàn phím đang để tiếng khác; hãy tắt bộ gõ (để tiếng Anh, US) rồi quét lại.",
        ),
        "layout": (
            'The address came as "{found}": the scanner and this computer are set to different '
            "keyboards; set both to English (US) and scan again.",
            "Địa chỉ đến thành “{found}”: máy quét và máy tính đang đặt hai kiểu bàn phím khác "
            "nhau; hãy đặt cả hai là tiếng Anh (US) rồi quét lại.",
        ),
        "control": (
            "The code has control characters that do not belong into a code of goods; scan the "
            "label of a lot, a pack or a carton.",
            "Mã có ký tự điều khiển không thuộc mã hàng hóa; hãy quét tem của lô, của gói hoặc "
            "của thùng.",
        ),
        "no-code": (
            '"{found}" is no lot code, serial, GTIN or carton number; scan the label again or '
            "type the lot code.",
            "“{found}” không phải mã lô, số tem, GTIN hay số thùng; hãy quét lại tem hoặc gõ mã "
            "lô.",
        ),
        "elements": (
            'The GS1 code "{found}" cannot be taken apart from its character {at} on; scan again, '
            "and if it stays so, type the lot code.",
            "Không tách được mã GS1 “{found}” từ ký tự thứ {at}; hãy quét lại, nếu vẫn vậy hãy gõ "
            "mã lô.",
        ),
    }
