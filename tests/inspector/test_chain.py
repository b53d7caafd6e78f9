"""A thousand lots on ten levels: shown at once, folded up, searched, and the way to any of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.inspector.chain import Asked, asked_in
from api.inspector.dossier import dossier_html
from api.inspector.lineage import lineage_of
from api.inspector.story import whole_story
from api.pages.messages_catalogue import tongue
from api.recall.reach import reach_of
from tests.access.visitors import Visitors
from tests.inspector.thousand import LEVELS, ROOT, found_thousand
from tests.store.small_ledger import FARM, GTIN

PAGE = f"/lo/{FARM}%2Fqua/GOC"
LEAF = (GTIN, "T9-017")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = found_thousand(tmp_path_factory.mktemp("nghin") / "so")
    yield made
    made.close()


def text(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_every_lot_stands_at_its_level(told: Services) -> None:
    line = lineage_of(ROOT, told.views.lookup, told.views.registry)
    assert [len(lots) for _, lots in line.levels()] == list(LEVELS)
    assert [level for level, _ in line.levels()] == list(range(10))
    assert len(line.lots) == 1000 and not line.more
    # The same chain seen from a pack of the last level: one lot a step.
    back = lineage_of(LEAF, told.views.lookup, told.views.registry)
    assert [len(lots) for level, lots in back.levels() if level < 0] == [1] * 9
    way = back.path_to(ROOT)
    assert [one.lot for one in (way[0], way[-1])] == [ROOT, LEAF] and len(way) == 10


def test_the_page_of_a_thousand_lots_is_made_within_200_milliseconds(told: Services) -> None:
    facts = told.tables.lot(*ROOT)
    assert facts is not None

    def made() -> bytes:
        whole = whole_story(told, facts.facts, Asked(to=LEAF), tongue("vi"))
        return dossier_html(facts.facts, told.tables.size, "2026-11-20", "vi", whole=whole)

    page = made()
    took = []
    for _ in range(5):
        begun = time.process_time()
        assert made() == page
        took.append(time.process_time() - begun)
    print(f"1,000 lots on 10 levels: {min(took) * 1000:.0f} ms, {len(page) // 1024} KiB")
    assert min(took) < 0.2
    assert len(page) < 200 * 1024


def test_levels_are_folded_up_and_open_one_by_one_without_a_script(
    told: Services, reader: TestClient
) -> None:
    page = text(reader, PAGE)
    assert page.count("<details id=") == 10
    assert "Làm ra từ lô này: 999 lô của 1 cơ sở" in page
    assert page.count("T7-") == 4 * 20  # of 180 lots 20 are listed, each named four times
    more = re.search(r'href="([^"]*tang=7[^"#]*)#tang7"', page)
    assert more is not None
    opened = text(reader, more[1])
    assert '<details id="tang7" open>' in opened
    assert all(f'<b class="code">T7-{number:03d}</b>' in opened for number in range(180))


def test_the_drawing_has_a_box_for_each_full_level_and_the_way_by_itself(
    told: Services, reader: TestClient
) -> None:
    page = text(reader, f"{PAGE}?den={GTIN} T9-017")
    assert 'class="node self' in page and page.count('class="node many') == 9
    assert page.count('class="node way') == 9  # the other ends of the nine steps
    assert page.count('class="edge way"') == 9
    assert page.count("<path class=") < 60  # not a thousand curves
    way = re.search(r'<ol class="way">(.*?)</ol>', page, re.S)
    assert way is not None
    codes = re.findall(r'<b class="code">([^<]+)</b>', way[1])
    assert (codes[0], codes[-1], len(codes)) == ("GOC", "T9-017", 10)


def test_a_lot_is_found_in_the_chain_without_marks(told: Services, reader: TestClient) -> None:
    page = text(reader, f"{PAGE}?trong=t9-017")
    assert "1 lô khớp với “t9-017”" in page and "9 bước sau" in page
    many = text(reader, f"{PAGE}?trong=ban thanh pham buoc 3")
    assert "60 lô khớp" in many and "3 bước sau" in many
    assert "0 lô khớp" in text(reader, f"{PAGE}?trong=khong co")


@pytest.mark.parametrize(
    "query",
    [
        "tang=x",
        "tang=99",
        "tang=7&trang=0",
        "tang=7&trang=9999",
        "den=nothing",
        "den=%00",
        "tang=--7",
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_asked(reader: TestClient, query: str) -> None:
    assert reader.get(f"{PAGE}?{query}").status_code == 200
    assert asked_in({"tang": "9" * 9}).level is None


def test_the_public_is_shown_the_nearest_lots_and_told_that_there_are_more(
    told: Services, reader: TestClient
) -> None:
    public = text(Visitors(told).away(), PAGE)
    assert "chỉ hiện các lô gần nhất" in public and "500 lô của 1 cơ sở" in public
    assert "chỉ hiện các lô gần nhất" not in text(reader, PAGE)


def test_the_reach_of_a_thousand_lots_is_counted(told: Services, reader: TestClient) -> None:
    begun = time.process_time()
    reach = reach_of(told.views, [ROOT], descendants=True)
    print(f"reach of 1,000 lots: {(time.process_time() - begun) * 1000:.0f} ms")
    assert len(reach.lots) == 1000
    assert sum(one.packs for one in reach.lots) == 1600
    page = text(reader, f"/kiem-tra/lo/{FARM}%2Fqua/GOC/pham-vi")
    assert "1600" in page or "1.600" in page
