"""Messages and vendored files: nothing missing, nothing left over, nothing changed."""

from __future__ import annotations

import hashlib
import json
import re
import string

import pytest
from babel.messages.pofile import read_po

from api.pages.messages_catalogue import FOLDER
from api.pages.static_files import FOLDER as STATIC
from api.pages.verifier_tables import FAMILIES
from ledger.verify.fields import OneOf
from ledger.verify.keys import ALLOWED
from ledger.verify.report import STATUSES
from ledger.verify.shapes import BODIES
from tests.pages.message_sources import API, used_messages

_KIND = BODIES["key-enrolled"].fields["held"]
_HELD = _KIND.words if isinstance(_KIND, OneOf) else ()


def english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                assert message.id not in found, f"{path.name}: {message.id} is in another file, too"
                if message.id:
                    found[str(message.id)] = str(message.string)
    return found


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
    for path in (API / "pages" / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'src="{{ static(' in tag, path.name
        assert "|safe" not in text and "autoescape" not in text, path.name
        assert "http://" not in text and "https://" not in text, path.name


def _words(name: str) -> dict[str, tuple[str, str]]:
    """Code -> (Vietnamese, English) of a table of words in JavaScript."""
    text = (STATIC / name).read_text("utf-8")
    pair = r'^  "?([a-zA-Z-]+)"?: \[\s*"([^"]+)",\s*"([^"]+)",?\s*\],$'
    found = {code: (vi, en) for code, vi, en in re.findall(pair, text, re.M)}
    assert len(found) == len(re.findall(r'^  "?[a-zA-Z-]+"?: \[', text, re.M))
    return found


@pytest.mark.parametrize(
    ("table", "users"),
    [
        ("words.mjs", ["report.mjs"]),
        (
            "verifier/file_words.mjs",
            [
                "verifier/file.mjs",
                "verifier/file_label.mjs",
                "verifier/file_report.mjs",
                "verifier/file.html",
            ],
        ),
    ],
)
def test_every_word_of_the_browsers_verifier_is_used_and_in_both_languages(
    table: str, users: list[str]
) -> None:
    words = _words(table)
    text = "".join((STATIC / name).read_text("utf-8") for name in users)
    used = set(re.findall(r'(?:word|row|problem)\("([a-zA-Z-]+)"', text))
    used |= set(re.findall(r'(?:WORDS, |data-word=)"([a-zA-Z-]+)"', text))
    used |= set(re.findall(r'\{ code: "([a-z-]+)"', text))
    # What the report itself names: verdicts, outcomes, roles, places, standings.
    used |= {f"role-{role}" for role in ALLOWED}
    used |= {f"held-{held}" for held in _HELD}
    if table == "words.mjs":
        used |= {f"status-{status}" for status in STATUSES if status != "active"}
        used |= {"notProven", "notProvenNorComplete"}
    else:
        used |= {"verified", "refused", "undecided", "passed", "failed", "not-run"}
        used |= {"type-released", "type-recall-closed", "type-disputed"}
    assert used == set(words)
    for vi, en in words.values():
        assert set(re.findall(r"\{\w+\}", vi)) == set(re.findall(r"\{\w+\}", en)), en


def test_the_browser_knows_every_refusal_under_the_name_that_python_gives_it() -> None:
    text = (STATIC / "verifier/refusals.mjs").read_text("utf-8")
    known = re.findall(r'export class (\w+) extends Refusal \{\n  static family = "(\w+)"', text)
    assert {family: name for name, family in known} == {
        family: refusal.__name__ for family, refusal in FAMILIES.items()
    }
    thrown = [
        (name, code)
        for path in (STATIC / "verifier").glob("*.mjs")
        for name, code in re.findall(r'new (\w+Refused)\(\s*"([a-z_-]+)"', path.read_text("utf-8"))
    ]
    catalogues = {refusal.__name__: refusal.catalogue for refusal in FAMILIES.values()}
    assert [one for one in thrown if one[1] not in catalogues[one[0]]] == []
    assert len(set(thrown)) > 60


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
