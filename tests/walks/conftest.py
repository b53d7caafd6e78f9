"""One cooperative with an authority and people for each walk, and one browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from PIL import Image

from api.bootstrap import Services, enrol_party
from ledger.domain.drafts import Draft
from tests.access.conftest import little_hashing as little_hashing  # noqa: PLC0414  # a fixture
from tests.access.visitors import Visitors
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.cooperative import PARTY, found_cooperative

AUTHORITY: Final = "CC-QLCL"
_PEOPLE: Final = (
    ("phuong", "administrator", ""),
    ("lan", "manager", PARTY),
    ("minh", "inspector", AUTHORITY),
    ("can", "officer", ""),
)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


def with_authority(services: Services) -> None:
    """An authority whose key is kept here, so that its inspector can sign orders."""
    when = "2026-09-20T08:00:00+07:00"
    name = "Chi cục Quản lý chất lượng nông lâm sản và thủy sản tỉnh Quảng Ninh"
    about = {"code": AUTHORITY, "kind": "authority", "name": name}
    services.station.record(Draft("party-registered", "LEDGER", when, about))
    enrol_party(services, AUTHORITY)
    services.commit_index()


def peopled(services: Services) -> Visitors:
    """Accounts of everybody who works with this ledger; before its pages are served."""
    visitors = Visitors(services)
    for name, role, party in _PEOPLE:
        visitors.set_up(name, role, party)
    return visitors


def cookies_of(visitors: Visitors, account: str, base: str) -> list[dict[str, str]]:
    """What the browser of somebody who signed in sends to the address `base`."""
    jar = visitors.signed_in(account, home=True).cookies.jar
    return [{"name": one.name, "value": one.value or "", "url": base} for one in jar]


def codes_on_paper(services: Services, printer: str) -> list[str]:
    """What a scanner reads on the labels that came out of a printer, in their order."""
    papers = sorted((services.folder / f"paper-{printer}").glob("*.png"))
    return [code.text for path in papers for code in zxingcpp.read_barcodes(Image.open(path))]
