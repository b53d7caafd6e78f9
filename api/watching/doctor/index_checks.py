"""The completeness index: did the log's key ever commit to something that is not so?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import ClassVar

from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding

INDEX_FILE = "index.db"


class IndexFinding(Finding):
    """Something about the completeness index."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "index-false": (
            "The log's key committed at log index {index} to a completeness index that the log does "
            "not give.\n"
            "Whoever holds the key vouched for something hidden or made up, or this program has a "
            "fault; bundles carry the next true index instead.\n"
            "Keep this folder as it is, run: ocop audit --dir {path}, and tell the witnesses",
            "Khóa của sổ đã cam kết ở vị trí {index} một mục lục đầy đủ không đúng với sổ.\n"
            "Người giữ khóa đã bảo chứng cho nội dung bị giấu hoặc bịa ra, hoặc chương trình có lỗi; "
            "hồ sơ lô dùng mục lục đúng sau đó.\n"
            "Hãy giữ nguyên thư mục, chạy: ocop audit --dir {path}, và báo cho các bên chứng kiến",
        ),
    }


def check_index(case: Case) -> list[Finding]:
    """No commitment was found false. A lost or damaged index is made anew by whoever needs it."""
    fault = _noted(case.folder / INDEX_FILE)
    if fault is None:
        return []
    index = json.loads(fault)["params"]["index"]
    return [IndexFinding("index-false", index=index, path=case.folder)]


def _noted(path: Path) -> str | None:
    """What the file remembers; nothing is written into it, nor is it made."""
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
        try:
            row = connection.execute("SELECT fault FROM standing").fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return None
    return None if row is None else row[0]
