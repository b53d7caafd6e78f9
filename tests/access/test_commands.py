"""`ocop people`, `ocop pin`, `ocop disclosure`: as an administrator types them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.bootstrap import open_folder
from api.commands.main import main as ocop
from tests.access.visitors import PASSWORD, Visitors, link_in
from tests.pages.cooperative import PARTY, found_cooperative

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found_cooperative(tmp_path / "ledger").close()
    return tmp_path / "ledger"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        status = ocop([*words, "--dir", str(folder), "--lang", "en"])
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


def test_a_party_before_any_is_registered_is_told_what_to_do_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = str(tmp_path / "new")
    assert ocop(["init", "--dir", new, "--lang", "en"]) == 0
    words = ["people", "add", "lan", "--name", "Lan", "--role", "manager", "--party", "HTX-X"]
    assert ocop([*words, "--dir", new, "--lang", "en"]) == 2
    assert "register it first: ocop record NAME.setup.json" in capsys.readouterr().err


def test_people_are_set_up_listed_changed_and_erased(run: Run, folder: Path) -> None:
    status, link, told = run("people", "first", "phuong", "--name", "Phượng")
    assert status == 0 and "hand it to this person only" in told
    assert link.startswith("https://truyxuat.example.vn/vao/ma/")
    services = open_folder(folder)
    visitors = Visitors(services)
    form = {"password": PASSWORD, "again": PASSWORD}
    assert visitors.away().post(f"/vao/ma/{link_in(link)}", data=form).status_code == 303
    services.close()
    status, _, told = run("people", "first", "minh", "--name", "Minh")
    assert status == 2 and "There is an administrator already" in told
    assert run("people", "add", "lan", "--name", "Lan", "--role", "manager")[0] == 2
    lan = ("people", "add", "lan", "--name", "Lan", "--role", "manager", "--party")
    assert "not registered" in run(*lan, "NO-SUCH")[2]
    assert run(*lan, PARTY)[0] == 0
    assert run("people", "role", "lan", "--role", "inspector")[0] == 0
    assert "/vao/ma/" in run("people", "reset", "lan")[1]
    listed = json.loads(run("people", "list", "--json")[1])
    assert [(one["account"], one["role"], one["ready"]) for one in listed] == [
        ("lan", "inspector", False),
        ("phuong", "administrator", True),
    ]
    assert "(no password yet)" in run("people", "list")[1]
    assert run("people", "remove", "lan")[0] == 0
    assert run("people", "remove", "lan")[0] == 2
    record = json.loads(run("people", "record", "--json")[1])
    assert [one["what"] for one in record][:3] == [
        "person-added",
        "first-administrator",
        "signed-in",
    ]
    assert "account erased" in run("people", "record")[1]


def test_a_pin_is_typed_never_an_option(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("739205\n123456\n"))
    status, _, told = run("pin", "add", "Phượng", "--party", PARTY)
    assert status == 0 and "once a shift" in told
    assert "first that somebody would try" in run("pin", "add", "Lan", "--party", PARTY)[2]
    assert json.loads(run("pin", "list", "--json")[1]) == [{"name": "Phượng", "party": PARTY}]
    assert run("pin", "remove", "Phượng")[0] == 0
    assert "open without one" in run("pin", "list")[2]


def test_what_is_hidden_is_chosen_and_shown(run: Run) -> None:
    assert "everything is shown" in run("disclosure", "show")[1]
    status, out, _ = run("disclosure", "hide", PARTY, "amounts", "buyers")
    assert status == 0 and "amounts, buyers" in out
    shown = json.loads(run("disclosure", "show", "--json")[1])
    assert shown == {"hidden": {PARTY: ["amounts", "buyers"]}, "readers": []}
    assert (
        "recalls, holds, expiry and findings are always shown"
        in run("disclosure", "hide", PARTY, "expiry")[2]
    )
    address = run("disclosure", "reader", "tinh-ban")[1].strip()
    assert address.startswith("https://tinh-ban:") and address.endswith("@truyxuat.example.vn/log")
    assert run("disclosure", "reader", "tinh-ban", "--remove")[0] == 0
    assert run("disclosure", "hide", PARTY)[1].strip().endswith("everything is shown")
