"""Sentences about labels, bitmaps and templates: code -> (English, Vietnamese)."""

from __future__ import annotations

DESIGN: dict[str, tuple[str, str]] = {
    "label.serial": (
        "The serial “{found}” is not 1 to 20 characters of 0-9 and A-Z; use the serial the ledger issued.",
        "Số sê-ri “{found}” không phải 1 đến 20 ký tự 0-9 và A-Z; hãy dùng số mà sổ đã cấp.",
    ),
    "label.qr-length": (
        "The QR text has {found} characters where 1 to {most} are expected; shorten the address.",
        "Nội dung mã QR có {found} ký tự, cần từ 1 đến {most}; hãy rút ngắn địa chỉ.",
    ),
    "label.qr-character": (
        "The QR text holds {found} where only printable ASCII is expected; percent-encode it.",
        "Nội dung mã QR có ký tự {found}, chỉ nhận ASCII in được; hãy mã hoá phần trăm ký tự đó.",
    ),
    "label.stars": (
        "The label has {found} stars where 0 to 5 are expected; take the number from the recognition.",
        "Nhãn ghi {found} sao, cần từ 0 đến 5; hãy lấy số sao theo quyết định công nhận.",
    ),
    "label.too-many-fields": (
        "The label has {found} fields where at most {most} are expected; leave out the unused ones.",
        "Nhãn có {found} mục, nhiều nhất là {most}; hãy bỏ các mục không dùng.",
    ),
    "label.field-name": (
        "The field name “{found}” is not a lower-case word other than “serial”; use the names of"
        " the template.",
        "Tên mục “{found}” không phải từ viết thường khác “serial”; hãy dùng tên mục của mẫu nhãn.",
    ),
    "label.field-length": (
        "The field {name} has {found} characters where at most {most} are expected; shorten it.",
        "Mục {name} có {found} ký tự, nhiều nhất là {most}; hãy rút ngắn.",
    ),
    "label.control-character": (
        "The field {name} holds the invisible character {found} where text is expected; type it again.",
        "Mục {name} có ký tự ẩn {found}, cần chữ bình thường; hãy gõ lại mục này.",
    ),
    "bitmap.size": (
        "The bitmap is {width} x {height} dots where 1 x 1 to {most_width} x {most_height} are"
        " expected; use a smaller label.",
        "Ảnh nhãn là {width} x {height} điểm, cần từ 1 x 1 đến {most_width} x {most_height};"
        " hãy dùng nhãn nhỏ hơn.",
    ),
    "bitmap.rows": (
        "The bitmap has {found} bytes where {expected} are expected; render the label again.",
        "Ảnh nhãn có {found} byte, cần {expected}; hãy dựng lại nhãn.",
    ),
    "bitmap.padding": (
        "The bitmap has ink to the right of its width of {width} dots where none is expected;"
        " render the label again.",
        "Ảnh nhãn có mực nằm ngoài bề rộng {width} điểm, không được có; hãy dựng lại nhãn.",
    ),
    "bitmap.png-bytes": (
        "The PNG has {found} bytes where at most {most} are expected; use a smaller picture.",
        "Tệp PNG có {found} byte, nhiều nhất là {most}; hãy dùng ảnh nhỏ hơn.",
    ),
    "bitmap.png": (
        "The bytes are not a readable PNG, which is expected; save the picture as PNG again.",
        "Dữ liệu không phải ảnh PNG đọc được; hãy lưu lại ảnh dạng PNG.",
    ),
    "template.not-shipped": (
        "There is no template “{found}”; expected one of {have}.",
        "Không có mẫu nhãn “{found}”; hãy chọn một trong {have}.",
    ),
    "template.too-long": (
        "{where} has {found} bytes where at most {most} are expected; shorten the template.",
        "{where} có {found} byte, nhiều nhất là {most}; hãy rút ngắn mẫu nhãn.",
    ),
    "template.not-toml": (
        "{where} is not the UTF-8 TOML expected ({why}); correct that place.",
        "{where} không đúng dạng TOML UTF-8 ({why}); hãy sửa chỗ đó.",
    ),
    "template.missing-key": (
        "{where} lacks “{key}”, expected {expected}; add it.",
        "{where} thiếu “{key}”, cần {expected}; hãy thêm vào.",
    ),
    "template.wrong-value": (
        "{where} has “{key}” = {found}, expected {expected}; correct it.",
        "{where} có “{key}” = {found}, cần {expected}; hãy sửa lại.",
    ),
    "template.unknown-key": (
        "{where} has the unknown key “{key}”, expected only the documented ones; correct the"
        " spelling or remove it.",
        "{where} có khoá lạ “{key}”, chỉ nhận khoá có trong tài liệu; hãy sửa chính tả hoặc bỏ đi.",
    ),
    "template.name": (
        "{where} is named “{found}”, expected small letters, digits and hyphens; rename it.",
        "{where} có tên “{found}”, cần chữ thường, số và gạch nối; hãy đổi tên.",
    ),
    "template.dpi": (
        "{where} says dpi = {found}, expected 203 (8 dots a millimetre); set dpi = 203.",
        "{where} ghi dpi = {found}, cần 203 (8 điểm mỗi mi-li-mét); hãy ghi dpi = 203.",
    ),
    "template.gap": (
        "{where} is {kind} with gap_mm = {found}, expected above 0 on gap and mark stock and 0 on"
        " continuous paper; correct one of the two.",
        "{where} là loại {kind} với gap_mm = {found}, cần lớn hơn 0 với nhãn có khe hoặc vạch đen và"
        " bằng 0 với giấy liền; hãy sửa một trong hai.",
    ),
    "template.outside": (
        "{where} ends at {right} x {bottom} mm, expected within {width} x {height} mm; move or"
        " shrink it.",
        "{where} kết thúc ở {right} x {bottom} mm, phải nằm trong {width} x {height} mm; hãy dời"
        " hoặc thu nhỏ.",
    ),
    "template.field-or-text": (
        "{where} has both or neither of “field” and “text”, expected one; keep one.",
        "{where} có cả hai hoặc không có “field” và “text”, cần đúng một; hãy giữ một khoá.",
    ),
    "template.letter": (
        "{where} allows letters of {found} mm (small x), expected at least {least} mm; raise"
        " min_size_mm.",
        "{where} cho phép chữ cao {found} mm (chữ x thường), cần ít nhất {least} mm; hãy tăng"
        " min_size_mm.",
    ),
    "template.no-glyph": (
        "{where} needs the character “{char}” ({point}), expected one the label font has; write"
        " it another way.",
        "{where} cần ký tự “{char}” ({point}) mà phông chữ nhãn không có; hãy viết cách khác.",
    ),
    "template.qr-module": (
        "{where} has QR modules of {dots} dots = {found} mm, expected {low} to {high} mm; set"
        " module_dots = 4.",
        "{where} có ô QR {dots} điểm = {found} mm, cần từ {low} đến {high} mm; hãy đặt"
        " module_dots = 4.",
    ),
    "template.optional": (
        "{where} calls {found} optional, expected only fields that a text uses; remove it.",
        "{where} ghi {found} là tuỳ chọn nhưng không ô chữ nào dùng; hãy bỏ đi.",
    ),
    "template.signed-carton": (
        "{where} is of cartons (it names sscc) and asks for a signed code, which only labels of packs"
        " have; take signed away.",
        "{where} là mẫu tem thùng (có sscc) mà lại cần chữ ký trong mã, chỉ tem gói mới có; hãy bỏ"
        " signed.",
    ),
    "template.goods-name": (
        "{where} has {found} texts with role goods-name, expected exactly 1; mark the name of goods.",
        "{where} có {found} ô chữ vai trò goods-name, cần đúng 1; hãy đánh dấu ô tên hàng hoá.",
    ),
    "template.goods-name-size": (
        "{where} lets the name of goods shrink to {found} dots per em, expected above {most}, the"
        " largest other text; raise its min_size_mm.",
        "{where} cho tên hàng hoá nhỏ tới {found} điểm, phải lớn hơn {most} là cỡ chữ lớn nhất"
        " còn lại; hãy tăng min_size_mm của tên hàng hoá.",
    ),
    "template.no-serial": (
        "{where} shows no {{serial}}, expected at least once; add a text with it.",
        "{where} không in {{serial}}, cần ít nhất một lần; hãy thêm ô chữ có số sê-ri.",
    ),
    "template.overlap": (
        "{one} and {other} cover the same place, expected apart; move one of them.",
        "{one} và {other} nằm đè lên nhau; hãy dời một trong hai.",
    ),
    "template.unknown-field": (
        "The template {template} does not know the field {found}, expected {expected}; remove or"
        " rename it.",
        "Mẫu nhãn {template} không có mục {found}, chỉ có {expected}; hãy bỏ hoặc đổi tên mục.",
    ),
    "template.missing-field": (
        "The template {template} lacks a text for {missing}, expected filled in; fill it in.",
        "Mẫu nhãn {template} còn thiếu nội dung mục {missing}; hãy điền vào.",
    ),
    "template.overflow": (
        "{where}: “{text}” does not fit {width} x {height} mm in {lines} line(s) at its smallest"
        " capitals of {size} mm (longest word {longest} mm); shorten the text or enlarge the block.",
        "{where}: “{text}” không vừa ô {width} x {height} mm trong {lines} dòng ở cỡ nhỏ nhất (chữ"
        " hoa {size} mm, từ dài nhất {longest} mm); hãy rút ngắn chữ hoặc nới ô.",
    ),
    "template.stars-too-wide": (
        "{where} needs {need} mm for its stars, expected at most {have} mm; widen it or lower"
        " its height.",
        "{where} cần {need} mm cho hàng sao, chỉ có {have} mm; hãy nới rộng hoặc giảm chiều cao.",
    ),
    "template.qr-does-not-fit": (
        "{where}: {chars} characters make a version {version} QR code of {modules} modules, which"
        " with its quiet zone of {quiet} needs {need} mm, expected at most {have} mm; shorten the"
        " address or use a larger label.",
        "{where}: {chars} ký tự thành mã QR phiên bản {version} gồm {modules} ô, kể cả lề trắng"
        " {quiet} ô cần {need} mm, chỉ có {have} mm; hãy rút ngắn địa chỉ hoặc dùng nhãn lớn hơn.",
    ),
    "template.optional-bars": (
        "{where} calls {found} optional, expected every field of a barcode to be there; remove it.",
        "{where} ghi {found} là tuỳ chọn nhưng mã vạch luôn cần mục này; hãy bỏ khỏi optional.",
    ),
    "template.image": (
        "{where} holds no readable picture, expected a PNG in base64; save the logo as PNG again.",
        "{where} không có ảnh đọc được, cần PNG dạng base64; hãy lưu lại biểu trưng thành PNG.",
    ),
    "template.image-size": (
        "{where} is a picture of {width} x {height} pixels, expected at most {most} a side; make it"
        " smaller.",
        "{where} là ảnh {width} x {height} điểm ảnh, mỗi cạnh nhiều nhất {most}; hãy thu nhỏ ảnh.",
    ),
    "template.image-does-not-fit": (
        "{where}: {width} x {height} pixels need at least {need} mm, expected at most {have} mm; make"
        " the picture smaller or its place larger.",
        "{where}: ảnh {width} x {height} điểm ảnh cần ít nhất {need} mm, chỉ có {have} mm; hãy thu nhỏ"
        " ảnh hoặc nới chỗ.",
    ),
    "template.barcode-text": (
        "{where} has the text “{found}”, expected one element string such as (00){{sscc}}; correct it.",
        "{where} ghi “{found}”, cần một chuỗi GS1 như (00){{sscc}}; hãy sửa lại.",
    ),
    "template.barcode-size": (
        "{where} has bars of {dots} dots = {module} mm and {height} mm high, expected {low} to {high} mm"
        " and at least {least} mm high; set module_dots = 4 and raise the height.",
        "{where} có vạch {dots} điểm = {module} mm, cao {height} mm, cần từ {low} đến {high} mm và cao"
        " ít nhất {least} mm; hãy đặt module_dots = 4 và tăng chiều cao.",
    ),
    "template.barcode-value": (
        "{where} cannot say “{found}” as GS1 ({ai}), expected for (00) the 18 digits of an SSCC with"
        " its check digit; correct the value.",
        "{where} không ghi được “{found}” dạng GS1 ({ai}), với (00) cần đủ 18 chữ số SSCC có số kiểm"
        " tra đúng; hãy sửa giá trị.",
    ),
    "template.barcode-does-not-fit": (
        "{where}: {modules} modules with {quiet} of margin on each side need {need} mm, expected at"
        " most {have} mm; shorten the value or use a wider label.",
        "{where}: {modules} vạch đơn vị kể cả lề {quiet} mỗi bên cần {need} mm, chỉ có {have} mm; hãy rút"
        " ngắn giá trị hoặc dùng nhãn rộng hơn.",
    ),
    "template.unknown-word": (
        "{where} names the unknown field {found}, expected any of {expected}; correct the name.",
        "{where} dùng mục lạ {found}, chỉ nhận {expected}; hãy sửa tên mục.",
    ),
    "template.file-name": (
        "The file {where} holds the template “{found}”, expected “{expected}”; rename the file.",
        "Tệp {where} chứa mẫu nhãn “{found}”, cần “{expected}”; hãy đổi tên tệp.",
    ),
    "template.name-shipped": (
        "The name “{found}” is that of a template of this program, expected one of your own; change"
        " the name in the file.",
        "Tên “{found}” là của mẫu có sẵn trong chương trình, cần tên riêng; hãy đổi tên trong tệp.",
    ),
    "template.version": (
        "{where} was changed but says version = {found}, expected {least} or more; raise the version.",
        "{where} đã thay đổi nhưng vẫn ghi version = {found}, cần từ {least}; hãy tăng số phiên bản.",
    ),
}
