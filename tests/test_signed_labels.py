"""Labels whose code carries the station's seal: from the printer to an inspector without a network."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.commands.label_evidence import station_list
from api.commands.main import main as ocop
from api.labels.fields import sample_label
from api.routes.labels_reading import scanned_label, scanned_lot, scanned_serial
from api.settings import Settings
from ledger.domain.digital_link import parse_link
from ledger.domain.drafts import Draft
from ledger.key_errors import KeyFileError
from ledger.key_files import encrypted_pem
from ledger.label_seals import SealingRefused
from ledger.signing import load_key, write_secret
from ledger.verify.label_address import LabelAddress
from ledger.verify.label_check import verify_label
from ledger.verify.label_outcomes import LabelReport
from ledger.verify.trust import Trust
from printers.design.render import lay_out
from printers.design.template import Template
from printers.errors import TemplateError
from tests.labelling_room import AT_ONCE, account, reopened, station
from tests.pages.cooperative import GTIN, LOT, PARTY

SIGNED = "goi-50x40-ky"


def printed(services: Services, folder: Path, count: int = 2) -> list[str]:
    """Prints labels with a seal; what their codes say, as a stranger's reader reads them."""
    services.labelling.print_labels(GTIN, LOT, count, "may", SIGNED, AT_ONCE)
    pages = [Image.open(path) for path in sorted((folder / "paper").glob("??????.png"))]
    return [str(code.text) for page in pages for code in zxingcpp.read_barcodes(page)]


def checked(text: str, services: Services) -> LabelReport:
    """By a list made now."""
    return verify_label(text, Trust.parse(services.trust()), stations=station_list(services))


def test_a_printed_label_is_checked_without_a_network_by_the_station_list(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        codes = printed(services, tmp_path)
        assert len(set(codes)) == 2
        for text in codes:
            report = checked(text, services)
            assert (report.code, report.verdict) == ("seal-good", "verified")
            told = report.as_text("vi")
            assert LabelAddress.read(text).serial in told
            assert "không chứng minh gói hàng không phải bản sao" in told


def test_what_is_printed_again_carries_the_same_seal(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        (text,) = printed(services, tmp_path, 1)
        serial = LabelAddress.read(text).serial
        services.labelling.reprint(GTIN, LOT, serial, "damaged", "may", SIGNED, AT_ONCE)
        pages = [Image.open(path) for path in sorted((tmp_path / "paper").glob("??????.png"))]
        codes = [str(code.text) for page in pages for code in zxingcpp.read_barcodes(page)]
        assert codes == [text, text]


def test_the_picture_on_the_screen_vouches_for_no_label(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        picture = services.labelling.preview_png(GTIN, LOT, SIGNED)
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
        assert checked(str(code.text), services).code == "key-strange"


def test_the_usual_template_prints_no_seal(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        services.labelling.print_labels(GTIN, LOT, 1, "may", watch=AT_ONCE)
        (page,) = (tmp_path / "paper").glob("??????.png")
        (code,) = zxingcpp.read_barcodes(Image.open(page))
        assert "?" not in code.text
        assert checked(str(code.text), services).code == "seal-absent"


def locked(services: Services) -> None:
    """The station's key file is encrypted, and nobody is there to type its passphrase."""
    path = services.folder / "keys" / f"{PARTY}.station.pem"
    private = load_key(path).private
    path.unlink()
    write_secret(path, encrypted_pem(private, b"muoi hai qua chuoi", bytes(16), bytes(16)))


def test_a_locked_key_refuses_the_signed_template_before_a_serial_is_issued(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, _):
        locked(services)
    services = reopened(services)
    try:
        before = account(services)
        with pytest.raises(KeyFileError) as refused:
            services.labelling.print_labels(GTIN, LOT, 20, "may", SIGNED, AT_ONCE)
        assert refused.value.code == "key-locked"
        assert account(services) == before
    finally:
        services.close()


def test_a_key_that_has_ended_seals_no_label(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        text = printed(services, tmp_path, 1)[0]
        keyid = services.station.signers[PARTY, "station"].keyid.hex()
        body = {"keyid": keyid, "reason": "replaced"}
        now = services.station.now_text()
        services.station.record(Draft("key-retired", PARTY, now, body))
        with pytest.raises(SealingRefused) as refused:
            services.labelling.print_labels(GTIN, LOT, 1, "may", SIGNED, AT_ONCE)
        assert refused.value.code == "seal-key-ended"
        assert checked(text, services).code == "key-retired"
        # The lot's bundle shows that the label was issued while the key was good.
        bundle = services.bundle(GTIN, LOT)
        trust = Trust.parse(services.trust())
        told = verify_label(text, trust, stations=station_list(services), bundle=bundle)
        assert (told.code, told.verdict) == ("serial-recorded", "verified")


def test_the_address_with_a_seal_leads_where_the_plain_one_leads(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        (text,) = printed(services, tmp_path, 1)
        path = text.partition("VN")[2]
        plain, _, query = path.partition("?")
        with TestClient(create_app(services), base_url="https://truyxuat.example.vn") as client:
            both = [client.get(one, headers={"accept": "text/html"}) for one in (path, plain)]
            assert [one.status_code for one in both] == [200, 200]
            assert "Miến dong Đồng Tâm" in both[0].text
            # The page counts scans, and so is new each time; the data behind it are not.
            data = {"accept": "application/json"}
            kept = {"if-none-match": client.get(plain, headers=data).headers["etag"], **data}
            assert client.get(path, headers=kept).status_code == 304
            links = client.get(f"{path}&linkType=all").json()
            assert query.partition("=")[2] not in json.dumps(links)
        link = parse_link(text)
        assert link.gtin is not None and link.serial == plain.rpartition("/")[2]


def test_a_scanner_at_the_station_reads_a_signed_code_as_it_reads_a_plain_one(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, _):
        (text,) = printed(services, tmp_path, 1)
        serial = LabelAddress.read(text).serial
        assert scanned_label(text, services) == (GTIN, LOT, serial)
        assert scanned_serial(f" {text}\n", LOT, services) == serial
        assert scanned_lot(text, services) == (GTIN, LOT)


def test_the_commands_make_a_list_and_check_a_label_with_the_network_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with station(tmp_path) as (services, _):
        (text,) = printed(services, tmp_path, 1)
    folder, trust, stations = tmp_path / "so", tmp_path / "t.json", tmp_path / "s.json"
    assert ocop(["trust", "--dir", str(folder), "-o", str(trust)]) == 0
    assert ocop(["station-list", "--dir", str(folder), "-o", str(stations)]) == 0
    assert "1 khóa trạm" in capsys.readouterr().err
    asked = ["verify-label", text, "--trust", str(trust), "--lang", "en"]
    assert ocop([*asked, "--stations", str(stations)]) == 0
    told = capsys.readouterr().out
    assert "VERIFIED" in told and "Stations as known at mark" in told and "no copy" in told
    assert ocop([*asked, "--stations", str(stations), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == "seal-good"
    assert ocop(asked) == 2
    changed = text.replace(f"/{LOT}/", "/L260923B/")
    asked[1] = changed
    assert ocop([*asked, "--stations", str(stations)]) == 1
    capsys.readouterr()


def test_an_address_too_long_for_the_label_is_refused_with_its_figures(tmp_path: Path) -> None:
    long = Settings("ocop.example/log", f"https://{'a' * 30}.{'b' * 30}.vn")
    with station(tmp_path) as (services, _):
        pass  # the settings of a folder are read when it opens
    long.save(tmp_path / "so" / "settings.json")
    services = reopened(services)
    try:
        with pytest.raises(TemplateError) as refused:
            services.labelling.print_labels(GTIN, LOT, 1, "may", SIGNED, AT_ONCE)
        assert refused.value.code == "template.qr-does-not-fit"
    finally:
        services.close()


def test_a_carton_template_asks_for_no_seal() -> None:
    raw = (files("printers") / "templates" / "thung-100x100.toml").read_bytes()
    with pytest.raises(TemplateError) as refused:
        Template.from_bytes(raw.replace(b"[qr]\n", b"[qr]\nsigned = true\n"))
    assert refused.value.code == "template.signed-carton"


@pytest.mark.parametrize(
    ("host", "version", "level"),
    [("TRUYXUAT.VN", 7, "M"), ("TRUYXUAT.TUYENQUANG.GOV.VN", 7, "L")],
)
def test_a_longer_address_has_a_weaker_code_of_the_same_size(
    host: str, version: int, level: str
) -> None:
    shape = Template.shipped(SIGNED)
    label = sample_label(shape)
    laid = lay_out(shape, replace(label, qr=label.qr.replace("TRUYXUAT.VN", host)))
    assert laid.qr is not None
    assert (laid.qr.version, laid.qr.level) == (version, level)
    assert laid.qr.size * 4 + 8 * 4 == shape.qr.box.width
    (code,) = zxingcpp.read_barcodes(laid.bitmap().image().convert("L"))
    assert code.text == laid.qr.text
