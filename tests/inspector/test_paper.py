"""A paper beside the ledger: what is the same, what differs; and nothing is kept."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.inspector.paper import same
from tests.store.small_ledger import FARM, GTIN

PAPER = f"/kiem-tra/lo/{GTIN}/L01/doi-chieu"


@pytest.mark.parametrize(
    ("ledger", "paper", "equal"),
    [
        ("09/09/2026", "9/9/2026", True),
        ("09/09/2026", "09-09-26", True),
        ("09/09/2026", "2026-09-09", True),
        ("09/09/2026", "09/10/2026", False),
        ("09/09/2026", "hôm qua", False),
        ("80 gói", "80", True),
        ("80 gói", "80 GÓI", True),
        ("80 gói", "80 kg", False),
        ("80 gói", "800 gói", False),
        ("1.250,5 kg", "1250,5 kg", True),
        ("52 kg", "52,0 kg", True),
        ("52 kg", "52,1 kg", False),
        ("Bột chuối", "BOT CHUOI", True),
        ("Bột chuối", "Bột chuối sấy", False),
        (GTIN, GTIN.removeprefix("0"), True),
        ("VietGAP-TT-13-09-68-0096", "VIETGAP TT 13 09 68 0096", True),
        ("L01", "L02", False),
        ("", "", True),
    ],
)
def test_two_texts_mean_the_same(ledger: str, paper: str, equal: bool) -> None:
    assert same(ledger, paper) is equal


def fields(text: str) -> dict[str, str]:
    """Field of each name on the page; the last of one name counts."""
    found = re.findall(r'<label for="(o\d+)">([^<]+)</label>', text)
    return {unescape(name): field for field, name in found}


def test_differences_are_marked_and_nothing_is_recorded(told: Services, reader: TestClient) -> None:
    size = told.store.size()
    page = reader.get(PAPER)
    assert page.status_code == 200
    named = fields(page.text)
    typed = {
        named["Số gói"]: "90",
        named["Hạn dùng"]: "9/9/2027",
        named["Mã lô"]: "L01",
        "paper": "Sổ kho 12 <b>",
    }
    text = unescape(reader.post(PAPER, data=typed).text)
    assert "1 chỗ khác nhau." in text and "2 chỗ khớp" in text
    assert text.count('class="compare differs"') == 1 and 'value="90"' in text
    assert "&lt;b&gt;" in reader.post(PAPER, data=typed).text
    assert told.store.size() == size


def test_the_comparison_is_a_file_for_offices_that_runs_nothing(reader: TestClient) -> None:
    named = fields(reader.get(PAPER).text)
    typed = {named["Số gói"]: "=1+1", named["Mã lô"]: "L01", "act": "csv"}
    answer = reader.post(PAPER, data=typed)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Mục", "Điều", "Sổ ghi", "Giấy ghi", "Kết quả"]
    packs = next(row for row in rows if row[1] == "Số gói")
    assert packs[2:] == ["100", "'=1+1", "KHÁC"]
    assert all(cell[:1] not in "=+-@" or not cell for row in rows for cell in row)


def test_the_steps_and_papers_of_a_lot_are_there_to_be_compared(reader: TestClient) -> None:
    text = unescape(reader.get(f"/kiem-tra/lo/{FARM}%2Fqua/Q01/doi-chieu").text)
    assert "Thu hoạch" in text and "101 kg" in text and "CAN-01" in text
    assert "VietGAP-TT-13-09-68-0096" in text


def test_a_form_that_is_too_large_is_refused(reader: TestClient) -> None:
    answer = reader.post(PAPER, data={"o1": "x" * 100_000})
    assert answer.status_code == 422
