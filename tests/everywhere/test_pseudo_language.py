"""A language that puts every message into brackets: whatever stands outside them cannot be said in
another language, so it must be data."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from api.access.listed import listed
from api.access.table import TABLE
from api.pages import rendering
from api.pages.messages_catalogue import Tongue, tongue
from api.province.regions import ISLANDS, REGIONS
from ledger.verify.findings import FINDINGS, REASONS, reason_text
from ledger.verify.wording import sentence
from tests.everywhere.addresses import NOT_PAGES, ONCE, PAGES
from tests.everywhere.reading import CLOSE, OPEN, outside, texts_of
from tests.everywhere.village import Village, words_of

ROOT = Path(__file__).resolve().parents[2]
# Names, units and forms of dates that are the same in every language.
NAMES = frozenset(
    {
        *("OCOP", "GTIN", "SSCC", "QR", "CSV", "Excel", "JSON", "PDF", "GS", "EPCIS", "kg", "NSX"),
        *("HSD", "mm", "PNG", "JPEG", "WebP", "Zalo", "English", "Tiếng", "Việt", "ocop", "verify"),
        *("localhost", "example", "log", "truyxuat", "vn", "https", "http", "dd", "yyyy", "hh"),
    }
)
# Forms of printers' addresses, and what this test's own addresses and table say.
TYPED = frozenset(
    {
        *("baud", "cups", "dev", "doi", "hang", "home", "htx", "tcp", "usb", "winspool"),
        *("KHONG", "CO", "KV", "csv", "nhat", "ky", "xyz"),
    }
)
SAMPLES = frozenset({"/kieu-mau"})
"""Pages that show made-up words on purpose."""


@pytest.fixture
def bracketed() -> Iterator[None]:
    def forget() -> None:
        for kept in (tongue, rendering.environment, rendering.template):
            kept.cache_clear()

    plain = Tongue.__call__

    def say(self: Tongue, message: str, **values: object) -> str:
        return f"{OPEN}{plain(self, message, **values)}{CLOSE}"

    with pytest.MonkeyPatch.context() as change:
        change.setattr(Tongue, "__call__", say)
        for name, holder in list(sys.modules.items()):
            if name.startswith(("api.", "ledger.", "printers.")):
                _bracket_sentences(holder, change)
        forget()
        yield
    forget()


def _bracket_sentences(holder: ModuleType, change: pytest.MonkeyPatch) -> None:
    """Catalogues of refusals have both languages, too: `sentence()`, and what says itself."""
    for name, found in list(vars(holder).items()):
        if found is sentence or found is reason_text:
            change.setattr(holder, name, _within(found))
        elif isinstance(found, type) and found.__module__ == holder.__name__:
            for spoken in {"say", "cite"} & set(vars(found)):
                own = vars(found)[spoken]
                if inspect.isfunction(own) and "lang" in inspect.signature(own).parameters:
                    change.setattr(found, spoken, _within(own))


def _within(told: Callable[..., str]) -> Callable[..., str]:
    def bracketed(*given: Any, **named: Any) -> str:
        return f"{OPEN}{told(*given, **named)}{CLOSE}"

    return bracketed


def _of_tables() -> set[str]:
    """Words of printers, label templates, label law and places: in both languages, or names."""
    text = "".join(
        path.read_text("utf-8")
        for room in ("printers", "ledger", "api")
        for path in (ROOT / room).rglob("*.toml")
    )
    # Findings are kept in both languages in the read models.
    told: list[Iterable[str]] = [
        *FINDINGS.values(),
        *REASONS.values(),
        [one.name for one in REGIONS],
    ]
    told += [[name for name, *_ in ISLANDS]]
    return set(re.findall(r"[^\W\d_]+", text + " ".join(" ".join(one) for one in told)))


def test_every_page_of_the_table_of_routes_is_looked_at() -> None:
    asked = {template for template, method in TABLE if method == "GET"}
    assert asked == set(PAGES) | NOT_PAGES | ONCE
    assert not set(PAGES) & NOT_PAGES


def test_no_page_shows_a_text_that_is_not_in_the_catalogue(
    village: Village, bracketed: None
) -> None:
    known = words_of(village.services) | NAMES | TYPED | _of_tables()
    leaks: dict[str, set[str]] = {}
    seen = 0
    for template, visits in PAGES.items():
        for role, address in visits:
            answer = village.client(role).get(village.filled(address), follow_redirects=True)
            assert answer.status_code < 500, address
            assert answer.headers["content-type"].startswith("text/html"), address
            seen += 1
            texts = texts_of(answer.text)
            assert any(OPEN in one for one in texts), f"{address}: no message at all"
            found = {word for one in texts for word in outside(one)} - known
            if found and template not in SAMPLES:
                leaks[address] = found
    assert leaks == {}, "\n".join(f"{one}: {sorted(words)}" for one, words in leaks.items())
    assert seen >= len(PAGES)


def test_a_text_outside_the_catalogue_would_be_noticed() -> None:
    page = f'<p title="Save now">{OPEN}a{OPEN}b{CLOSE}{CLOSE} Ghi sổ</p><script>var x</script>'
    found = [word for one in texts_of(page) for word in outside(one)]
    assert found == ["Save", "now", "Ghi", "sổ"]


def test_the_listed_routes_are_those_of_the_application(village: Village) -> None:
    found = {one.template for one in listed(village.visitors.app.routes) if "GET" in one.methods}
    assert found <= set(PAGES) | NOT_PAGES | ONCE
