"""Refusals about private key files, each with the way out."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import LedgerError


class KeyFileError(LedgerError):
    """A key file cannot be used as it is."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "key-locked": (
            "The key file {path} is encrypted and there is no terminal to ask for its passphrase; "
            "name a file that holds it with --passphrase-file, or start the program on a terminal.",
            "Tệp khóa {path} được mã hóa mà không có cửa sổ lệnh để hỏi mật khẩu; hãy nêu tệp chứa mật "
            "khẩu bằng --passphrase-file, hoặc chạy chương trình trong cửa sổ lệnh.",
        ),
        "passphrase-wrong": (
            "The passphrase does not open {path}; type it again, or restore the key from its paper "
            "(ocop keys restore).",
            "Mật khẩu không mở được {path}; hãy gõ lại, hoặc khôi phục khóa từ bản giấy (ocop keys "
            "restore).",
        ),
        "key-swapped": (
            "The key file {path} holds another key than its first line names: it was altered. Restore "
            "it from its paper or your backup.",
            "Tệp khóa {path} chứa khóa khác với dòng đầu của tệp: tệp đã bị sửa. Hãy khôi phục từ bản "
            "giấy hoặc bản sao lưu.",
        ),
    }


class RootsNeeded(LedgerError):
    """Root keys must say this, and too few of them are on this machine; nothing was recorded."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "roots-needed": (
            "This takes {threshold} root keys; {here} of them are on this machine and {said} have said "
            "it before, so nothing was recorded. Put the root keys into keys/, or write a request "
            "(ocop keys root-request {asked}), have it signed where they are (ocop keys root-sign), then: ocop "
            "keys root-apply",
            "Việc này cần {threshold} khóa gốc; máy này có {here} khóa, trước đó đã có {said} khóa "
            "đồng ý, nên chưa ghi gì. Hãy đặt khóa gốc vào keys/, hoặc lập tệp đề nghị (ocop keys "
            "root-request {asked}), đem ký ở nơi giữ khóa (ocop keys root-sign), rồi: ocop keys root-apply",
        ),
    }
