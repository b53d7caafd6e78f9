"""Commands speak Vietnamese unless told otherwise, also where the standard library speaks."""

from __future__ import annotations

import argparse
import inspect
import re
from pathlib import Path

import pytest

from api.commands.help_text import in_vietnamese, texts_of, vietnamese
from api.commands.main import main, parser
from api.commands.vietnamese import _VIETNAMESE
from tests.pages.cooperative import GTIN, LOT, found_cooperative

SAID = (
    (("lot", "--dir", "x", "a"), "còn thiếu tham số: LOT", "arguments are required: LOT"),
    (("lot", "--dir", "x", "a", "b", "c"), "không hiểu tham số: c", "unrecognized arguments: c"),
    (("serve", "--dir", "x", "--port", "a"), "không đúng kiểu int", "invalid int value: 'a'"),
    (("serve", "--dir", "x", "--port"), "cần một giá trị", "expected one argument"),
)


@pytest.mark.parametrize(("words", "vietnamese", "english"), SAID)
def test_what_is_wrong_with_a_command_line_is_told_in_the_language_of_the_messages(
    words: tuple[str, ...], vietnamese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for more, usage, error in (
        ((), "cách dùng: ocop", vietnamese),
        (("--lang=vi",), "cách dùng: ocop", vietnamese),
        (("--lang", "en"), "usage: ocop", english),
    ):
        with pytest.raises(SystemExit) as left:
            main([words[0], *more, *words[1:]])
        assert left.value.code == 2
        said = capsys.readouterr().err
        assert said.startswith(usage)
        assert error in said.replace("‘", "'")


def test_the_help_has_its_headings_in_the_language_of_the_messages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, heads in (
        (("lot", "--help"), ("cách dùng:", "tham số:", "tùy chọn:")),
        (("lot", "--lang", "en", "--help"), ("usage:", "positional arguments:", "options:")),
    ):
        with pytest.raises(SystemExit):
            main(list(words))
        said = capsys.readouterr().out
        assert [head for head in heads if head not in said] == []


def test_every_command_and_option_explains_itself_in_both_languages() -> None:
    used, known = set(texts_of(parser())), vietnamese()
    assert (used - set(known), set(known) - used) == (set(), set())
    assert len(used) > 200
    places = r"%(?:\(\w+\))?[sr%]"
    for english, told in known.items():
        assert told, english
        assert sorted(re.findall(places, english)) == sorted(re.findall(places, told))


def test_help_is_vietnamese_for_who_reads_vietnamese(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (("station", "join", "--help"), "dòng máy chủ đã in"),
        (("station", "join", "--lang", "en", "--help"), "the line that the hub printed"),
        (("--help",), "in tem cho sản phẩm OCOP"),
        (("-h", "--lang=en"), "label printing for OCOP products"),
    ):
        with pytest.raises(SystemExit) as left:
            main(list(words))
        assert (left.value.code, told in " ".join(capsys.readouterr().out.split())) == (0, True)
    every = parser()
    in_vietnamese(every)
    assert set(texts_of(every)) == set(vietnamese().values())


def test_every_sentence_that_is_translated_is_one_that_the_library_says_with_the_same_places() -> (
    None
):
    source = inspect.getsource(argparse)
    for english, told in _VIETNAMESE.items():
        assert repr(english)[1:-1] in source, english
        places = r"%(?:\(\w+\))?[sr]"
        assert sorted(re.findall(places, english)) == sorted(re.findall(places, told))


def test_a_language_without_messages_is_told_once_and_vietnamese_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["lot", "a", "b", "--dir", str(tmp_path / "none")]
    for named, told in (("fr", True), ("vi_VN.UTF-8", False), ("en_GB", False), ("", False)):
        monkeypatch.setenv("OCOP_LANG", named)
        assert main(asked) == 2
        lines = capsys.readouterr().err.splitlines()
        assert ("OCOP_LANG=fr" in lines[0]) is told
        assert ("ocop init" in lines[-1], len(lines)) == (True, 1 + told)
        assert lines[-1].startswith("There is" if named == "en_GB" else "Không có sổ")
    monkeypatch.setenv("OCOP_LANG", "fr")
    assert main([*asked, "--lang", "en"]) == 2
    assert "OCOP_LANG" not in capsys.readouterr().err


def test_a_lots_story_names_its_figures_in_the_language_of_the_messages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found_cooperative(tmp_path / "so").close()
    words = ["lot", GTIN, LOT, "--dir", str(tmp_path / "so")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "Cân đối: đã lấy đi 0 kg, số gói 100, số gói còn lại 100" in said
    assert not re.search(r"\b(made|taken|left|packs|yield|into)_?\w*\b", said)
    assert main([*words, "--lang", "en"]) == 0
    assert "Balance: taken 0 kg, packs 100, packs left 100" in capsys.readouterr().out
