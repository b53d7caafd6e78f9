"""A station's form while the database is away: what was typed stays, and a sentence says so."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.bootstrap import open_folder
from api.commands.serve import listen, serving
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.store.postgres.address import for_role
from ledger.store.postgres.founding import found_database
from ledger.store.postgres.passwords import keep_password
from tests.postgres.cluster import Cluster, own_cluster
from tests.store import places, small_ledger
from tests.store.small_ledger import FARM, day, kg, lot

ASIDE = {"vi": "Chưa ghi được", "en": "Not recorded"}


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


def posted(url: str, typed: dict[str, str]) -> tuple[int, str]:
    """Status and page of a form that was sent as a browser sends it."""
    sent = urllib.request.Request(
        url, urllib.parse.urlencode(typed).encode(), {"accept": "text/html"}
    )
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as wrong:
        with wrong:
            return wrong.code, wrong.read().decode()


@pytest.mark.long
def test_a_statement_that_a_late_standby_does_not_show_yet_is_called_recorded(
    cluster: Cluster, folder: Path
) -> None:
    standby = cluster.standby("late")
    try:
        settings = Settings.load(folder / "settings.json")
        assert settings.database is not None
        reads = make_conninfo(settings.database, port=standby.port)
        replace(settings, read_from=(reads,)).save(folder / "settings.json")
        services = open_folder(folder)
        try:
            with psycopg.connect(standby.superuser_dsn(), autocommit=True) as late:
                late.execute("SELECT pg_wal_replay_pause()")
                size = services.store.size()
                body = {"lot": lot(f"{FARM}/qua", "LATE"), "quantity": kg("5"), "site": "VT-01"}
                with pytest.raises(LedgerError) as told:
                    services.station.record(Draft("harvested", FARM, day(9), body))
                late.execute("SELECT pg_wal_replay_resume()")
            assert told.value.code == "recorded-ahead"
            assert "dự phòng" in told.value.say("vi") and "Đừng ghi lại" in told.value.say("vi")
            assert services.store.size() == size + 1
        finally:
            services.close()
    finally:
        standby.remove()


def test_a_form_sent_while_the_database_is_away_comes_back_as_it_was_typed(
    cluster: Cluster, folder: Path
) -> None:
    harvest = {"item": f"{FARM}/qua", "amount": "12,5", "site": "VT-01", "lot": "AWAY-1"}
    services = open_folder(folder)
    try:
        with listen("127.0.0.1", 0) as listener, serving(services, listener):
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            size = services.store.size()
            cluster.stop("immediate")
            for lang, said in ASIDE.items():
                status, page = posted(f"{url}/tram/thu-hoach?lang={lang}", harvest)
                assert status == 503, page
                assert said in page
                for typed in harvest.values():
                    assert f'value="{typed}"' in page
            cluster.start()
            status, page = posted(f"{url}/tram/thu-hoach", harvest)
            # Judged again, and refused for what is typed: this party has no such site.
            assert (status, 'id="fault"' in page) == (422, True)
            assert services.store.size() == size
    finally:
        services.close()
