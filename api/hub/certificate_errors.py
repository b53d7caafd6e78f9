"""What can be wrong with a hub's own certificate, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class CertificateRefused(DoorError):
    """A certificate that cannot be made or served."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "certificate-missing": (
            "The folder {path} has no certificate of its own; make one with the names and addresses "
            "by which stations reach this machine: ocop hub certificate 192.168.1.10 --dir {path}",
            "Thư mục {path} chưa có chứng thư riêng; hãy tạo bằng tên và địa chỉ mà các trạm dùng để "
            "gọi máy này: ocop hub certificate 192.168.1.10 --dir {path}",
        ),
        "certificate-unusable": (
            "The certificate {path} cannot be served ({why}); make the folder's own anew with ocop "
            "hub certificate, or give --certificate and --certificate-key files in PEM that belong "
            "together.",
            "Không dùng được chứng thư {path} ({why}); hãy tạo lại bằng ocop hub certificate, hoặc "
            "đưa --certificate và --certificate-key dạng PEM thuộc về nhau.",
        ),
        "certificate-half": (
            "--certificate and --certificate-key belong together; give both.",
            "--certificate và --certificate-key phải đi cùng nhau; hãy ghi cả hai.",
        ),
        "certificate-twice": (
            "--tls serves the folder's own certificate and --certificate another one; give one of "
            "them.",
            "--tls dùng chứng thư riêng của thư mục còn --certificate dùng chứng thư khác; hãy chọn "
            "một.",
        ),
        "name-wrong": (
            "{found} is neither an address such as 192.168.1.10 nor a name such as hub.local; leave "
            "out https:// and the port.",
            "{found} không phải địa chỉ như 192.168.1.10 cũng không phải tên như hub.local; hãy bỏ "
            "https:// và số cổng.",
        ),
        "key-without-name": (
            "A new key needs its certificate's names; give them: ocop hub certificate --new-key "
            "192.168.1.10",
            "Khóa mới cần có tên cho chứng thư; hãy ghi thêm: ocop hub certificate --new-key "
            "192.168.1.10",
        ),
    }
