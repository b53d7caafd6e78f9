"""Progress of long work: seen on a terminal, rare in a log, and no noise about what is quick."""

from __future__ import annotations

import os
import pty
import time

import pytest

from api.commands import progress as module
from api.commands.progress import progress


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TERMINAL", 0.01)
    monkeypatch.setattr(module, "_LOG", 0.05)


def slowly(steps: int, lang: str = "en") -> None:
    told = progress(lang, "checked", "đã kiểm tra")
    for done in range(1, steps + 1):
        time.sleep(0.012)
        told(done, steps)


def test_quick_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress("en", "checked", "đã kiểm tra")
    for done in range(1, 1_001):
        told(done, 1_000)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("often")
def test_a_log_gets_whole_lines_now_and_then_and_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slowly(20)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 8
    assert lines[0].startswith("checked ")
    assert "s left" in lines[0]
    assert lines[-1] == "checked 20/20 (100 %)"


@pytest.mark.usefixtures("often")
def test_a_terminal_sees_one_line_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near, far = pty.openpty()
    with os.fdopen(far, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        slowly(10, "vi")
        seen = b""
        while b"100 %" not in seen:
            seen += os.read(near, 65_536)
    os.close(near)
    *overwritten, last = seen.decode().rstrip("\r\n").split("\r")
    assert len(overwritten) >= 5
    assert all("còn" in line and "\n" not in line for line in overwritten)
    assert last.strip() == "đã kiểm tra 10/10 (100 %)"
