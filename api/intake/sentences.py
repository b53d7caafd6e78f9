"""Every sentence of intake: (English, Vietnamese), what was found, expected, and to do."""

from typing import Final

Sentences = dict[str, tuple[str, str]]

# Written out here since a value put into a sentence is cut at 80 characters.
_COLUMNS: Final = (
    "thời gian, loại, địa điểm, mặt hàng, lô, số lượng, đơn vị, từ lô, đối tác, thiết bị, "
    "hạn dùng, hao hụt, ghi chú"
)

FILES: Final[Sentences] = {
    "too-large": (
        "The file has {found} bytes, at most {most} are read; split it into smaller files.",
        "Tệp có {found} byte, chỉ nhận tối đa {most}; hãy chia thành nhiều tệp nhỏ hơn.",
    ),
    "too-many-rows": (
        "The file has more than {most} rows, which is the most that is read; "
        "split it into smaller files.",
        "Tệp có hơn {most} dòng, là mức tối đa được nhận; hãy chia thành nhiều tệp nhỏ hơn.",
    ),
    "encoding": (
        "The file is not Unicode text, expected UTF-8; in Excel choose Save As, "
        "CSV UTF-8 (Comma delimited).",
        "Tệp không phải chữ Unicode, cần UTF-8; trong Excel hãy chọn Lưu thành (Save As), "
        "kiểu CSV UTF-8.",
    ),
    "empty": (
        "The file is empty, expected a line of column headings and rows below it; "
        "check that the right file was chosen.",
        "Tệp trống, cần một dòng tiêu đề cột và các dòng dữ liệu; hãy kiểm tra đã chọn đúng tệp.",
    ),
    "quotes": (
        'Line {line} has a double quote (") that is not closed or stands in the wrong place; '
        "expected a pair around a whole cell, correct it.",
        'Dòng {line} có dấu nháy kép (") không được đóng hoặc đặt sai chỗ; cần một cặp bao trọn '
        "cả ô, hãy sửa lại.",
    ),
    "cell-huge": (
        "Line {line} has a cell of more than 131072 characters, expected at most 2000; "
        'look for a double quote (") that is not closed and correct it.',
        "Dòng {line} có ô dài hơn 131072 ký tự, chỉ nhận tối đa 2000; "
        'hãy tìm dấu nháy kép (") chưa đóng và sửa lại.',
    ),
    "heading-unknown": (
        f'The column "{{found}}" is not known, expected: {_COLUMNS}; rename or delete the column.',
        f'Không biết cột "{{found}}", chỉ có các cột: {_COLUMNS}; hãy đổi tên hoặc xóa cột này.',
    ),
    "heading-twice": (
        'The column "{found}" stands in the file twice, expected once; delete one of them.',
        'Cột "{found}" có hai lần trong tệp, chỉ được một lần; hãy xóa bớt một cột.',
    ),
    "heading-missing": (
        f'The first line has no column "{{missing}}", expected headings such as {_COLUMNS}; '
        "add the line of headings.",
        f'Dòng đầu không có cột "{{missing}}", cần tiêu đề như {_COLUMNS}; hãy thêm dòng tiêu đề.',
    ),
    "not-json": (
        "The set-up file is no JSON text (line {line}), expected one object with party, sites, "
        "products; correct that line.",
        "Tệp cài đặt không phải JSON (dòng {line}), cần một đối tượng có party, sites, products; "
        "hãy sửa dòng đó.",
    ),
    "setup-problems": (
        "The set-up file has {count} problem(s) and nothing of it was recorded; "
        "correct them, starting with this one:",
        "Tệp cài đặt có {count} chỗ sai và chưa ghi gì vào sổ; hãy sửa lại, trước hết là:",
    ),
}

_CELLS: Final[Sentences] = {
    "missing": (
        'The column "{column}" is empty, but a row "{type}" needs it; fill it in.',
        'Cột "{column}" để trống, nhưng dòng "{type}" cần có; hãy điền vào.',
    ),
    "cell-too-long": (
        'The cell in the column "{column}" has {found} characters, at most {most} are read; '
        "shorten it.",
        'Ô ở cột "{column}" dài {found} ký tự, chỉ nhận tối đa {most}; hãy viết ngắn lại.',
    ),
    "control-character": (
        'The cell in the column "{column}" has a line break or an invisible control character, '
        "expected plain text on one line; type it again.",
        'Ô ở cột "{column}" có xuống dòng hoặc ký tự ẩn, cần chữ thường trên một dòng; '
        "hãy gõ lại ô này.",
    ),
    "extra-cell": (
        'The row has the text "{found}" beyond the last column; delete it or move it to its '
        "column.",
        'Dòng có chữ "{found}" nằm ngoài cột cuối cùng; hãy xóa hoặc chuyển về đúng cột.',
    ),
    "formula": (
        'The column "{column}" holds "{found}", which a spreadsheet runs as a formula; '
        "expected a plain code or word, type it without =, +, - or @ in front.",
        'Cột "{column}" ghi "{found}" mà bảng tính sẽ chạy như công thức; cần một mã hoặc chữ '
        "thường, hãy gõ lại không có dấu =, +, - hay @ ở đầu.",
    ),
    "type-unknown": (
        'The type "{found}" is not known, expected one of: {known}; choose one of them.',
        'Không biết loại "{found}", cần một trong: {known}; hãy chọn một loại trong số này.',
    ),
    "correction-of-nothing": (
        'The type "{found}" does not say which record it corrects, expected "đính chính" and one '
        "of: {known}; write both.",
        'Loại "{found}" chưa nói đính chính phiếu nào, cần "đính chính" kèm một trong: {known}; '
        "hãy ghi đủ cả hai.",
    ),
    "date-form": (
        'The column "{column}" holds "{found}", expected day/month/year such as {example}; '
        "write it that way.",
        'Cột "{column}" ghi "{found}", cần ngày/tháng/năm như {example}; hãy viết lại như vậy.',
    ),
    "date-impossible": (
        'The column "{column}" holds "{found}", a date or hour that does not exist; '
        "look it up and correct it.",
        'Cột "{column}" ghi "{found}" là ngày hoặc giờ không có thật; hãy xem lại rồi sửa.',
    ),
    "date-future": (
        'The column "{column}" holds "{found}", which lies in the future (today is {today}); '
        "correct the year, month or day.",
        'Cột "{column}" ghi "{found}" là lúc chưa tới (hôm nay là {today}); '
        "hãy sửa lại năm, tháng hoặc ngày.",
    ),
    "date-too-old": (
        'The column "{column}" holds "{found}", but records start in {least}; correct the year.',
        'Cột "{column}" ghi "{found}", nhưng sổ chỉ nhận từ năm {least}; hãy sửa lại năm.',
    ),
    "expiry-before-packing": (
        "The expiry date {found} is before the packing day {packed}, expected a later one; "
        "correct one of the two.",
        "Hạn dùng {found} trước ngày đóng gói {packed}, cần ngày muộn hơn; "
        "hãy sửa một trong hai ngày.",
    ),
}

_GOODS: Final[Sentences] = {
    "site-unknown": (
        'The site "{found}" is not registered for {party}; correct the code or register the site '
        "first.",
        'Địa điểm "{found}" chưa được đăng ký cho {party}; hãy sửa lại mã hoặc đăng ký trước.',
    ),
    "item-unknown": (
        'The item "{found}" is not registered for {party}; correct the code or register the item '
        "first.",
        'Mặt hàng "{found}" chưa được đăng ký cho {party}; hãy sửa lại mã hoặc đăng ký trước.',
    ),
    "product-unknown": (
        "The product with GTIN {found} is not registered; correct the number or register the "
        "product first.",
        "Sản phẩm có GTIN {found} chưa được đăng ký; hãy sửa lại số hoặc đăng ký trước.",
    ),
    "gtin-scientific": (
        'The number "{found}" was shortened by the spreadsheet, expected all digits of the GTIN; '
        "format the column as text and type it again.",
        'Số "{found}" đã bị bảng tính rút gọn, cần đủ các chữ số của GTIN; hãy định dạng cột là '
        "Văn bản (Text) rồi gõ lại.",
    ),
    "gtin-needed": (
        'A row "{type}" needs a product with a GTIN, found the item "{found}"; '
        "write the GTIN of the product.",
        'Dòng "{type}" cần sản phẩm có GTIN, nhưng ghi mặt hàng "{found}"; '
        "hãy ghi số GTIN của sản phẩm.",
    ),
    "instrument-unknown": (
        'The instrument "{found}" is not registered for {party}; correct the code or register it '
        "first.",
        'Thiết bị "{found}" chưa được đăng ký cho {party}; hãy sửa lại mã hoặc đăng ký trước.',
    ),
    "unit-wrong": (
        'A row "{type}" counts in {expected}, found "{found}"; correct the unit and the number.',
        'Dòng "{type}" tính bằng {expected}, nhưng ghi "{found}"; hãy sửa đơn vị và số lượng.',
    ),
    "zero": (
        "The quantity {found} is nothing, expected more than 0; correct it or delete the row.",
        "Số lượng {found} là không có gì, cần lớn hơn 0; hãy sửa lại hoặc xóa dòng này.",
    ),
    "count-too-large": (
        "The count {found} is larger than {most}, the most in one row; correct it or split the row.",
        "Số {found} lớn hơn {most} là mức tối đa của một dòng; hãy sửa lại hoặc tách dòng.",
    ),
    "inputs-form": (
        'The input "{found}" is not understood, expected lot=quantity such as NG01=12,5 with + '
        "between several; write it that way.",
        'Lô vào "{found}" chưa hiểu được, cần dạng lô=số lượng như NG01=12,5 và dấu + giữa các lô; '
        "hãy viết lại như vậy.",
    ),
    "inputs-too-many": (
        "The row takes {found} input lots, at most {most} fit one record; split the row.",
        "Dòng lấy {found} lô vào, một phiếu chỉ chứa tối đa {most}; hãy tách dòng.",
    ),
    "input-unknown": (
        "The input lot {found} is not in the ledger; record where it comes from first, "
        "or correct the code.",
        "Lô vào {found} chưa có trong sổ; hãy ghi nguồn gốc của lô này trước, hoặc sửa lại mã lô.",
    ),
    "interval-too-long": (
        "The note asks for {found} days before harvest, at most {most} can be recorded; "
        "correct the number.",
        "Ghi chú nêu cách ly {found} ngày, chỉ ghi được tối đa {most}; hãy sửa lại số ngày.",
    ),
}

_JSON: Final[Sentences] = {
    "json-line": (
        'The line is no JSON object such as {{"type": ..., "time": ..., "body": ...}}; correct it.',
        'Dòng này không phải đối tượng JSON như {{"type": ..., "time": ..., "body": ...}}; '
        "hãy sửa lại.",
    ),
    "line-too-long": (
        "The line has {found} bytes, at most {most} are read; split the record.",
        "Dòng dài {found} byte, chỉ nhận tối đa {most}; hãy tách phiếu ra.",
    ),
    "key-unknown": (
        'The key "{found}" is not known here, expected one of: {known}; rename or delete it.',
        'Không biết khóa "{found}" ở đây, cần một trong: {known}; hãy đổi tên hoặc xóa đi.',
    ),
    "key-missing": (
        'The key "{column}" is missing, expected {expected}; add it.',
        'Thiếu khóa "{column}", cần {expected_vi}; hãy thêm vào.',
    ),
    "type-not-here": (
        'A statement of type "{found}" cannot come in by file, expected one of: {known}; '
        "use the command made for it.",
        'Phiếu loại "{found}" không nhận qua tệp, cần một trong: {known}; '
        "hãy dùng lệnh riêng của nó.",
    ),
    "party-other": (
        'The line speaks for the party "{found}", expected {expected}; '
        "record it at that party's own station.",
        'Dòng này ghi thay cho cơ sở "{found}", cần {expected}; hãy ghi ở trạm của cơ sở đó.',
    ),
    "no-note": (
        'A statement of type "{found}" has no place for a note, expected none; delete the note.',
        'Phiếu loại "{found}" không có chỗ cho ghi chú, cần để trống; hãy xóa ghi chú.',
    ),
    "field-wrong": (
        'The field "{column}" holds {found}, expected {expected}; correct it.',
        'Trường "{column}" đang là {found}, cần {expected_vi}; hãy sửa lại.',
    ),
    "not-unicode": (
        "The line holds half a character (a lone surrogate), expected whole Unicode text; "
        "save the file again as UTF-8.",
        "Dòng có nửa ký tự bị hỏng, cần chữ Unicode đầy đủ; hãy lưu lại tệp dạng UTF-8.",
    ),
    "subject-unknown": (
        'The subject "{found}" of a certificate is none of the products, sites or parties of this '
        "file; correct it or write product:GTIN, site:PARTY/CODE or party:CODE.",
        'Đối tượng "{found}" của giấy chứng nhận không có trong tệp này; hãy sửa lại hoặc ghi '
        "product:GTIN, site:CƠ-SỞ/MÃ hay party:MÃ.",
    ),
    "days-reversed": (
        "The validity runs from {first} to {last}, expected the first day not after the last; "
        "correct one of the two.",
        "Hiệu lực từ {first} đến {last}, ngày đầu phải không muộn hơn ngày cuối; "
        "hãy sửa một trong hai.",
    ),
    "repeated": (
        '"{found}" is registered twice in this file, expected once; delete one of them.',
        '"{found}" được đăng ký hai lần trong tệp này, chỉ cần một lần; hãy xóa bớt.',
    ),
}

ROWS: Final[Sentences] = {**_CELLS, **_GOODS, **_JSON}
