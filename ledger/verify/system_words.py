"""What an operating system says of a failure, in Vietnamese."""

from __future__ import annotations

import re

_WORDS = {
    "No such file or directory": "không có tệp hoặc thư mục này",
    "Permission denied": "không có quyền",
    "Operation not permitted": "không được phép",
    "Not a directory": "không phải thư mục",
    "Is a directory": "là thư mục, không phải tệp",
    "File exists": "đã có tệp hoặc thư mục này",
    "No space left on device": "ổ đĩa đã đầy",
    "Read-only file system": "ổ đĩa chỉ cho đọc",
    "Connection refused": "không có chương trình nào nhận ở cổng này",
    "ConnectError": "không nối được",
    "too slow": "quá chậm",
    "Connection reset by peer": "đầu bên kia đã ngắt kết nối",
    "No route to host": "không có đường mạng tới máy đó",
    "Network is unreachable": "không có mạng",
    "Name or service not known": "không tìm thấy tên máy này",
    "Temporary failure in name resolution": "chưa tra được tên máy, có thể không có mạng",
    "No address associated with hostname": "không tìm thấy tên máy này",
}
# As Python writes it: "[Errno 111] Connection refused".
_NUMBERED = re.compile(r"\[Errno -?\d+\] (.*)", re.DOTALL)


def in_vietnamese(why: str) -> str:
    """The reason in Vietnamese; unchanged when it is none of the usual ones."""
    numbered = _NUMBERED.fullmatch(why)
    return _WORDS.get(why if numbered is None else numbered[1], why)
