"""Whose registers somebody may keep, and with whose key: here, locked, elsewhere, at a hub."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.access.limits import RATES, Limits, Rate
from api.bootstrap import Services, create, open_folder
from api.keys.admin_requests import AdminAnswer, AdminRequest, ready
from ledger.key_files import SALT_BYTES, encrypted_pem, replace_secret
from ledger.signing import load_key
from tests.access.visitors import Visitors
from tests.pages.cooperative import NOW, PARTY, SETTINGS
from tests.registers.forms import ITEM, LISTS, OCOP, SITE, hidden, recorded, send, text_of
from tests.registers.test_refused import register_other

SECRET = "một mật khẩu dài cho khóa"


def test_a_manager_keeps_the_registers_of_the_own_party_and_no_other(
    services: Services, visitors: Visitors
) -> None:
    register_other(services)
    visitors.set_up("phuong", "administrator")
    visitors.set_up("lan", "manager", PARTY)
    visitors.set_up("nam", "manager", "HTX-NL")
    nam = visitors.signed_in("nam")
    before = services.store.size()
    for slug in ("san-pham", "dia-diem", "giay-chung-nhan"):
        for address in (f"{LISTS}/{slug}", f"{LISTS}/{slug}/ghi", f"{LISTS}/{slug}/muc"):
            page = nam.get(address, params={"co-so": PARTY, "ma": "XCB-01"})
            assert page.status_code == 403 and "không được làm việc này" in text_of(page)
    assert nam.get("/quan-ly", params={"co-so": PARTY}).status_code == 403
    assert send(nam, "mat-hang", {**ITEM, "co-so": PARTY}).status_code == 403
    assert (
        nam.post(
            f"{LISTS}/giay-chung-nhan/rut", data={"co-so": PARTY, "ma": "1432/QĐ-UBND"}
        ).status_code
        == 403
    )
    assert services.store.size() == before
    assert "Miến dong Đồng Tâm" not in text_of(nam.get(f"{LISTS}/san-pham"))
    # Without naming a party it is the own one.
    recorded(send(nam, "mat-hang", ITEM))
    said = services.views.stories.located(before).statement
    assert said.party == "HTX-NL"
    lan = visitors.signed_in("lan")
    assert "Củ dong riềng" not in text_of(lan.get(f"{LISTS}/mat-hang"))
    recorded(send(lan, "mat-hang", {**ITEM, "co-so": PARTY}))


def test_where_several_parties_keys_are_nobody_signs_without_signing_in(
    services: Services, visitors: Visitors
) -> None:
    visitors.set_up("phuong", "administrator")
    visitors = Visitors(services)  # which knows of the administrator from the beginning
    home = visitors.home()
    recorded(send(home, "mat-hang", ITEM))  # a cooperative's own machine
    register_other(services)
    before = services.store.size()
    for party in ("", PARTY, "HTX-NL"):
        assert send(home, "dia-diem", {**SITE, "co-so": party}).status_code == 403
    assert home.get(f"{LISTS}/mat-hang").status_code == 403
    assert services.store.size() == before
    recorded(send(visitors.signed_in("phuong"), "dia-diem", {**SITE, "co-so": "HTX-NL"}))


def test_a_ledger_without_a_party_says_how_one_comes_in(tmp_path: Path) -> None:
    empty = create(tmp_path / "empty", SETTINGS, lambda: NOW)
    try:
        page = Visitors(empty).home().get("/quan-ly")
        assert page.status_code == 200 and "ocop record" in text_of(page)
    finally:
        empty.close()


@pytest.mark.parametrize("role", ["operator", "inspector", "officer"])
def test_other_roles_keep_no_registers(services: Services, visitors: Visitors, role: str) -> None:
    visitors.set_up("phuong", "administrator")
    visitors.set_up("minh", role)
    before = services.store.size()
    client = visitors.signed_in("minh", home=True)
    assert client.get("/quan-ly").status_code == 403
    assert send(client, "mat-hang", ITEM).status_code == 403
    assert visitors.away().get("/quan-ly").status_code == 303
    assert send(visitors.away(), "mat-hang", ITEM).status_code == 403
    assert services.store.size() == before


def test_a_form_of_another_site_records_nothing(services: Services, home: TestClient) -> None:
    before = services.store.size()
    answer = home.post(
        f"{LISTS}/mat-hang/ghi",
        data={**ITEM, "act": "ghi"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403 and services.store.size() == before


def lock(services: Services) -> Services:
    """The same folder with the party's admin key encrypted, opened anew."""
    folder: Path = services.folder
    path = folder / "keys" / f"{PARTY}.admin.pem"
    private = load_key(path).private
    services.close()
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(16)
    replace_secret(path, encrypted_pem(private, SECRET.encode(), salt, nonce))
    return open_folder(folder, lambda: NOW)


def test_a_locked_key_asks_for_its_passphrase_and_forgets_it(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hash is dear: three tries a minute instead of twenty, and no minute goes by.
    monkeypatch.setitem(RATES, "pin", Rate(3))
    monkeypatch.setattr("api.access.gate.Limits", lambda _clock: Limits(lambda: 0.0))
    again = lock(services)
    try:
        home = Visitors(again).home()
        before = again.store.size()
        preview = send(home, "dia-diem", SITE, "xem")
        assert 'name="passphrase" type="password"' in preview.text
        without = send(home, "dia-diem", SITE)
        assert without.status_code == 422 and "đang khóa" in text_of(without)
        wrong = send(home, "dia-diem", {**SITE, "passphrase": "sai mật khẩu rồi"})
        assert wrong.status_code == 422 and "không mở được khóa quản trị" in text_of(wrong)
        assert 'id="passphrase_problem"' in wrong.text and "sai mật khẩu" not in wrong.text
        assert "Kho số 2" in wrong.text and again.store.size() == before
        recorded(send(home, "dia-diem", {**SITE, "passphrase": SECRET}))
        assert again.store.size() == before + 1
        # Not kept: the next one is asked for it again.
        assert send(home, "mat-hang", ITEM).status_code == 422
        assert send(home, "mat-hang", {**ITEM, "passphrase": "x"}).status_code == 422
        late = send(home, "mat-hang", {**ITEM, "passphrase": SECRET})
        assert late.status_code == 422 and "quá nhiều lần" in text_of(late)
    finally:
        again.close()


def test_a_key_kept_elsewhere_signs_a_request_and_its_answer_is_recorded(
    services: Services, tmp_path: Path
) -> None:
    folder = services.folder
    services.close()
    away = tmp_path / "away.pem"
    (folder / "keys" / f"{PARTY}.admin.pem").rename(away)
    hub = open_folder(folder, lambda: NOW)
    try:
        home = Visitors(hub).home()
        assert "không ở máy này" in text_of(home.get(f"{LISTS}/giay-chung-nhan"))
        before = hub.store.size()
        preview = send(home, "giay-chung-nhan", OCOP, "xem")
        assert "Tải tệp đề nghị ký" in text_of(preview)
        assert "Ký và ghi sổ" not in text_of(preview)
        refused = send(home, "giay-chung-nhan", OCOP)
        assert refused.status_code == 422 and "không ký được ở đây" in text_of(refused)
        file = send(home, "giay-chung-nhan", OCOP, "tep")
        assert file.headers["content-disposition"] == f'attachment; filename="{PARTY}.request.json"'
        assert json.loads(file.content)["party"] == PARTY and hub.store.size() == before
        request = AdminRequest.read(file.content, Path("request"))
        answer = AdminAnswer.read(request.signed(load_key(away), away), Path("answer"))
        for one in ready(hub, [answer]):
            hub.ledger.submit([entry.raw for entry in one.entries])
        hub.station.catch_up()
        assert OCOP["number"] in text_of(home.get(f"{LISTS}/giay-chung-nhan"))
        key = {"ma": OCOP["number"], "cua": OCOP["subject"], "co-so": PARTY}
        base = hidden(home.get(f"{LISTS}/giay-chung-nhan/muc", params=key), "base")
        form = {**key, "base": base, "reason": "replaced", "act": "tep"}
        rut = home.post(f"{LISTS}/giay-chung-nhan/rut", data=form)
        said = AdminRequest.read(rut.content, Path("request")).statements
        assert [one.type for one in said] == ["certificate-withdrawn"]
    finally:
        hub.close()


def test_a_ledger_that_may_only_be_read_says_so(services: Services) -> None:
    from api.keeping.errors import ReadsOnly

    services.memory.problem = ReadsOnly("reads-only")
    home = Visitors(services).home()
    assert "chỉ đọc được" in text_of(home.get(f"{LISTS}/mat-hang"))
    before = services.store.size()
    answer = send(home, "mat-hang", ITEM)
    assert answer.status_code in {422, 503} and services.store.size() == before
