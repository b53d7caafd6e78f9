"""An opening that fails leaves nothing open: no connection, no file of the ledger."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from api.bootstrap import open_folder
from ledger.store.postgres.address import database_name
from ledger.verify.wording import Refusal
from tests.keeping import scenes
from tests.postgres.cluster import shared_cluster
from tests.store import small_ledger
from tests.store.small_ledger import clock

_PATIENCE = 5.0


def sessions(folder: Path) -> int:
    """Connections to the folder's database, as the server counts them."""
    address = scenes.settings_of(folder).database
    assert address is not None
    with psycopg.connect(shared_cluster().superuser_dsn()) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = %s AND backend_type = 'client backend'",
            (database_name(address),),
        ).fetchone()
    assert row is not None
    return int(row[0])


def files(folder: Path) -> list[str]:
    """Files of the folder that this process has open."""
    found = []
    for handle in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(handle.readlink()))
        except FileNotFoundError:  # the one that lists them
            continue
    return sorted(one for one in found if one.startswith(str(folder)))


def entry_that_is_none(folder: Path) -> None:
    """What is stored cannot be sealed: `catch_up` fails, after everything was opened."""
    services = open_folder(folder, clock)
    path, address = folder / "ledger.db", services.settings.database
    services.close()
    if address is None:
        with sqlite3.connect(path) as db:
            db.execute(
                "INSERT INTO stored_events (originator_id, originator_version, topic, state, "
                "entry_id) VALUES (hex(zeroblob(32)), 1, 't', x'00', zeroblob(32))"
            )
        db.close()
        return
    with psycopg.connect(shared_cluster().superuser_dsn(database_name(address))) as connection:
        connection.execute(
            "INSERT INTO ocop.stored_events (position, originator_id, originator_version, topic, "
            "state, entry_id) VALUES (1000000, repeat('00', 32), 1, 't', '\\x00', decode(repeat('00', 32), 'hex'))"
        )


def no_log_key(folder: Path) -> None:
    (folder / "keys" / "log.pem").unlink()


def no_label_key(folder: Path) -> None:
    (folder / "keys" / "label.key").unlink()


def no_room_for_views(folder: Path) -> None:
    for path in folder.glob("views.db*"):
        path.unlink()
    (folder / "views.db").mkdir()


@pytest.mark.parametrize("spoil", [no_log_key, no_label_key, no_room_for_views, entry_that_is_none])
def test_an_opening_that_fails_leaves_nothing_open(
    both_stores: str, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = tmp_path / "so"
    small_ledger.found(folder).close()
    spoil(folder)
    # What was raised is held on to: through it lives whatever the opening left.
    with pytest.raises((Refusal, OSError, sqlite3.Error)) as failed:
        open_folder(folder, clock)
    assert files(folder) == []
    if both_stores == "postgres":
        deadline = time.monotonic() + _PATIENCE
        while sessions(folder):  # the server notices a moment later
            assert time.monotonic() < deadline, sessions(folder)
            time.sleep(0.02)
    assert failed.tb is not None
