"""Sentences of this room for people: a fault that was noted, and why somebody is not ready."""

from __future__ import annotations

from typing import ClassVar

from ledger.verify.wording import Refusal


class FaultNoted(Refusal):
    """An error of the program's own, logged under an id."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "fault-noted": (
            "The server failed; what was recorded is safe. Try again in a minute, and if it fails "
            "again tell the operator this number: {id}",
            "Máy chủ gặp lỗi; những gì đã ghi vẫn an toàn. Hãy thử lại sau một phút, nếu vẫn lỗi hãy "
            "báo người quản trị mã số: {id}",
        ),
    }


class NotReady(Refusal):
    """One reason why this process should get no requests now."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "store-away": (
            "The ledger cannot be read: {why}",
            "Không đọc được sổ: {why}",
        ),
        "store-standby": (
            "The database {where} is a standby and takes no statements; point the settings at the "
            "primary.",
            "Cơ sở dữ liệu {where} là bản dự phòng, không nhận phiếu; hãy trỏ cài đặt tới máy chính.",
        ),
        "store-read-only": (
            "The ledger at {where} is read-only; make its disk or database writable.",
            "Sổ tại {where} chỉ đọc được; hãy cho phép ghi vào ổ đĩa hoặc cơ sở dữ liệu.",
        ),
        "store-refused": (
            "The last attempt to record, {seconds} s ago, failed: {why}",
            "Lần ghi gần nhất, cách đây {seconds} giây, không thành: {why}",
        ),
        "disk-full": (
            "Only {free} MB are free under {path}; free some space.",
            "Chỉ còn {free} MB trống ở {path}; hãy giải phóng ổ đĩa.",
        ),
        "schema-differs": (
            "The ledger has schema {found}, this program knows {expected}; bring both to one version.",
            "Sổ có phiên bản {found}, chương trình biết {expected}; hãy đưa về cùng phiên bản.",
        ),
        "seal-lags": (
            "The oldest unsealed entry has waited {seconds} s; see that the sequencer runs.",
            "Phiếu chưa niêm phong cũ nhất đã chờ {seconds} giây; hãy kiểm tra tiến trình niêm phong.",
        ),
        "views-lag": (
            "The read models are {entries} entries behind the log and have been for {seconds} s; see "
            "that the projector runs.",
            "Bảng đọc chậm {entries} phiếu so với sổ đã {seconds} giây; hãy kiểm tra tiến trình dựng "
            "bảng đọc.",
        ),
        "views-old": (
            "What pages show was last known to agree with the ledger {seconds} s ago.",
            "Dữ liệu trên trang khớp với sổ lần cuối cách đây {seconds} giây.",
        ),
        "projection-stuck": (
            "The projection cannot go on: {why}",
            "Không dựng tiếp được bảng đọc: {why}",
        ),
        "keys-unreadable": (
            "A key cannot be used: {why}",
            "Không dùng được khóa: {why}",
        ),
        "no-answer": (
            "The check {check} did not come back within {seconds} s.",
            "Phép kiểm tra {check} không trả lời trong {seconds} giây.",
        ),
    }
