"""Nothing that is in the ledger file is changed or removed, whoever asks and however."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.store import guard
from ledger.store.sqlite import SqliteStore
from tests.store import small_ledger

TABLES = ("stored_events", "log_leaves", "log_nodes", "log_checkpoints")
TRIGGERS = [f"{table}_no_{what}" for table in TABLES for what in ("update", "delete", "replace")]
COLUMNS = {
    "stored_events": "position, originator_id, originator_version, topic, state, entry_id",
    "log_leaves": "leaf, position, entry_id",
    "log_nodes": "level, idx, hash",
    "log_checkpoints": "size, root, note",
}
# What another program with ordinary SQL is refused, too: the schema's own triggers stop it.
EVENT = "originator_id, originator_version, topic, state, entry_id"
SAME = "SELECT {} FROM {} LIMIT 1"
BY_TRIGGER = {
    **{f"update {t}": f"UPDATE {t} SET rowid = rowid" for t in TABLES},
    **{f"update or replace {t}": f"UPDATE OR REPLACE {t} SET rowid = rowid + 1" for t in TABLES},
    **{f"delete {t}": f"DELETE FROM {t}" for t in TABLES},
    **{
        f"replace a whole row of {t}": f"INSERT OR REPLACE INTO {t} ({c}) SELECT {c} FROM {t} LIMIT 1"
        for t, c in COLUMNS.items()
    },
    **{
        f"REPLACE INTO {t}": f"REPLACE INTO {t} ({c}) SELECT {c} FROM {t} LIMIT 1"
        for t, c in COLUMNS.items()
    },
    **{
        f"upsert {t}": f"INSERT INTO {t} ({c}) SELECT {c} FROM {t} WHERE true LIMIT 1 "
        f"ON CONFLICT DO UPDATE SET rowid = {t}.rowid"
        for t, c in COLUMNS.items()
    },
    "event: journal position": f"REPLACE INTO stored_events ({EVENT}) SELECT originator_id, "
    "originator_version, topic, x'00', randomblob(32) FROM stored_events LIMIT 1",
    "event: entry id": f"REPLACE INTO stored_events ({EVENT}) SELECT 'other', 77, topic, x'00', "
    "entry_id FROM stored_events LIMIT 1",
    "event: explicit rowid": "REPLACE INTO stored_events VALUES (1,'o',1,'t',x'00',randomblob(32))",
    "event: new explicit rowid": "INSERT INTO stored_events VALUES "
    "(9999,'o',1,'t',x'00',randomblob(32))",
    "event: rowid by name": "REPLACE INTO stored_events (rowid, originator_id, originator_version, "
    "topic, state, entry_id) VALUES (1,'o',1,'t',x'00',randomblob(32))",
    "event: rowid -1": "INSERT INTO stored_events VALUES (-1,'o',1,'t',x'00',randomblob(32))",
    "event: rowid -2": "INSERT INTO stored_events VALUES (-2,'o',1,'t',x'00',randomblob(32))",
    "event: rowid 0": "INSERT INTO stored_events VALUES (0,'o',1,'t',x'00',randomblob(32))",
    "leaf: index": "REPLACE INTO log_leaves VALUES (0, 9999, randomblob(32))",
    "leaf: position": "REPLACE INTO log_leaves SELECT max(leaf) + 1, 1, randomblob(32) "
    "FROM log_leaves",
    "leaf: entry id": "REPLACE INTO log_leaves SELECT (SELECT max(leaf) + 1 FROM log_leaves), 9999, "
    "entry_id FROM log_leaves WHERE leaf = 0",
    "leaf: gap": "INSERT INTO log_leaves VALUES (9999, 9999, randomblob(32))",
    "leaf: negative": "INSERT INTO log_leaves VALUES (-1, 9999, randomblob(32))",
    "leaf: chosen by SQLite": "INSERT INTO log_leaves VALUES (NULL, 9999, randomblob(32))",
    "node: level and index": "REPLACE INTO log_nodes VALUES (0, 0, randomblob(32))",
    "node: rowid": "REPLACE INTO log_nodes (rowid, level, idx, hash) VALUES (1, 60, 60, x'00')",
    "node: new rowid": "INSERT INTO log_nodes (rowid, level, idx, hash) VALUES (999, 60, 60, x'00')",
    "node: rowid -1": "INSERT INTO log_nodes (rowid, level, idx, hash) VALUES (-1, 60, 60, x'00')",
    "node: rowid -2": "INSERT INTO log_nodes (rowid, level, idx, hash) VALUES (-2, 60, 60, x'00')",
    "checkpoint: size": "REPLACE INTO log_checkpoints VALUES (1, randomblob(32), 'x')",
    "checkpoint: older": "INSERT INTO log_checkpoints VALUES (0, randomblob(32), 'x')",
    "checkpoint: negative": "INSERT INTO log_checkpoints VALUES (-1, randomblob(32), 'x')",
    "checkpoint: chosen by SQLite": "REPLACE INTO log_checkpoints VALUES (NULL, x'00', 'x')",
}
# What the product takes away from itself beyond that.
BY_AUTHORIZER = {
    **{f"drop table {t}": f"DROP TABLE {t}" for t in TABLES},
    **{f"drop trigger {t}": f"DROP TRIGGER {t}" for t in TRIGGERS},
    **{f"rename {t}": f"ALTER TABLE {t} RENAME TO gone" for t in TABLES},
    **{f"add a column to {t}": f"ALTER TABLE {t} ADD COLUMN more" for t in TABLES},
    **{f"shadow {t} by a view": f"CREATE TEMP VIEW {t} AS SELECT 1" for t in TABLES},
    **{f"shadow {t} by a table": f"CREATE TEMP TABLE {t} (position, state)" for t in TABLES},
    "create index": "CREATE INDEX i ON stored_events (topic)",
    "drop index": "DROP INDEX sqlite_autoindex_stored_events_1",
    "create trigger": "CREATE TRIGGER t BEFORE INSERT ON log_nodes BEGIN SELECT RAISE(IGNORE); END",
    "create temp trigger": "CREATE TEMP TRIGGER t BEFORE INSERT ON main.log_nodes "
    "BEGIN SELECT RAISE(IGNORE); END",
    "create table": "CREATE TABLE t (x)",
    "writable schema": "PRAGMA writable_schema=ON",
    "writable schema, other form": "PRAGMA main.writable_schema(1)",
    "edit the schema": "DELETE FROM sqlite_master",
    "reset the sequence": "UPDATE sqlite_sequence SET seq = 0",
    "no recursive triggers": "PRAGMA recursive_triggers=OFF",
    "no journal": "PRAGMA journal_mode=OFF",
    "no fsync": "PRAGMA synchronous=OFF",
    "no check constraints": "PRAGMA ignore_check_constraints=ON",
    "version": "PRAGMA user_version=99",
    "attach": "ATTACH ':memory:' AS other",
}

Opened = Callable[[Path], "Iterator[sqlite3.Connection]"]


@contextmanager
def guarded(path: Path) -> Iterator[sqlite3.Connection]:
    """As `guard.connect` gives it."""
    connection = guard.connect(path)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def pooled(path: Path) -> Iterator[sqlite3.Connection]:
    """As the library takes it from its pool."""
    store = SqliteStore(path)
    try:
        held = store.recorder.datastore.pool.get_connection()
        yield held._sqlite_conn
        store.recorder.datastore.pool.put_connection(held)
    finally:
        store.close()


@contextmanager
def own(path: Path) -> Iterator[sqlite3.Connection]:
    """As the store uses it for sealing and reading."""
    store = SqliteStore(path)
    try:
        with store._connections.one() as connection:
            yield connection
    finally:
        store.close()


@contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """As any other program on the machine opens the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


PRODUCT = {"guard": guarded, "pool": pooled, "store": own}
ANYBODY = {**PRODUCT, "another program": plain}


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("append-only") / "so"
    services = small_ledger.told(folder)
    services.close()
    return folder / "ledger.db"


def content(path: Path) -> list[str]:
    """Every row of the file, its schema included, as a plain reader finds it."""
    with plain(path) as connection:
        return list(connection.iterdump())


def refused(connection: sqlite3.Connection, sql: str) -> sqlite3.Error | None:
    try:
        connection.execute(sql)
    except sqlite3.Error as wrong:
        return wrong
    return None


@pytest.mark.parametrize("way", ANYBODY)
def test_a_trigger_refuses_to_change_replace_or_number_rows(way: str, ledger_file: Path) -> None:
    before = content(ledger_file)
    with ANYBODY[way](ledger_file) as connection:
        passed = [name for name, sql in BY_TRIGGER.items() if refused(connection, sql) is None]
    assert passed == []
    assert content(ledger_file) == before


def test_recursive_triggers_make_no_difference_to_another_program(ledger_file: Path) -> None:
    before = content(ledger_file)
    for setting in ("ON", "OFF"):
        with plain(ledger_file) as connection:
            connection.execute(f"PRAGMA recursive_triggers={setting}")
            passed = [name for name, sql in BY_TRIGGER.items() if refused(connection, sql) is None]
        assert passed == []
    assert content(ledger_file) == before


@pytest.mark.parametrize("way", PRODUCT)
def test_the_product_cannot_take_its_own_guards_away(way: str, ledger_file: Path) -> None:
    before = content(ledger_file)
    with PRODUCT[way](ledger_file) as connection:
        wrong = {name: refused(connection, sql) for name, sql in BY_AUTHORIZER.items()}
    assert [name for name, error in wrong.items() if error is None] == []
    # Refused for being forbidden, not because the statement was mistyped.
    told = {name: str(error) for name, error in wrong.items()}
    forbidden = ("not authorized", "prohibited", "may not be modified", "cannot be dropped")
    assert {n: t for n, t in told.items() if not any(word in t for word in forbidden)} == {}
    assert content(ledger_file) == before


@pytest.mark.parametrize("way", PRODUCT)
def test_every_connection_of_the_product_commits_durably(way: str, ledger_file: Path) -> None:
    with PRODUCT[way](ledger_file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        connection.set_authorizer(None)
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_each_statement_of_these_lists_would_work_without_guards(tmp_path: Path) -> None:
    """The lists test the guards, not SQL mistakes: without triggers most of it goes through."""
    stopped = []
    for name, sql in BY_TRIGGER.items():
        connection = sqlite3.connect(":memory:", isolation_level=None)
        for statement in guard._statements():
            if not statement.startswith("CREATE TRIGGER"):
                connection.execute(statement)
        connection.execute("INSERT INTO stored_events VALUES (1,'j',1,'t',x'01',randomblob(32))")
        connection.execute("INSERT INTO log_leaves SELECT 0, 1, entry_id FROM stored_events")
        connection.execute("INSERT INTO log_nodes VALUES (0, 0, randomblob(32))")
        connection.execute("INSERT INTO log_checkpoints VALUES (1, randomblob(32), 'n')")
        if refused(connection, sql) is not None:
            stopped.append(name)
        connection.close()
    # CHECK constraints stop these by themselves.
    assert set(stopped) == {
        "event: rowid -1",
        "event: rowid -2",
        "event: rowid 0",
        "leaf: negative",
        "node: rowid -1",
        "node: rowid -2",
    }


def test_a_position_is_never_used_again_even_after_the_newest_row_was_cut_off(
    tmp_path: Path,
) -> None:
    services = small_ledger.found(tmp_path / "so")
    services.close()
    path = tmp_path / "so" / "ledger.db"
    with plain(path) as connection:
        connection.execute("DROP TRIGGER stored_events_no_delete")
        newest = connection.execute("SELECT max(position) FROM stored_events").fetchone()[0]
        connection.execute("DELETE FROM stored_events WHERE position = ?", (newest,))
        connection.execute(
            f"INSERT INTO stored_events ({EVENT}) VALUES ('o', 1, 't', x'00', randomblob(32))"
        )
        assert connection.execute("SELECT max(position) FROM stored_events").fetchone()[0] > newest


@pytest.mark.parametrize("way", ["bytes", "signature", "deleted"])
def test_what_a_program_changes_after_dropping_a_trigger_is_found_and_located(
    way: str, tmp_path: Path
) -> None:
    services = small_ledger.told(tmp_path / "so")
    path, at = tmp_path / "so" / "ledger.db", 20
    ((_, raw),) = services.store.sealed(at, 1)
    assert small_ledger.audit(services).clean
    with plain(path) as other:
        other.execute("DROP TRIGGER stored_events_no_update")
        other.execute("DROP TRIGGER stored_events_no_delete")
        if way == "deleted":
            other.execute("DELETE FROM stored_events WHERE state = ?", (raw,))
        else:
            changed = (
                raw.replace(b"HTX-A", b"HTX-B", 1)
                if way == "bytes"
                else raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:]
            )
            assert changed != raw
            other.execute("UPDATE stored_events SET state = ? WHERE state = ?", (changed, raw))
    result = small_ledger.audit(services)
    services.close()
    assert not result.clean
    assert result.failed_index == at
