"""What can stop a projection for good."""

from __future__ import annotations

from typing import ClassVar

from ledger.verify.wording import Refusal


class ProjectionRefused(Refusal):
    """A sealed statement that the tables cannot take in, or tables that can take in none."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "projection-stuck": (
            "The read models stop before statement {index} of the log, which cannot be projected "
            "({why}); pages show what was recorded before it. Update the program, then run: ocop "
            "rebuild",
            "Bảng tra cứu dừng trước phiếu số {index} của sổ vì phiếu này không đưa vào bảng được "
            "({why}); trang chỉ hiện những gì ghi trước đó. Hãy cập nhật chương trình rồi chạy: "
            "ocop rebuild",
        ),
        "views-damaged": (
            "The read models are damaged ({why}), so pages may fail or be old; the ledger itself is not "
            "touched. Run: ocop rebuild",
            "Bảng tra cứu bị hỏng ({why}) nên trang có thể lỗi hoặc cũ; bản thân sổ không sao. Hãy "
            "chạy: ocop rebuild",
        ),
    }
