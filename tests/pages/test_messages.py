"""Messages and vendored files: nothing missing, nothing left over, nothing changed."""

from __future__ import annotations

import hashlib
import json
import re
import string

from babel.messages.pofile import read_po

from api.pages.messages_catalogue import FOLDER
from api.pages.static_files import FOLDER as STATIC
from tests.pages.message_sources import API, used_messages


def english() -> dict[str, str]:
    with (FOLDER / "en.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_message_is_missing_or_unused() -> None:
    used, known = set(used_messages()), english()
    assert used - set(known) == set()
    assert set(known) - used == set()
    assert [message for message, text in known.items() if not text] == []


def test_a_translation_has_the_places_of_its_message() -> None:
    for message, text in english().items():
        assert places(message) == places(text), message


def test_templates_hold_no_inline_script_or_style() -> None:
    for path in (API / "pages" / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'src="{{ static(' in tag, path.name
        assert "|safe" not in text and "autoescape" not in text, path.name
        assert "http://" not in text and "https://" not in text, path.name


def test_every_sentence_of_the_browser_check_exists_in_both_languages() -> None:
    words = (STATIC / "words.mjs").read_text("utf-8")
    defined = re.findall(r'^  "?([a-zA-Z-]+)"?: \[', words, re.M)
    assert len(defined) == len(set(defined)) > 40
    sources = [STATIC / name for name in ("bundle.mjs", "keys.mjs", "note.mjs")]
    text = "".join(path.read_text("utf-8") for path in sources)
    codes = set(re.findall(r'(?:fail|wrong)\("([a-z-]+)"', text))
    codes |= set(re.findall(r'(?:code: |return )"([a-z-]+)"', text))
    assert codes - set(defined) == set()


def test_vendored_files_are_those_of_the_lock() -> None:
    folder = STATIC / "vendor"
    lock = json.loads((folder / "vendor.lock.json").read_text("utf-8"))
    named = {"vendor.lock.json"}
    for one in lock:
        assert set(one) >= {"name", "version", "licence", "file", "sha256"}
        for file, digest in ((one["file"], "sha256"), (one["licence_file"], "licence_sha256")):
            found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            assert found == one[digest], file
            named.add(file)
    assert {path.name for path in folder.iterdir()} == named
