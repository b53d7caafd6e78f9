"""The printed report read back by another program, and the parcel that needs no server."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from reportlab.platypus import Spacer
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.inspector.chain import Asked
from api.inspector.evidence import evidence_of, parcel
from api.inspector.pdf_parts import QrCode, pdf, table, text
from api.inspector.report import ReportOf, report_pdf
from api.inspector.story import whole_story
from api.pages.messages_catalogue import tongue
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.access.visitors import Visitors
from tests.store.small_ledger import FARM, GTIN, NOW

REPORT = f"/kiem-tra/lo/{GTIN}/L01/bien-ban.pdf"
PARCEL = f"/kiem-tra/lo/{GTIN}/L01/mang-theo.zip"


def read_back(made: bytes, folder: Path) -> str:
    """The words of a PDF as poppler reads them."""
    program = shutil.which("pdftotext")
    assert program, "These tests need pdftotext; install poppler-utils and run them again."
    path = folder / "read.pdf"
    path.write_bytes(made)
    told = subprocess.run(
        [program, "-layout", str(path), "-"], capture_output=True, timeout=60, check=True
    )
    return told.stdout.decode()


def seen(made: bytes, folder: Path) -> list[str]:
    """What a phone reads off the first page, drawn by ghostscript."""
    program = shutil.which("gs")
    assert program, "These tests need gs; install ghostscript and run them again."
    path, picture = folder / "seen.pdf", folder / "seen.png"
    path.write_bytes(made)
    subprocess.run(
        [
            program,
            "-q",
            "-dSAFER",
            "-sDEVICE=pnggray",
            "-r150",
            "-dLastPage=1",
            "-o",
            picture,
            path,
        ],
        timeout=60,
        check=True,
    )
    return [one.text for one in zxingcpp.read_barcodes(Image.open(picture))]


def test_the_report_says_what_the_ledger_says_in_both_languages(
    told: Services, reader: TestClient, tmp_path: Path
) -> None:
    own = Visitors(told).signed_in("minh")  # a chosen language stays with a browser
    answer = own.get(REPORT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "private, no-store"
    read = read_back(answer.content, tmp_path)
    for words in (
        "Biên bản tra cứu lô L01",
        "Bột chuối",
        "09/09/2026 – 09/09/2027",
        "VietGAP-TT-13-09-68-0096",
        "Xuất hàng",
        "80 gói",
        "A1 1–60, A1 91–130",
        "1432/QĐ-UBND",
        "khóa giữ tại",
        "ocop.example/small",
        "Đại diện cơ sở",
    ):
        assert words in read, words
    assert reader.get(REPORT).content == answer.content
    english = read_back(own.get(f"{REPORT}?lang=en").content, tmp_path)
    assert "Report on lot L01" in english and "VERIFIED" in english and "80 packs" in english
    assert "None" not in read and "{" not in read


def test_the_corrections_of_a_lot_stand_side_by_side(reader: TestClient, tmp_path: Path) -> None:
    made = reader.get(f"/kiem-tra/lo/{FARM}%2Fqua/Q01/bien-ban.pdf").content
    told = read_back(made, tmp_path)
    assert re.search(r"Số lượng +100 kg +101 kg", told)


def test_the_same_moment_gives_the_same_bytes(reader: TestClient) -> None:
    assert reader.get(REPORT).content == reader.get(REPORT).content
    assert reader.get(PARCEL).content == reader.get(PARCEL).content


def test_the_parcel_holds_the_very_file_whose_digest_the_report_bears(
    reader: TestClient, tmp_path: Path
) -> None:
    answer = reader.get(PARCEL)
    assert answer.headers["content-type"] == "application/zip"
    box = zipfile.ZipFile(io.BytesIO(answer.content))
    name = f"lot-{GTIN}-L01"
    names = ["DOC-TRUOC.txt", f"{name}.pdf", f"{name}.json", "trust.json", "trinh-kiem-tra.html"]
    assert box.namelist() == names
    bundle = box.read(f"{name}.json")
    report = verify_bundle(bundle, Trust.parse(box.read("trust.json")), now=NOW)
    assert (report.verdict, report.item, report.lot_code) == ("verified", GTIN, "L01")
    told = read_back(box.read(f"{name}.pdf"), tmp_path)
    assert hashlib.sha256(bundle).hexdigest() in told
    root = json.loads(bundle)["checkpoint"].split("\n")[2]
    assert root in told
    assert b"<script" in box.read("trinh-kiem-tra.html")
    assert "Đây là bằng chứng" in box.read("DOC-TRUOC.txt").decode("utf-8-sig")


def test_the_codes_on_the_report_lead_to_the_lot_and_the_checkpoint(
    told: Services, tmp_path: Path
) -> None:
    address = f"https://truyxuat.example.vn/lo/{GTIN}/L01"
    drawn = pdf([QrCode(address, 30), Spacer(1, 20), text("x < y & z")], "t", "f")
    assert seen(drawn, tmp_path) == [address]
    facts = told.tables.lot(GTIN, "L01")
    evidence = evidence_of(told, (GTIN, "L01"))
    assert facts is not None and evidence is not None
    say = tongue("vi")
    of = ReportOf(
        facts.facts, whole_story(told, facts.facts, Asked(), say), evidence, NOW, "2026-11-20", ""
    )
    assert "truyxuat.example.vn" not in read_back(report_pdf(of, say), tmp_path)
    public = report_pdf(replace(of, base="https://truyxuat.example.vn"), say)
    words = read_back(public, tmp_path)
    assert address in words and "https://truyxuat.example.vn/log/checkpoint" in words


def test_hostile_words_are_words_in_a_report(tmp_path: Path) -> None:
    hostile = '<font size="99">&amp; <b>x</b> \x00\x1b]\u202e'
    told = read_back(pdf([text(hostile)], hostile, hostile[:20]), tmp_path)
    assert '<font size="99">&amp; <b>x</b>' in told


def test_a_cell_of_many_pages_does_not_keep_a_report_from_being_made(tmp_path: Path) -> None:
    for long in ("nhiều chữ " * 3_000, "M" * 9_000):
        made = pdf([table(("a", "b"), [(long, "cuối")], (0.2, 0.8))], "t", "f")
        assert "cuối" in read_back(made, tmp_path)


def test_evidence_is_for_those_who_see_everything(visitors: Visitors) -> None:
    visitors.set_up("lan", "manager", FARM)
    for client in (visitors.signed_in("lan"), visitors.away()):
        for address in (REPORT, PARCEL, "/kiem-tra/trinh-kiem-tra.html"):
            assert client.get(address).status_code in (303, 401, 403)


def test_an_unknown_lot_is_said_so(reader: TestClient) -> None:
    for tool in ("bien-ban.pdf", "mang-theo.zip", "pham-vi", "lenh", "doi-chieu"):
        for lot in (f"{GTIN}/NO-SUCH", "x/y", "%00/%00", f"{GTIN}"):
            answer = reader.get(f"/kiem-tra/lo/{lot}/{tool}")
            assert answer.status_code == 404, (lot, tool)


def test_the_verifier_comes_as_a_file(reader: TestClient) -> None:
    answer = reader.get("/kiem-tra/trinh-kiem-tra.html")
    assert 'filename="trinh-kiem-tra.html"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"<!") and len(answer.content) > 50_000


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_parcel_is_the_same_whatever_the_clock_says(lang: str) -> None:
    files = {"a.txt": lang.encode(), "b.txt": b""}
    assert parcel(files) == parcel(dict(files))
    assert zipfile.ZipFile(io.BytesIO(parcel(files))).testzip() is None
