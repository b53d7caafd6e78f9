"""What argparse says by itself, in the language of the messages.

Its sentences pass through a hook for translations that is bound to files and to the environment,
so the hook itself is set.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from gettext import gettext

_VIETNAMESE = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "show this help message and exit": "hiện hướng dẫn này rồi thoát",
    "%(prog)s: error: %(message)s\n": "%(prog)s: lỗi: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "tham số %(argument_name)s: %(message)s",
    "the following arguments are required: %s": "còn thiếu tham số: %s",
    "one of the arguments %s is required": "cần một trong các tham số: %s",
    "not allowed with argument %s": "không dùng chung với tham số %s",
    "unrecognized arguments: %s": "không hiểu tham số: %s",
    "expected one argument": "cần một giá trị",
    "expected at least one argument": "cần ít nhất một giá trị",
    "expected at most one argument": "chỉ nhận nhiều nhất một giá trị",
    "ignored explicit argument %r": "không nhận giá trị %r",
    "invalid %(type)s value: %(value)r": "giá trị %(value)r không đúng kiểu %(type)s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "không có lựa chọn %(value)r (hãy chọn: %(choices)s)"
    ),
    "ambiguous option: %(option)s could match %(matches)s": (
        "tùy chọn %(option)s chưa rõ, có thể là %(matches)s"
    ),
}


def asked_language(words: Sequence[str]) -> str | None:
    """The `--lang` among the words of a command line, before they are read; None without one."""
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--lang":
            return value or (words[at + 1] if at + 1 < len(words) else None)
    return None


def speak(lang: str) -> None:
    """From now on, argparse speaks `lang`. To be called before a parser is made."""

    def say(text: str) -> str:
        return _VIETNAMESE.get(text, text) if lang == "vi" else gettext(text)

    setattr(argparse, "_", say)  # noqa: B010  # a name that its type hints do not have
