"""The error tree of the domain room: one sentence each, in English and in Vietnamese.

Every sentence says what was found, what was expected and what to do about it.
"""

from typing import ClassVar

from ledger.verify.wording import Refusal


class DomainError(Refusal):
    """Root of everything the domain refuses."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {}


class IdentifierError(DomainError):
    """A GTIN, GLN, SSCC, lot code or one of our own codes that cannot exist."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "not-text": (
            "An identifier must be text, found {found}; pass the characters as printed.",
            "Mã phải là chữ, nhưng nhận được {found}; hãy đưa vào đúng các ký tự đã in.",
        ),
        "too-long": (
            "The identifier has {found} characters, at most {most} are read; "
            "type only the code itself.",
            "Mã dài {found} ký tự, chỉ đọc tối đa {most}; hãy chỉ gõ riêng phần mã.",
        ),
        "not-digits": (
            '{kind} "{found}" must be exactly {lengths} digits, with nothing else; '
            "copy it again from the pack or the certificate.",
            '{kind} "{found}" phải gồm đúng {lengths} chữ số, không có ký tự nào khác; '
            "hãy chép lại từ bao bì hoặc giấy chứng nhận.",
        ),
        "check-digit": (
            '{kind} "{found}" ends in {last} but its check digit should be {expected}; '
            "one digit was probably mistyped, compare it with the original.",
            '{kind} "{found}" kết thúc bằng {last} nhưng số kiểm tra đúng phải là {expected}; '
            "có thể đã gõ sai một chữ số, hãy so lại với bản gốc.",
        ),
        "lot-code": (
            'The lot code "{found}" must be 1 to 20 characters of unaccented letters, digits and '
            "common signs, without spaces (GS1 set 82); choose another code.",
            'Mã lô "{found}" phải có từ 1 đến 20 ký tự gồm chữ không dấu, chữ số và dấu thông '
            "dụng, không có khoảng trắng (bộ ký tự GS1 82); hãy đặt mã khác.",
        ),
        "party-code": (
            'The party code "{found}" must be 1 to 32 unaccented letters, digits, dots, underscores '
            "or hyphens and start with a letter or a digit; choose another code.",
            'Mã cơ sở "{found}" phải có từ 1 đến 32 ký tự gồm chữ không dấu, chữ số, dấu chấm, '
            "gạch dưới, gạch ngang và bắt đầu bằng chữ hoặc số; hãy đặt mã khác.",
        ),
        "site-code": (
            'The site code "{found}" must be 1 to 32 unaccented letters, digits, dots, underscores '
            "or hyphens and start with a letter or a digit; choose another code.",
            'Mã địa điểm "{found}" phải có từ 1 đến 32 ký tự gồm chữ không dấu, chữ số, dấu chấm, '
            "gạch dưới, gạch ngang và bắt đầu bằng chữ hoặc số; hãy đặt mã khác.",
        ),
        "item-code": (
            'The item code "{found}" must be 1 to 32 unaccented letters, digits, dots, underscores '
            "or hyphens and start with a letter or a digit; choose another code.",
            'Mã mặt hàng "{found}" phải có từ 1 đến 32 ký tự gồm chữ không dấu, chữ số, dấu chấm, '
            "gạch dưới, gạch ngang và bắt đầu bằng chữ hoặc số; hãy đặt mã khác.",
        ),
        "item-form": (
            "An item is either a GTIN or a party code with an item code, found {found}; "
            "give exactly one of the two.",
            "Mặt hàng phải là một GTIN hoặc là mã cơ sở kèm mã mặt hàng, nhưng nhận được {found}; "
            "hãy cho đúng một trong hai.",
        ),
        "item-party": (
            'The item "{found}" is no GTIN and names no party, expected PARTY/code; '
            "write the party code and a slash before it.",
            'Mặt hàng "{found}" không phải GTIN và không nêu cơ sở, cần có dạng CƠ-SỞ/mã; '
            "hãy ghi mã cơ sở và dấu gạch chéo ở phía trước.",
        ),
        "lot-text": (
            'The lot "{found}" must be an item, a space and a lot code; write both parts.',
            'Lô "{found}" phải gồm mặt hàng, một khoảng trắng rồi đến mã lô; hãy ghi đủ hai phần.',
        ),
    }


class SerialError(DomainError):
    """A label serial, or a part of one, that cannot exist."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "tag": (
            'The station tag "{found}" must be 2 digits or capital letters other than I, L, O '
            "and U; use the tag that the ledger gave this station.",
            'Ký hiệu trạm "{found}" phải gồm 2 chữ số hoặc chữ hoa, trừ I, L, O và U; '
            "hãy dùng ký hiệu mà sổ truy xuất đã cấp cho trạm này.",
        ),
        "counter": (
            "The label counter {found} must be a whole number from 0 to 999999999; "
            "start a new station tag when it runs out.",
            "Số đếm tem {found} phải là số nguyên từ 0 đến 999999999; "
            "khi dùng hết hãy xin ký hiệu trạm mới.",
        ),
        "malformed": (
            'The serial "{found}" must be a 2-character tag, 6 to 9 digits and 4 check '
            "characters, all in capitals; read it again from the label.",
            'Số tem "{found}" phải gồm 2 ký tự trạm, 6 đến 9 chữ số và 4 ký tự kiểm tra, '
            "viết hoa tất cả; hãy đọc lại từ tem.",
        ),
        "gtin14": (
            'A serial is bound to a GTIN of 14 digits, found "{found}"; pad it with zeros in front.',
            'Số tem gắn với GTIN đủ 14 chữ số, nhưng nhận được "{found}"; '
            "hãy thêm số 0 ở đầu cho đủ.",
        ),
        "key": (
            "The label key has {found} bytes, expected at least {least}; "
            "restore the label key of this ledger.",
            "Khóa tem có {found} byte, cần ít nhất {least} byte; "
            "hãy khôi phục khóa tem của sổ truy xuất này.",
        ),
    }


class LinkError(DomainError):
    """A web address that is no GS1 Digital Link, or cannot become one."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-long": (
            "The link has {found} characters, at most {most} are read; scan the code again.",
            "Đường dẫn dài {found} ký tự, chỉ đọc tối đa {most}; hãy quét lại mã.",
        ),
        "characters": (
            'The link "{found}" has a character that no web address may have; scan the code again.',
            'Đường dẫn "{found}" có ký tự không được phép trong địa chỉ web; hãy quét lại mã.',
        ),
        "scheme": (
            'The link "{found}" must start with http:// or https://; give the whole address.',
            'Đường dẫn "{found}" phải bắt đầu bằng http:// hoặc https://; hãy cho địa chỉ đầy đủ.',
        ),
        "host": (
            'The link names the host "{found}", expected a host name or address and a port up to '
            "65535, with no user name; correct the address.",
            'Đường dẫn ghi máy chủ "{found}", cần một tên hoặc địa chỉ máy chủ và cổng không quá '
            "65535, không kèm tên người dùng; hãy sửa lại địa chỉ.",
        ),
        "base": (
            'The base address "{found}" must be http(s)://host with an optional port and path '
            "prefix and nothing after it; correct the setting.",
            'Địa chỉ gốc "{found}" phải có dạng http(s)://máy-chủ, có thể kèm cổng và tiền tố '
            "đường dẫn, không có gì phía sau; hãy sửa phần cài đặt.",
        ),
        "no-key": (
            'The link "{found}" names no GS1 key such as /01/ and a GTIN; '
            "it is not a GS1 Digital Link, use the code printed on the pack.",
            'Đường dẫn "{found}" không có khóa GS1 như /01/ kèm GTIN; '
            "đây không phải GS1 Digital Link, hãy dùng mã in trên bao bì.",
        ),
        "escape": (
            'The text "{found}" has a percent sign without two hexadecimal digits after it; '
            "write a percent sign itself as %25.",
            'Đoạn "{found}" có dấu phần trăm mà không có hai chữ số thập lục phân theo sau; '
            "hãy viết chính dấu phần trăm là %25.",
        ),
        "unknown-ai": (
            'The application identifier "{found}" is none that is known here; '
            "remove it or correct its number.",
            'Mã ứng dụng (AI) "{found}" không có trong danh sách đã biết; '
            "hãy bỏ đi hoặc sửa lại số.",
        ),
        "value": (
            'AI {ai} ({title}) has the value "{found}", expected {shape}; correct that value.',
            'AI {ai} ({title}) có giá trị "{found}", cần đúng dạng {shape}; '
            "hãy sửa lại giá trị này.",
        ),
        "check-digit": (
            'AI {ai} ({title}) has the value "{found}" whose check should be {expected}; '
            "compare it with the original.",
            'AI {ai} ({title}) có giá trị "{found}" mà phần kiểm tra đúng phải là {expected}; '
            "hãy so lại với bản gốc.",
        ),
        "qualifier": (
            "AI {found} cannot stand at this place in the path after AI {key}; "
            "put the parts in the order of the standard.",
            "AI {found} không được đứng ở vị trí này sau AI {key} trong đường dẫn; "
            "hãy xếp các phần theo thứ tự của tiêu chuẩn.",
        ),
        "dots": (
            'AI {ai} ({title}) is "{found}", but browsers drop a part of a path that is only '
            "dots; choose another code.",
            'AI {ai} ({title}) là "{found}", nhưng trình duyệt bỏ qua phần đường dẫn chỉ có dấu '
            "chấm; hãy đặt mã khác.",
        ),
        "belongs-in-path": (
            "AI {found} stands in the query, but after AI {key} it belongs in the path; move it.",
            "AI {found} đang nằm sau dấu hỏi, nhưng với AI {key} nó phải nằm trong đường dẫn; "
            "hãy chuyển nó lên.",
        ),
        "no-attribute": (
            "AI {found} may not stand in the query of a link; remove it or put it in the path.",
            "AI {found} không được nằm sau dấu hỏi của đường dẫn; "
            "hãy bỏ đi hoặc đưa vào phần đường dẫn.",
        ),
        "twice": (
            "AI {found} is given twice, once is expected; keep the right one.",
            "AI {found} bị ghi hai lần, chỉ được ghi một lần; hãy giữ lại giá trị đúng.",
        ),
    }


class QuantityError(DomainError):
    """A number or a unit that is no quantity."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "not-decimal": (
            "A quantity needs an exact decimal and a unit, found {found}; "
            "never pass a binary floating-point number.",
            "Số lượng cần số thập phân chính xác và đơn vị, nhưng nhận được {found}; "
            "không dùng số dấu phẩy động nhị phân.",
        ),
        "canonical": (
            'The quantity "{found}" must be digits with a point and at most 6 decimals, '
            "at most 12 digits before it, not negative; write it like 12.500.",
            'Số lượng "{found}" phải là chữ số với dấu chấm và tối đa 6 số lẻ, tối đa 12 chữ số '
            "phía trước, không âm; hãy viết như 12.500.",
        ),
        "not-whole": (
            'The count "{found}" must be a whole number, since {unit} cannot be split; '
            "record a weight or a volume instead.",
            'Số đếm "{found}" phải là số nguyên vì không chia nhỏ được {unit}; '
            "hãy ghi theo khối lượng hoặc thể tích.",
        ),
        "negative": (
            'The number "{found}" is negative, but a quantity starts at 0; '
            "record a loss as a loss, not as a minus.",
            'Số "{found}" là số âm, nhưng số lượng phải từ 0 trở lên; '
            "hãy ghi hao hụt vào mục hao hụt, không ghi dấu trừ.",
        ),
        "number": (
            'The number "{found}" is not written the Vietnamese way; use a comma for decimals and '
            "dots only between groups of three, like 1.250,75.",
            'Số "{found}" viết chưa đúng; hãy dùng dấu phẩy cho phần lẻ và chỉ dùng dấu chấm '
            "giữa từng nhóm ba chữ số, như 1.250,75.",
        ),
        "unit": (
            'The unit "{found}" is not known; choose one of: {known}.',
            'Không biết đơn vị "{found}"; hãy chọn một trong các đơn vị: {known}.',
        ),
        "net-content": (
            'The net content "{found}" must be a number and a unit; write it like 500 g or 0,5 kg.',
            'Định lượng "{found}" phải gồm một số và một đơn vị; hãy viết như 500 g hoặc 0,5 kg.',
        ),
    }
