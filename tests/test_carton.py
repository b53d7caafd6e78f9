"""Cartons: what the ledger says of one, the page behind its code, and its label."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.commands.main import main
from api.labels.carton import (
    CARTON_TEMPLATE,
    carton_label,
    contents_text,
    find_carton,
)
from api.labels.template_list import TemplateList
from ledger.domain.check_digit import check_digit
from ledger.projections import schema
from ledger.projections.projector import Projector
from printers.design.render import lay_out
from printers.spooling.spool import Spool
from printers.virtual.server import VirtualPrinter
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, found_cooperative, record

_BODY = "08938501000000001"
SSCC = _BODY + check_digit(_BODY)
_OTHER = "08938501000000002"
OTHER = _OTHER + check_digit(_OTHER)


def packs(number: int, item: str = GTIN, lot: str = LOT) -> dict[str, Any]:
    """So many packs of a lot."""
    return {
        "lot": {"item": item, "code": lot},
        "quantity": {"value": str(number), "unit": "pack"},
    }


def fill(services: Services, sscc: str, *contents: dict[str, Any], day: str = "2026-09-24") -> None:
    """Record that a carton was filled."""
    body = {"container": sscc, "contents": list(contents), "site": "XCB-01"}
    record(services, "aggregated", day, body)


def trouble(services: Services, kind: str) -> None:
    """Hold or recall the packed lot."""
    body: dict[str, Any] = {"lots": [{"item": GTIN, "code": LOT}], "reason": "test-failed"}
    if kind == "recalled":
        body["reach"] = "lots"
    record(services, kind, "2026-09-28", body)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    fill(made, SSCC, packs(20))
    yield made
    made.close()


@pytest.fixture
def public(services: Services) -> TestClient:
    return TestClient(create_app(services), client=("203.0.113.5", 40000))


# --- the views -----------------------------------------------------------------------------------


def test_a_carton_is_found_by_its_sscc(services: Services) -> None:
    found = services.tables.container(SSCC)
    assert found is not None
    assert (found.party, found.time) == ("HTX-MD", "2026-09-24T09:00:00+07:00")
    assert found.contents == ((GTIN, LOT, {"value": "20", "unit": "pack"}),)
    assert services.tables.container(OTHER) is None


def test_what_is_put_in_later_is_in_the_carton_too(services: Services) -> None:
    fill(services, SSCC, packs(5), day="2026-09-25")
    found = services.tables.container(SSCC)
    assert found is not None
    assert [one[2]["value"] for one in found.contents] == ["20", "5"]
    assert found.time.startswith("2026-09-24")


def correct(services: Services, body: dict[str, Any]) -> None:
    """Correct the carton's statement."""
    (index,) = services.tables.entries_of_type("aggregated")
    corrects = services.projector.located(index).id
    whole = {"corrects": corrects, "of": "aggregated", "reason": "typing-error", "body": body}
    record(services, "corrected", "2026-09-26", whole)


def test_a_correction_says_what_is_in_the_carton(services: Services) -> None:
    correct(services, {"container": SSCC, "contents": [packs(18)], "site": "XCB-01"})
    found = services.tables.container(SSCC)
    assert found is not None
    assert [one[2]["value"] for one in found.contents] == ["18"]
    assert found.time.startswith("2026-09-24")


def test_a_corrected_number_leaves_the_wrong_one_unknown(services: Services) -> None:
    correct(services, {"container": OTHER, "contents": [packs(20)], "site": "XCB-01"})
    assert services.tables.container(SSCC) is None
    assert services.tables.container(OTHER) is not None


def test_a_rebuild_gives_the_same_cartons(services: Services) -> None:
    correct(services, {"container": OTHER, "contents": [packs(20)], "site": "XCB-01"})
    before = schema.dump(services.projector.connection)
    assert OTHER in before
    Projector(services.store, services.projector.connection).rebuild()
    assert schema.dump(services.projector.connection) == before


# --- the page ------------------------------------------------------------------------------------


def test_the_code_on_a_carton_leads_to_its_contents(public: TestClient) -> None:
    page = public.get(f"/00/{SSCC}")
    assert page.status_code == 200
    assert SSCC in page.text
    assert "Hợp tác xã Miến dong Đồng Tâm" in page.text
    assert f'href="/01/{GTIN}/10/{LOT}"' in page.text
    assert "20 gói" in page.text
    assert "09:00 24/09/2026" in page.text
    assert public.get(f"/01/{GTIN}/10/{LOT}").status_code == 200


def test_the_page_of_a_carton_is_there_in_english(public: TestClient) -> None:
    page = public.get(f"/00/{SSCC}?lang=en")
    assert "In this carton" in page.text
    assert "20 packs" in page.text


def test_goods_without_a_gtin_lead_to_their_dossier(services: Services, public: TestClient) -> None:
    amount = {"lot": {"item": RAW, "code": RAW_LOT}, "quantity": {"value": "2", "unit": "kg"}}
    fill(services, OTHER, amount)
    page = public.get(f"/00/{OTHER}")
    link = "/lo/HTX-MD%2Fbot-dong/" + RAW_LOT
    assert f'href="{link}"' in page.text
    assert public.get(link).status_code == 200


@pytest.mark.parametrize(("kind", "words"), [("recalled", "bị thu hồi"), ("held", "bị tạm giữ")])
def test_the_page_of_a_carton_says_first_that_a_lot_is_stopped(
    services: Services, public: TestClient, kind: str, words: str
) -> None:
    trouble(services, kind)
    page = public.get(f"/00/{SSCC}").text
    assert words in page
    assert page.index(words) < page.index("<h1>")


def test_a_carton_has_a_form_for_programs(services: Services, public: TestClient) -> None:
    trouble(services, "recalled")
    answer = public.get(f"/00/{SSCC}", headers={"accept": "application/json"})
    assert answer.json()["contents"] == [
        {
            "item": GTIN,
            "lot": LOT,
            "name": "Miến dong Đồng Tâm",
            "quantity": {"unit": "pack", "value": "20"},
            "status": "recalled",
        }
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (OTHER, "không phải của cơ sở trong sổ"),
        (SSCC[:-1] + str((int(SSCC[-1]) + 1) % 10), "số kiểm tra"),
        ("12", "18 chữ số"),
        ("%3Cscript%3E", "18 chữ số"),
    ],
)
def test_a_number_that_is_no_carton_of_the_ledger_gets_a_sentence(
    public: TestClient, number: str, words: str
) -> None:
    page = public.get(f"/00/{number}")
    assert page.status_code == 404
    assert words in page.text
    assert "<script>" not in page.text
    told = public.get(f"/00/{number}", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (404, "unknown-carton")


# --- the label -----------------------------------------------------------------------------------


def lines_of(shown: str) -> list[str]:
    """What a person reads on stdout or stderr, line by line."""
    return shown.strip().splitlines()


def test_a_carton_label_says_what_the_ledger_says(services: Services) -> None:
    carton = find_carton(services.views, SSCC)
    template = TemplateList(services.folder).get(CARTON_TEMPLATE)
    label = carton_label(carton, services.settings.base_url, template)
    assert label.qr == f"HTTPS://TRUYXUAT.EXAMPLE.VN/00/{SSCC}"
    assert label.fields["sscc"] == SSCC
    assert label.fields["contents"] == f"20 gói Miến dong Đồng Tâm, lô {LOT}"
    assert "Miến dong Đồng Tâm" in label.fields["producer_name"]


def test_many_lots_are_named_in_part_and_the_code_says_the_rest(services: Services) -> None:
    carton = find_carton(services.views, SSCC)
    (one,) = carton.contents
    many = replace(
        carton,
        contents=tuple(
            replace(one, name=f"Chè {n}", lot=f"L{n}", made_on=f"2026-08-0{n + 1}")
            for n in range(7)
        ),
    )
    told = contents_text(many)
    assert told.startswith("20 gói Chè 0, lô L0; 20 gói Chè 1, lô L1; ")
    assert told.endswith("và 5 lô nữa, quét mã QR để xem")
    assert "L2" not in told
    template = TemplateList(services.folder).get(CARTON_TEMPLATE)
    label = carton_label(many, None, template)
    assert label.fields["lot"] == "7 lô, quét mã QR để xem"
    assert label.fields["gtin"] == GTIN
    assert label.fields["made_on"] == "01/08/26 – 07/08/26"
    assert label.fields["use_by"] == "23/09/27"
    assert lay_out(template, label).bitmap().height == template.height


def test_a_typed_sscc_may_be_grouped(services: Services) -> None:
    assert find_carton(services.views, f"{SSCC[:4]} {SSCC[4:]}").sscc == SSCC


@pytest.mark.parametrize("kind", ["held", "recalled"])
def test_a_carton_with_a_stopped_lot_gets_one_sentence_and_no_label(
    services: Services, capsys: pytest.CaptureFixture[str], kind: str, tmp_path: Path
) -> None:
    trouble(services, kind)
    png = tmp_path / "thung.png"
    status = ocop(services, SSCC, "-o", str(png), "--lang", "vi")
    told = capsys.readouterr()
    assert (status, told.out, len(lines_of(told.err))) == (2, "", 1)
    assert LOT in told.err
    assert not png.exists()
    assert not (services.folder / "spool.db").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [(OTHER, "not in the ledger"), (SSCC[:-1] + "x", "18 digits"), ("893850100", "18 digits")],
)
def test_a_number_that_is_no_carton_gets_one_sentence_and_no_label(
    services: Services, capsys: pytest.CaptureFixture[str], number: str, words: str
) -> None:
    status = ocop(services, number, "--lang", "en")
    told = capsys.readouterr()
    assert (status, told.out, len(lines_of(told.err))) == (2, "", 1)
    assert words in told.err


def ocop(services: Services, *words: str) -> int:
    """Run the command on the ledger."""
    return main(["carton", "label", *words, "--dir", str(services.folder)])


def read_codes(png: Path) -> dict[str, str]:
    """Format -> text of every code on a picture, by a decoder that is not ours."""
    with Image.open(png) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    return {str(one.format): one.text for one in found}


def test_the_preview_of_a_carton_label_can_be_read(services: Services, tmp_path: Path) -> None:
    png = tmp_path / "thung.png"
    assert ocop(services, SSCC, "-o", str(png)) == 0
    texts = "|".join(read_codes(png).values())
    assert f"HTTPS://TRUYXUAT.EXAMPLE.VN/00/{SSCC}" in texts
    assert SSCC in texts.replace(f"/00/{SSCC}", "")
    assert not (services.folder / "spool.db").exists()


def wide_printer(out: Path) -> VirtualPrinter:
    """A simulated label printer of 4 inches: a carton's label is wider than a receipt."""
    return VirtualPrinter(out, language="tspl", dots_wide=832, speed_mm_s=1000)


@pytest.fixture
def printer(services: Services, tmp_path: Path) -> Iterator[Path]:
    """A simulated printer of the station; its pictures are in the folder given."""
    out = tmp_path / "paper"
    out.mkdir()
    with wide_printer(out) as one:
        services.printers.add("may-in-thung", "virtual-tspl", one.address)
        yield out


def test_a_carton_label_is_printed_once_and_copied_with_a_reason_only(
    services: Services, printer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ocop(services, SSCC, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sscc"], told["ending"], told["state"]) == (SSCC, "done", "confirmed")
    assert len(list(printer.glob("*.png"))) == 1

    assert ocop(services, SSCC, "--lang", "vi") == 2
    assert "--reason" in capsys.readouterr().err
    assert len(list(printer.glob("*.png"))) == 1

    assert ocop(services, SSCC, "--reason", "damaged") == 0
    pictures = sorted(printer.glob("*.png"))
    assert len(pictures) == 2
    for png in pictures:
        assert f"HTTPS://TRUYXUAT.EXAMPLE.VN/00/{SSCC}" in read_codes(png).values()
    with Spool(services.folder / "spool.db", lambda: "now") as spool:
        assert spool.attempts(f"00/{SSCC}") == {f"00/{SSCC}": (2, "confirmed")}


def test_a_label_that_never_left_may_be_printed_again_without_a_reason(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    services.printers.add("may-tat", "virtual-tspl", f"tcp://127.0.0.1:{port}")
    assert ocop(services, SSCC) == 1
    out = tmp_path / "paper"
    out.mkdir()
    with wide_printer(out) as one:
        services.printers.add("may-bat", "virtual-tspl", one.address)
        assert ocop(services, SSCC, "--printer", "may-bat") == 0
    assert len(list(out.glob("*.png"))) == 1
    capsys.readouterr()


def test_a_label_in_doubt_waits_for_a_persons_word(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # An office printer gets a PDF and confirms nothing.
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    services.printers.add("van-phong", "a4-100x100", f"{sheets.absolute().as_uri()}/")
    assert ocop(services, SSCC, "--came-out", "yes", "--lang", "en") == 2
    assert "in doubt" in capsys.readouterr().err
    assert list(sheets.iterdir()) == []

    assert ocop(services, SSCC, "--lang", "vi") == 1
    assert "--came-out" in capsys.readouterr().err
    assert len(list(sheets.glob("*.pdf"))) == 1

    assert ocop(services, SSCC, "--lang", "vi") == 2
    assert "--came-out" in capsys.readouterr().err
    assert len(list(sheets.glob("*.pdf"))) == 1

    assert ocop(services, SSCC, "--came-out", "no") == 1  # printed again, in doubt again
    assert len(list(sheets.glob("*.pdf"))) == 2
    assert ocop(services, SSCC, "--came-out", "yes") == 0
    capsys.readouterr()
    assert ocop(services, SSCC, "--lang", "en") == 2
    assert "--reason" in capsys.readouterr().err


def test_a_receipt_printer_is_too_narrow_for_a_carton_label(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "paper"
    out.mkdir()
    with VirtualPrinter(out) as one:
        services.printers.add("may-hep", "virtual", one.address)
        assert ocop(services, SSCC, "--lang", "vi") == 2
    assert "384" in capsys.readouterr().err
    assert list(out.iterdir()) == []


def test_the_account_of_a_lots_labels_knows_nothing_of_cartons(
    services: Services, printer: Path
) -> None:
    before = services.labelling.status(GTIN, LOT)
    assert ocop(services, SSCC) == 0
    assert services.labelling.status(GTIN, LOT) == before
    assert services.labelling.unfinished() == []
