"""What keeps the processes of a hub from starting."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class BackgroundError(DoorError):
    """Several processes were asked for and cannot be had."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "workers-unsupported": (
            "This system cannot share one address among {found} processes; leave out --workers, or "
            "run one ocop serve for each port behind a proxy.",
            "Hệ thống này không cho {found} tiến trình dùng chung một địa chỉ; hãy bỏ --workers, hoặc "
            "chạy mỗi cổng một lệnh ocop serve sau một proxy.",
        ),
        "workers-wrong": (
            "--workers must be 1 to {most}, found {found}; about one for each processor core.",
            "--workers phải từ 1 đến {most}, nhận được {found}; nên khoảng một cho mỗi nhân xử lý.",
        ),
    }
