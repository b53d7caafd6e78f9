"""`ocop people passkeys`, as whoever keeps the server types it when somebody cannot come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.bootstrap import open_folder
from api.commands.main import main as ocop
from tests.access.authenticator import Authenticator
from tests.access.visitors import Visitors
from tests.pages.cooperative import found_cooperative

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger whose one administrator lets only a passkey open the account."""
    services = found_cooperative(tmp_path / "ledger")
    visitors = Visitors(services)
    visitors.set_up("phuong", "administrator")
    passkeys, person = visitors.gate.passkeys, visitors.gate.people.called("phuong")
    key = Authenticator()
    for name in ("máy tính", "điện thoại"):
        made = Authenticator() if name == "máy tính" else key
        passkeys.add(person, "", name, made.make(passkeys.begin_adding(person, "")))
    passkeys.sign_in(key.answer(passkeys.begin_sign_in("")))
    passkeys.want_only(person)
    services.close()
    return tmp_path / "ledger"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        status = ocop(["people", "passkeys", *words, "--dir", str(folder), "--lang", "en"])
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


def may_come_in(folder: Path) -> bool:
    """Whether the password alone opens the administrator's account."""
    services = open_folder(folder)
    try:
        visitors = Visitors(services)
        return visitors.sign_in(visitors.away(), "phuong").status_code == 303
    finally:
        services.close()


def test_passkeys_are_listed_and_one_is_taken_away(run: Run, folder: Path) -> None:
    status, out, told = run("phuong")
    assert status == 0 and "máy tính" in out and "điện thoại" in out
    assert "password alone does not open" in told
    found = json.loads(run("phuong", "--json")[1])
    assert found["password_opens"] is False
    lost = next(one for one in found["passkeys"] if one["name"] == "máy tính")
    assert lost["used"] == 0 and lost["here"] is True
    assert "has no passkey 123" in run("phuong", "--remove", "123")[2]
    assert run("minh")[0] == 2
    status, out, _ = run("phuong", "--remove", lost["id"])
    assert status == 0 and "máy tính" not in out and "điện thoại" in out
    assert not may_come_in(folder)
    (left,) = json.loads(run("phuong", "--json")[1])["passkeys"]
    assert "There are no passkeys" in run("phuong", "--remove", left["id"])[2]
    assert may_come_in(folder)


def test_the_last_administrator_gets_the_password_back_on_the_server(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not may_come_in(folder)
    status, out, told = run("phuong", "--allow-password")
    assert status == 0 and "điện thoại" in out and "does not open" not in told
    assert may_come_in(folder)
    assert ocop(["people", "record", "--dir", str(folder), "--lang", "en"]) == 0
    assert "password opens the account again" in capsys.readouterr().out
