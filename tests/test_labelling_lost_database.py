"""Labels printed while the database is cut off: what became of a statement is found out, not guessed.

A real server is cut off, killed and started again under a station with a simulated printer.
"""

from __future__ import annotations

import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from api.bootstrap import Services, open_folder
from api.commands.serve import listen, serving
from api.labels.run import Watch
from api.labels.settling import PrintedUnrecorded
from api.scans.founding import found_scans
from ledger import unanswered
from ledger.domain.drafts import Draft
from ledger.store.postgres.address import database_name, for_role
from ledger.store.postgres.founding import Founded, found_database
from ledger.store.postgres.passwords import keep_password
from ledger.unanswered import NotAnswered, Resending
from ledger.verify.statement import Statement
from printers.virtual import VirtualPrinter
from tests.labelling_room import account, kinds, on_paper
from tests.pages import cooperative
from tests.pages.cooperative import GTIN, LOT, NOW, PARTY, record_cooperative
from tests.postgres.cluster import Cluster, own_cluster

PATIENCE = 40.0
RECORDED = ("recorded", "not-recorded")
LONG_RECORDED = (pytest.param(True, marks=pytest.mark.long), False)
LONG_NOT = (True, pytest.param(False, marks=pytest.mark.long))
APPENDING = "query LIKE '%ocop.append(%' AND state = 'active' AND pid <> pg_backend_pid()"
HARVEST = {"quantity": {"value": "5", "unit": "kg"}, "site": "VT-KV01"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server that these tests cut off and kill."""
    with own_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def story(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Founded]:
    """100 packs, 10 labels issued and waiting, on that server; closed, to be copied."""
    folder, owner = tmp_path_factory.mktemp("story") / "so", cluster.fresh_database()
    made = found_database(owner, new_password="secret", program="0.0.test")
    found_scans(owner, made.role)
    keep_password(folder / "keys" / "pgpass", made.database, made.role, "secret")
    settings = replace(cooperative.SETTINGS, database=made.application_dsn)
    record_cooperative(folder, settings).close()
    return folder, made


@pytest.fixture
def station(
    cluster: Cluster, story: tuple[Path, Founded], tmp_path: Path
) -> Iterator[tuple[Services, VirtualPrinter]]:
    """A copy of the story, and one printer named "may"."""
    folder, (source, made) = tmp_path / "so", story
    shutil.copytree(source, folder)
    owner = cluster.fresh_database(made.database)
    keep_password(folder / "keys" / "pgpass", database_name(owner), made.role, "secret")
    settings = replace(cooperative.SETTINGS, database=for_role(owner, made.role))
    settings.save(folder / "settings.json")
    services = open_folder(folder, lambda: NOW)
    try:
        with VirtualPrinter(tmp_path / "paper") as printer:
            services.printers.add("may", "virtual", printer.address)
            yield services, printer
    finally:
        services.close()


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@contextmanager
def held_up(cluster: Cluster, services: Services, *, recorded: bool) -> Iterator[None]:
    """Appends hang, before or after the commit; the block is to start one; then the server dies."""
    database = services.store.location.rpartition("/")[2]
    dsn = cluster.superuser_dsn(database)
    with closing(psycopg.connect(dsn, autocommit=True)) as one:
        if recorded:
            one.execute("SET synchronous_commit = local")
            one.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
            one.execute("SELECT pg_reload_conf()")
            time.sleep(0.3)  # until every session has heard of it
            one.execute("ALTER SYSTEM RESET synchronous_standby_names")  # for the next start
            stuck = f"{APPENDING} AND wait_event = 'SyncRep'"
        else:
            one.execute("BEGIN")
            one.execute("LOCK TABLE ocop.stored_events IN SHARE ROW EXCLUSIVE MODE")
            stuck = f"{APPENDING} AND wait_event_type = 'Lock'"
        yield
        with psycopg.connect(dsn, autocommit=True) as two:
            sql = f"SELECT 1 FROM pg_stat_activity WHERE {stuck}".encode()
            until(lambda: two.execute(sql).fetchone() is not None, "an append that hangs")
        cluster.kill()


def print_in(
    threads: ThreadPoolExecutor, services: Services, count: int
) -> Callable[[], list[str]]:
    """Start to print in a thread; the function waits for the serials."""
    future = threads.submit(services.labelling.print_labels, GTIN, LOT, count, "may")
    return lambda: future.result(PATIENCE)[0]


@pytest.mark.parametrize("recorded", [True, False], ids=RECORDED)
def test_a_print_whose_issue_was_cut_off_finds_out_and_prints_every_label_once(
    cluster: Cluster, station: tuple[Services, VirtualPrinter], tmp_path: Path, recorded: bool
) -> None:
    services, printer = station
    before = kinds(services).count("labels-issued")
    with ThreadPoolExecutor(1) as threads:
        with held_up(cluster, services, recorded=recorded):
            serials = print_in(threads, services, 15)
        cluster.start()
        printed = serials()
    assert len(set(printed)) == 15
    assert (printer.printed, set(on_paper(tmp_path))) == (15, set(printed))
    assert kinds(services).count("labels-issued") == before + 1
    assert account(services) == {
        "issued": 15, "confirmed": 15, "in_doubt": 0, "void": 0, "waiting": 0
    }  # fmt: skip
    assert services.station.held() is None


@pytest.mark.parametrize("recorded", LONG_RECORDED, ids=RECORDED)
def test_what_was_voided_when_the_database_was_cut_off_is_voided_once(
    cluster: Cluster, station: tuple[Services, VirtualPrinter], recorded: bool
) -> None:
    services, _ = station
    chosen = list(services.labelling.states(GTIN, LOT))[:3]
    with ThreadPoolExecutor(1) as threads:
        with held_up(cluster, services, recorded=recorded):
            done = threads.submit(services.labelling.void, GTIN, LOT, chosen, "damaged")
        cluster.start()
        done.result(PATIENCE)
    assert kinds(services).count("labels-voided") == 1
    assert (account(services)["void"], account(services)["waiting"]) == (3, 7)


@pytest.mark.parametrize("recorded", LONG_NOT, ids=RECORDED)
def test_an_outcome_that_stays_unknown_is_told_on_the_pages_and_settles_itself(
    cluster: Cluster,
    station: tuple[Services, VirtualPrinter],
    recorded: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, printer = station
    monkeypatch.setattr(unanswered, "TRIES", 2)
    before = kinds(services).count("labels-issued")
    with listen("127.0.0.1", 0) as listener, serving(services, listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/tram"
        with held_up(cluster, services, recorded=recorded):
            name = services.labelling.start_printing(GTIN, LOT, 12, "may")
        job = services.labelling.job(name)
        assert job is not None
        until(lambda: job.done, "the end of the job")
        assert job.fault("en") == NotAnswered("record-unknown").say("en")
        for lang, words in (
            ("vi", "Có 1 phiếu đang gửi"),
            ("en", "1 statements were on their way"),
        ):
            with urllib.request.urlopen(f"{url}?lang={lang}", timeout=20) as page:
                assert words in page.read().decode()
        assert printer.printed == 0
        cluster.start()
        until(lambda: services.station.held() is None, "that it settles itself")
        until(lambda: account(services)["issued"] == 12, "the labels issued")
        with urllib.request.urlopen(url, timeout=20) as page:
            assert "phiếu đang gửi" not in page.read().decode()
        assert kinds(services).count("labels-issued") == before + 1
        serials, _ = services.labelling.print_labels(GTIN, LOT, 12, "may")
    assert (len(set(serials)), printer.printed, account(services)["confirmed"]) == (12, 12, 12)
    assert kinds(services).count("labels-issued") == before + 1


def test_the_next_start_settles_what_the_last_one_could_not_know(
    cluster: Cluster,
    station: tuple[Services, VirtualPrinter],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, _ = station
    monkeypatch.setattr(unanswered, "TRIES", 1)
    private = "gửi cùng xe"
    lot = {"item": cooperative.RAW, "code": "BD-X"}
    draft = Draft("harvested", PARTY, "2026-09-20T08:00:00+07:00", {"lot": lot, **HARVEST},
                  {"note": private})  # fmt: skip
    with ThreadPoolExecutor(1) as threads:
        with held_up(cluster, services, recorded=False):
            answer = threads.submit(services.station.record, draft)
        with pytest.raises(NotAnswered) as unknown:
            answer.result(PATIENCE)
    assert unknown.value.code == "record-unknown"
    services.close()
    cluster.start()
    again = open_folder(services.folder, lambda: NOW)
    try:
        assert again.station.held() is None
        found = again.tables.lot(cooperative.RAW, "BD-X")
        assert found is not None
        assert [step["type"] for step in found.facts["steps"]] == ["harvested"]
        assert len(again.notes.containing(private)) == 1
    finally:
        again.close()


def test_labels_that_came_out_while_the_database_went_away_are_called_printed(
    cluster: Cluster, station: tuple[Services, VirtualPrinter], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, printer = station
    for module in ("api.labels.settling", "ledger.station"):
        monkeypatch.setattr(f"{module}.TRIES", 2)
    watch = Watch(
        on_progress=lambda one: cluster.stop("immediate") if one.state == "confirmed" else None,
        patience_seconds=0,
    )
    with pytest.raises(PrintedUnrecorded) as told:
        services.labelling.print_labels(GTIN, LOT, 10, "may", watch=watch)
    assert told.value.params["printed"] == printer.printed == 10
    assert "Đừng in lại" in told.value.say("vi")
    cluster.start()
    services.labelling.settle(GTIN, LOT)
    assert kinds(services).count("labels-printed") == 1
    assert account(services)["confirmed"] == 10


def test_a_statement_whose_place_another_one_took_is_told_as_that(
    cluster: Cluster, station: tuple[Services, VirtualPrinter]
) -> None:
    del cluster
    services, _ = station
    signer = services.station.signers[PARTY, "station"]
    head = services.ledger.history.journals[signer.keyid]
    seq, before = head.seq + 1, head.id

    def harvest(code: str, note: str) -> bytes:
        body = {"lot": {"item": cooperative.RAW, "code": code}, **HARVEST, "note": note}
        time = "2026-09-20T08:00:00+07:00"
        return signer.sign(Statement("harvested", PARTY, seq, before, time, (), None, body)).raw

    resending = Resending(services.ledger, services.notes)
    digest = services.notes.keep("một ghi chú")
    late = harvest("LATE", digest)
    services.ledger.submit([harvest("FIRST", "0" * 64)])
    with pytest.raises(NotAnswered) as told:
        resending.insist(late, [digest])
    assert told.value.code == "place-taken"
    for lang, remedy in (("en", "Record it again"), ("vi", "Hãy ghi lại")):
        assert remedy in told.value.say(lang)
        assert f" {seq} " in told.value.say(lang)
    assert services.notes.text_of(digest) is None
    # One that was held since: whoever records next is told, once, and what he sent is not recorded.
    digest = services.notes.keep("một ghi chú")
    services.notes.hold(harvest("LATER", digest), [digest])
    services.station.settle_held()
    assert services.station.held() is not None
    body = {"lot": {"item": cooperative.RAW, "code": "NEXT"}, **HARVEST}
    draft = Draft("harvested", PARTY, "2026-09-21T08:00:00+07:00", body)
    with pytest.raises(NotAnswered) as told:
        services.station.record(draft)
    assert (told.value.code, services.station.held()) == ("earlier-refused", None)
    assert services.notes.text_of(digest) is None
    assert services.tables.lot(cooperative.RAW, "NEXT") is None
    services.station.record(draft)
    assert services.tables.lot(cooperative.RAW, "NEXT") is not None
