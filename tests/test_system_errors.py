"""What the operating system refuses is told with its path, in the reader's language."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from api.commands import main as commands
from ledger import offline
from ledger.verify.system_words import in_vietnamese


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "không có tệp hoặc thư mục này"),
        (errno.EACCES, "không có quyền"),
        (errno.ENOTDIR, "không phải thư mục"),
        (errno.ENOSPC, "ổ đĩa đã đầy"),
        (errno.EROFS, "ổ đĩa chỉ cho đọc"),
        (errno.EEXIST, "đã có tệp hoặc thư mục này"),
    ],
)
def test_a_refusal_of_the_system_names_the_path_in_both_languages(number: int, words: str) -> None:
    wrong = OSError(number, os.strerror(number), "/so/ledger.db")
    assert "(/so/ledger.db)" in commands._system(wrong, "vi")
    assert words in commands._system(wrong, "vi")
    assert f"(/so/ledger.db): {os.strerror(number)}" in commands._system(wrong, "en")
    assert "refused: " in commands._system(OSError(number, "x"), "en")


def test_a_command_that_meets_a_file_in_place_of_a_folder_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert commands.main(["init", "--dir", str(blocked / "so"), "--lang", "vi"]) == 2
    said = capsys.readouterr().err
    assert str(blocked) in said
    assert "không phải thư mục" in said


def test_a_file_that_cannot_be_read_is_told_in_the_readers_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nope.json"
    words = ["verify-label", "HTTPS://X/01/1", "--trust", str(missing), "--stations", str(missing)]
    assert commands.main([*words, "--lang", "vi"]) == 2
    said = capsys.readouterr().err
    assert "không có tệp hoặc thư mục này" in said and "No such file" not in said
    assert commands.main([*words, "--lang", "en"]) == 2
    assert "(No such file or directory)" in capsys.readouterr().err
    assert offline.main([str(missing), "--trust", str(missing), "--lang", "vi"]) == 2
    assert "không có tệp hoặc thư mục này" in capsys.readouterr().err


def test_a_reason_with_its_number_is_put_in_vietnamese_and_others_stay() -> None:
    assert in_vietnamese("[Errno 101] Network is unreachable") == "không có mạng"
    assert in_vietnamese("database is locked") == "database is locked"
