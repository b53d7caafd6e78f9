"""The dossier: findings to act upon first, papers as of each step, corrections, and for whom."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from api.access.gate import Gate
from api.bootstrap import Services, open_folder
from api.commands.main import main as ocop
from api.inspector.ranking import ranked
from tests.access.visitors import Visitors
from tests.inspector.scene import AUTHORITY, VIETGAP
from tests.store import small_ledger
from tests.store.small_ledger import FARM, GTIN, SHOP, day, kg, lot, say

HARVEST = f"/lo/{FARM}%2Fqua/Q01"
PACKED = f"/lo/{GTIN}/L01"


def page(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def section(text: str, heading: str) -> str:
    """One section of a page, without its tags."""
    parts = re.split(r"<section", text)
    found = next(part for part in parts if f'id="{heading}"' in part)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_a_certificate_is_judged_on_the_day_of_the_step(reader: TestClient) -> None:
    # VietGAP ended on 5 September, the harvest was on the 7th, whatever the date is today.
    told = section(page(reader, HARVEST), "cac-phieu")
    assert VIETGAP in told and "ngày 07/09/2026 đã hết hạn" in told
    assert "cơ sở tự khai (HTX-A)" in told
    assert "ngày 07/09/2026 trong hạn kiểm định" in told
    packed = section(page(reader, PACKED), "cac-phieu")
    assert "ngày 09/09/2026 còn hiệu lực Công nhận OCOP" in packed


def test_a_correction_shows_the_old_beside_the_new_with_who_when_and_why(
    reader: TestClient,
) -> None:
    text = page(reader, HARVEST)
    assert "<del>100 kg</del>" in text and "<ins>101 kg</ins>" in text
    told = section(text, "dinh-chinh")
    assert "HTX-A đính chính lúc 09:00 12/09/2026, lý do: nhập nhầm" in told
    # What was not changed is there, too, and not marked.
    assert text.count('<tr class="changed">') == 1


def test_two_corrections_of_one_statement_follow_each_other(
    services: Services, inspector: TestClient
) -> None:
    first = services.projector.located(services.tables.heads((f"{FARM}/qua", "Q02"))[0])
    body = {"lot": lot(f"{FARM}/qua", "Q02"), "site": "VT-01"}
    for number, amount in ((16, "70"), (17, "75")):
        right = {**body, "quantity": kg(amount)}
        said = {"corrects": first.id, "of": "harvested", "reason": "other", "body": right}
        say(services, FARM, "corrected", day(number), said)
        services.station.catch_up()
    text = page(inspector, f"/lo/{FARM}%2Fqua/Q02")
    assert re.findall(r"<del>([^<]+)</del>", text) == ["100 kg", "70 kg"]
    assert re.findall(r"<ins>([^<]+)</ins>", text) == ["70 kg", "75 kg"]


def test_a_key_that_was_stolen_later_was_good_when_it_signed(
    services: Services, inspector: TestClient
) -> None:
    size = services.store.size()
    record = services.projector.located(services.tables.heads((GTIN, "L01"))[0]).signer
    stolen = {"keyid": record.keyid_hex, "last_good": size, "reason": "key-stolen"}
    say(services, FARM, "key-compromised", day(20), stolen)
    services.station.catch_up()
    told = section(page(inspector, PACKED), "cac-phieu")
    assert "còn tốt lúc ký; về sau bị lộ" in told
    assert "ký sau mốc tin cậy cuối" not in told


def test_findings_are_ranked_by_what_an_inspector_acts_upon() -> None:
    def one(code: str, severity: str, lot: str = "L") -> dict[str, str]:
        return {"code": code, "severity": severity, "item": "I", "lot": lot}

    given = [
        one("corrected", "notice"),
        one("certificate-expired", "warning"),
        one("more-out-than-in", "error"),
        one("test-failed", "error", "input"),
        one("moved-while-stopped", "error"),
        one("lot-recalled", "warning"),
    ]
    assert [found["code"] for found in ranked(given, ("I", "L"))] == [
        "moved-while-stopped",
        "more-out-than-in",
        "test-failed",
        "lot-recalled",
        "certificate-expired",
        "corrected",
    ]


def test_a_finding_leads_to_the_statement_it_means(reader: TestClient) -> None:
    text = page(reader, HARVEST)
    links = re.findall(r'<a href="(#[^"]+)">xem phiếu', text)
    assert links and all(f'id="{link[1:]}"' in text for link in links)
    other = page(reader, PACKED)
    away = re.findall(r'<a href="(/lo/[^"#]+)(#phieu-[0-9a-f]{16})">xem phiếu', other)
    assert away
    target = unescape(reader.get(away[0][0]).text)
    assert f'id="{away[0][1][1:]}"' in target or "dinh-chinh" in target


def test_the_labels_of_a_lot_are_accounted_for(reader: TestClient) -> None:
    told = section(page(reader, PACKED), "tem")
    assert "Đã cấp số 100" in told and "Đã hủy 2" in told and "Chưa rõ đã in hay chưa 98" in told
    assert "A1 1–60 , A1 91–130" in told


def test_the_chain_is_shown_whole_or_one_step_only(
    services: Services, visitors: Visitors, inspector: TestClient
) -> None:
    away = visitors.away()
    assert "Sơ đồ hai chiều" in page(away, HARVEST)
    visitors.gate.disclosures.choose(FARM, ("amounts",), visitors.gate.record)
    fresh = Visitors(services)
    public = page(fresh.away(), HARVEST)
    # What a party hides could be read off a correction, or off lots further away.
    assert "Sơ đồ hai chiều" not in public and "Một bước trước – một bước sau" in public
    assert "<del>" not in public and "100 kg" not in public and "L02" not in public
    whole = page(fresh.signed_in("minh"), HARVEST)
    assert "Sơ đồ hai chiều" in whole and "<del>100 kg</del>" in whole
    assert inspector.get(HARVEST).status_code == 200


def test_tools_are_shown_to_those_who_may_use_them(reader: TestClient, told: Services) -> None:
    assert f'href="/kiem-tra/lo/{GTIN}/L01/lenh"' in page(reader, PACKED)
    assert "/kiem-tra/" not in page(Visitors(told).away(), PACKED)


def test_the_order_number_stands_on_the_dossier(services: Services, inspector: TestClient) -> None:
    body = {"lots": [lot(GTIN, "L01")], "reason": "contamination", "order": "5/QĐ"}
    say(services, AUTHORITY, "held", day(15), body)
    services.station.catch_up()
    assert "Số lệnh <b>5/QĐ</b>" in page(inspector, PACKED)


def test_an_authority_is_set_up_as_the_documents_say(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    small_ledger.told(folder).close()
    setup = tmp_path / "co-quan.setup.json"
    setup.write_text(
        '{"party": {"code": "CC-QLCL", "kind": "authority", "name": "Chi cục Quản lý chất lượng"}}'
    )
    assert ocop(["record", str(setup), "--dir", str(folder)]) == 0
    person = ["people", "add", "minh", "--name", "Minh", "--role", "inspector"]
    assert ocop([*person, "--party", SHOP, "--dir", str(folder)]) != 0
    assert ocop([*person, "--party", "CC-QLCL", "--dir", str(folder)]) == 0
    services = open_folder(folder, small_ledger.clock)
    keys = [one for one in services.ledger.history.keys.records.values() if one.party == "CC-QLCL"]
    assert [(one.role, one.held) for one in keys] == [("admin", "hub"), ("station", "hub")]
    assert ("CC-QLCL", "station") in services.station.signers
    assert Gate(services).people.called("minh").party == "CC-QLCL"
    services.close()
