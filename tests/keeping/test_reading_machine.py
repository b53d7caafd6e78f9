"""A machine that only reads a hub: no log key, no right to record, and everything to be seen."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.app import create_app
from api.bootstrap import open_folder
from api.commands.main import main
from api.keeping.backup import back_up
from api.keeping.errors import KeepingError, ReadsOnly
from api.settings import Settings
from api.watching.doctor.case import Case
from api.watching.doctor.examination import examine
from ledger.store.postgres.address import database_name
from ledger.store.postgres.passwords import keep_password
from ledger.verify.checklist import verify_bundle
from ledger.verify.wording import Refusal
from tests.keeping import scenes
from tests.postgres.cluster import shared_cluster
from tests.store import places, small_ledger
from tests.store.small_ledger import GTIN, NOW, clock, signed_harvests


@dataclass(frozen=True)
class Machines:
    """A hub's folder and that of a machine which reads it as a role without rights to record."""

    hub: Path
    reader: Path


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    room = tmp_path_factory.mktemp("machines")
    with places.ledgers_on("postgres"):
        services = scenes.told(room / "hub")
    trust = services.trust()
    services.close()
    hub = scenes.settings_of(room / "hub")
    assert hub.database is not None
    name, role = database_name(hub.database), f"reader_{secrets.token_hex(4)}"
    with psycopg.connect(shared_cluster().superuser_dsn(name), autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN PASSWORD '{places.PASSWORD}'",
            f"GRANT USAGE ON SCHEMA ocop TO {role}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA ocop TO {role}",
        ):
            connection.execute(sql.SQL(statement))
    folder = room / "reader"
    keep_password(folder / "keys" / "pgpass", name, role, places.PASSWORD)
    params = {**conninfo_to_dict(hub.database), "user": role}
    Settings(
        hub.origin, "https://truyxuat.example.vn", read_from=(make_conninfo("", **params),)
    ).save(folder / "settings.json")
    (folder / "trust.json").write_bytes(trust)
    shutil.copy(room / "hub" / "keys" / "label.key", folder / "keys" / "label.key")
    folder.chmod(0o700)
    return Machines(room / "hub", folder)


def test_pages_and_programs_read_there_what_the_hub_has(machines: Machines) -> None:
    assert {one.name for one in (machines.reader / "keys").iterdir()} == {"label.key", "pgpass"}
    with scenes.opened(machines.hub) as hub:
        scenes.add_one_by_one(hub, 1, "R")
        raw, size = hub.bundle(GTIN, "L01"), hub.store.size()
    with closing(open_folder(machines.reader, clock)) as reader:
        assert reader.tables.size == size
        assert reader.bundle(GTIN, "L01") == raw
        assert raw is not None
        report = verify_bundle(raw, reader.trust_file(), now=NOW)
        assert report.verdict == "verified", report.as_text("en")
        with TestClient(create_app(reader)) as client:
            assert client.get(f"/01/{GTIN}/10/L01").status_code == 200
            assert client.get(f"/api/v1/lots/{GTIN}/L01").status_code == 200
            assert client.get("/log/checkpoint").text == reader.store.checkpoint()
            ready = client.get("/readyz")
            assert ready.status_code == 200, ready.text


def test_nothing_can_be_recorded_there_and_why_is_said_plainly(machines: Machines) -> None:
    with scenes.opened(machines.hub) as hub:
        (entry,) = signed_harvests(hub, 1, prefix="NO")
        size = hub.store.size()
    with closing(open_folder(machines.reader, clock)) as reader:
        with pytest.raises(ReadsOnly, match="This machine only reads the ledger"):
            reader.ledger.submit([entry.raw])
        with pytest.raises(ReadsOnly), reader.store.writing():
            pass
        with pytest.raises(ReadsOnly), reader.store.sequencing():
            pass
        with TestClient(create_app(reader)) as client:
            answer = client.post(
                "/api/v1/entries", json={"entries": [base64.b64encode(entry.raw).decode()]}
            )
            # 503 would have the sender come back for ever.
            assert answer.status_code == 403
            assert "retry-after" not in answer.headers
            assert str(machines.reader) not in answer.text
            assert "This machine only reads the ledger" in json.dumps(answer.json())
        # Not by going round the store either: the role has no right to it.
        by_hand = "SELECT ocop.append(ARRAY['a'], ARRAY[1::bigint], ARRAY['x'::bytea])"
        (address,) = reader.settings.read_from
        with (
            psycopg.connect(address, password=places.PASSWORD) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(by_hand.encode())
        assert reader.store.newest() == size
        # Nor does it keep the hub from sealing, even where it reads the primary itself.
        assert not reader.store.lead("sequencer")
        with scenes.opened(machines.hub) as hub:
            assert hub.store.lead("sequencer")
        assert reader.memory.problem is not None
        reader.memory.check(reader.store)
        assert isinstance(reader.memory.problem, ReadsOnly)


def test_recording_a_diary_there_says_that_it_only_reads(
    machines: Machines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    diary = tmp_path / "d.csv"
    diary.write_text("a,b\n", encoding="utf-8")
    assert main(["record", str(diary), "--dir", str(machines.reader), "--lang", "en"]) == 2
    assert "This machine only reads the ledger" in capsys.readouterr().err


def test_a_backup_that_nobody_could_go_on_with_is_not_made_there(
    machines: Machines, tmp_path: Path
) -> None:
    with closing(open_folder(machines.reader, clock)) as reader:
        with pytest.raises(KeepingError, match="has none of its keys"):
            back_up(reader, tmp_path / "b")
        assert list(tmp_path.iterdir()) == []


def test_without_the_trust_file_it_says_what_is_missing_and_so_does_the_doctor(
    machines: Machines, tmp_path: Path
) -> None:
    shutil.copytree(machines.reader, tmp_path / "so")
    (tmp_path / "so" / "trust.json").unlink()
    for content in (None, b"{"):
        if content is not None:
            (tmp_path / "so" / "trust.json").write_bytes(content)
        with pytest.raises(Refusal, match=r"trust\.json|trust file"):
            open_folder(tmp_path / "so", clock)
        with closing(Case(tmp_path / "so")) as case:
            assert "ledger-unopenable" in {finding.code for _, finding in examine(case)}


def test_the_doctor_asks_such_a_machine_for_nothing_that_it_need_not_have(
    machines: Machines,
) -> None:
    open_folder(machines.reader, clock).close()
    with closing(Case(machines.reader)) as case:
        found = {finding.code for _, finding in examine(case)}
    assert (
        found & {"key-unusable", "backup-never", "sequencer-absent", "ledger-unopenable"} == set()
    )


def test_a_ledger_file_in_the_folder_is_the_ledger_whatever_else_is_named(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    services.close()
    settings = scenes.settings_of(tmp_path / "so")
    Settings(settings.origin, read_from=("postgresql://nobody@127.0.0.1:1/none",)).save(
        tmp_path / "so" / "settings.json"
    )
    with scenes.opened(tmp_path / "so") as station:
        scenes.add_one_by_one(station, 1, "W")
