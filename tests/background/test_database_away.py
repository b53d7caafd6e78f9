"""A hub whose database goes away: pages answer and say how old they are, and all goes on later."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import make_conninfo

from api.background.heartbeat import WORTH_SAYING
from api.bootstrap import Services, open_folder
from api.commands.serve import listen, serving
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.store.postgres.address import for_role
from ledger.store.postgres.founding import found_database
from ledger.store.postgres.passwords import keep_password
from tests.background.hub import Command, fetched, projected, until
from tests.postgres.cluster import Cluster, own_cluster
from tests.store import places, small_ledger
from tests.store.small_ledger import (
    FARM,
    FRUIT,
    GTIN,
    check_ledger,
    day,
    kg,
    lot,
    signed_harvests,
)

OLD = {
    "vi": "Trang này hiện dữ liệu đến",
    "en": "This page shows what was recorded until",
}
PAGES = (f"/01/{GTIN}/10/L01", f"/lo/{GTIN}/L01", "/tram")


class Clock:
    """The machine's clock, with a hand to move it on."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A database server that these tests may stop."""
    with own_cluster() as made:
        yield made


@pytest.fixture
def folder(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small story, on that server."""
    made = tmp_path / "so"
    owner = cluster.fresh_database()
    role = found_database(owner, new_password=places.PASSWORD, program=places.PROGRAM).role
    keep_password(made / "keys" / "pgpass", urlsplit(owner).path[1:], role, places.PASSWORD)
    settings = Settings(small_ledger.ORIGIN, database=for_role(owner, role))
    monkeypatch.setattr(places, "settings_for", lambda *_: settings)
    services = small_ledger.found_anew(made)
    small_ledger.tell(services)
    services.close()
    return made


@contextmanager
def hub(folder: Path, clock: Clock) -> Iterator[tuple[Services, str]]:
    """One process that serves, seals and projects; its address."""
    services = open_folder(folder, clock, settle=False)
    try:
        with listen("127.0.0.1", 0) as listener, serving(services, listener):
            yield services, f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        services.close()


def answers(url: str, lang: str) -> dict[str, str]:
    """Every page, each answered with 200."""
    found = {}
    for page in PAGES:
        status, text = fetched(f"{url}{page}?lang={lang}", 10)
        assert status == 200, page
        found[page] = text
    return found


def test_pages_answer_and_say_their_age_and_all_goes_on_when_the_database_is_back(
    cluster: Cluster, folder: Path
) -> None:
    clock = Clock()
    with hub(folder, clock) as (services, url):
        entries = signed_harvests(services, 2)
        services.ledger.submit([entries[0].raw])
        size = services.store.counted(services.store.newest())
        until(lambda: projected(folder) == size, 10, "in step")
        until(lambda: services.data_age() is None, 10, "known to be in step")
        for lang in ("vi", "en"):
            assert not [p for p, text in answers(url, lang).items() if OLD[lang] in text]

        cluster.stop("immediate")
        clock.ahead = dt.timedelta(minutes=5)
        until(lambda: (services.data_age() or 0) > 200, 5, "an age")
        began = time.monotonic()
        for lang in ("vi", "en"):
            for page, text in answers(url, lang).items():
                assert re.search(OLD[lang] + r" \d\d:\d\d \d\d/\d\d/\d{4}", text), page
        status, told = fetched(f"{url}/log/checkpoint", 10)
        assert (status, "store-unreachable" in told) == (503, True)
        print(f"{2 * len(PAGES)} pages without a database in {time.monotonic() - began:.2f} s")

        cluster.start()
        back = time.monotonic()
        until(lambda: services.data_age() is None, 15, "in step again")
        services.ledger.submit([entries[1].raw])
        until(lambda: projected(folder) == size + 1, 10, "the next one, sealed and shown")
        print(f"in step again {time.monotonic() - back:.2f} s after the restart")
        assert time.monotonic() - back < 10
        for page, text in answers(url, "en").items():
            assert OLD["en"] not in text, page
    check_ledger(folder)


@pytest.mark.long
def test_pages_read_from_a_standby_follow_it_and_say_their_age_when_the_primary_is_gone(
    cluster: Cluster, folder: Path
) -> None:
    standby = cluster.standby("reads")
    try:
        settings = Settings.load(folder / "settings.json")
        assert settings.database is not None
        reads = make_conninfo(settings.database, port=standby.port)
        replace(settings, read_from=(reads,)).save(folder / "settings.json")
        with hub(folder, Clock()) as (services, url):
            assert services.reading is not services.store
            for number in range(3):
                # Recorded here, so it waits for the standby before and after: serials depend on it.
                services.station.record(_harvest(f"S{number}"))
                assert projected(folder) == services.store.size()
            until(lambda: services.data_age() is None, 10, "known to be in step")
            cluster.kill()
            killed = time.monotonic()
            until(lambda: (services.data_age() or 0) > WORTH_SAYING, 30, "an age")
            assert (services.data_age() or 0) <= time.monotonic() - killed + 5
            for page, text in answers(url, "en").items():
                assert OLD["en"] in text, page
            assert fetched(f"{url}/log/checkpoint", 10)[0] == 200
            assert fetched(f"{url}/api/v1/lots/{GTIN}/L01/bundle", 10)[0] == 200
            cluster.start()
            until(lambda: services.data_age() is None, 20, "in step again")
        settings.save(folder / "settings.json")
    finally:
        standby.remove()
    check_ledger(folder)


def _harvest(code: str) -> Draft:
    body = {"lot": lot(FRUIT, code), "quantity": kg("5"), "site": "VT-01"}
    return Draft("harvested", FARM, day(8), body)


@pytest.mark.long
def test_a_process_that_starts_while_the_database_is_away_waits_for_it(
    cluster: Cluster, folder: Path
) -> None:
    cluster.stop("fast")
    command = Command("sequence", "--dir", str(folder), "--lang", "en")
    try:
        until(lambda: "cannot be reached" in command.said, 60, "a word about it")
        cluster.start()
        until(lambda: "sequencer leads" in command.said, 20, "the lead")
        assert command.said.count("cannot be reached") == 1
        assert places.PASSWORD not in command.said
        assert command.end() < 10
        assert command.process.returncode == 0
    finally:
        command.kill()
