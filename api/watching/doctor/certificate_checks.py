"""The certificate that a hub made for itself: whether it can be served, and for how long."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from api.hub.certificate_errors import CertificateRefused
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding

EARLY: Final = dt.timedelta(days=60)


class CertificateFinding(Finding):
    """Something about a hub's own certificate."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "certificate-broken": (
            "The hub's own certificate {path} cannot be read.\n"
            "The server does not start with it, and no new ticket names its key.\n"
            "Make it anew with the names by which stations reach this machine: ocop hub certificate "
            "192.168.1.10 --dir {folder}. The key stays, so no station needs anything",
            "Không đọc được chứng thư riêng {path} của máy chủ.\n"
            "Máy chủ không chạy được với chứng thư này và vé mới không ghi được khóa.\n"
            "Hãy tạo lại với các tên mà trạm dùng để gọi máy này: ocop hub certificate 192.168.1.10 "
            "--dir {folder}. Khóa giữ nguyên nên các trạm không phải làm gì",
        ),
        "certificate-ends": (
            "The hub's own certificate {path} is good until {until}.\n"
            "Browsers refuse its pages from then on; stations go on, they know its key.\n"
            "Make it anew with the same names, and start the server again: ocop hub certificate "
            "{names} --dir {folder}. The key stays, so no station needs anything",
            "Chứng thư riêng {path} của máy chủ có hạn đến {until}.\n"
            "Sau đó trình duyệt từ chối các trang; trạm vẫn chạy vì nhận biết theo khóa.\n"
            "Hãy tạo lại với các tên cũ rồi chạy lại máy chủ: ocop hub certificate {names} --dir "
            "{folder}. Khóa giữ nguyên nên các trạm không phải làm gì",
        ),
    }


def check_certificate(case: Case) -> list[Finding]:
    """Nothing where none was made: a public one is its proxy's to look after."""
    if not (case.folder / "keys" / "tls.crt").exists():
        return []
    # Read here: it brings in the library of certificates, which no other check needs.
    from api.hub.certificate import own_certificate

    path = case.folder / "keys" / "tls.crt"
    try:
        found = own_certificate(case.folder)
    except CertificateRefused:
        return [CertificateFinding("certificate-broken", path=path, folder=case.folder)]
    if found is None or found.until > case.now() + EARLY:
        return []
    return [
        CertificateFinding(
            "certificate-ends",
            path=found.path,
            until=found.until.date().isoformat(),
            names=" ".join(found.names),
            folder=case.folder,
        )
    ]
