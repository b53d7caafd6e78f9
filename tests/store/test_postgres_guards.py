"""Nothing that is in a ledger database is changed or removed by the role that the program uses,
nor by plain statements of the owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from ledger.store.postgres.errors import REFUSED
from ledger.store.postgres.schema import PARTITIONS, TABLES
from tests.postgres.cluster import OWNER
from tests.store.postgres_place import Place, tell_in

COLUMNS = {
    "schema_versions": ("version", "version + 100, program, applied_at"),
    "stored_events": ("position", "*"),
    "log_leaves": ("leaf", "*"),
    "log_nodes": ("level", "*"),
    "log_checkpoints": ("size", "*"),
}
EVERY = (*TABLES, *PARTITIONS)
APPEND = "SELECT ocop.append(ARRAY['x'], ARRAY[1::bigint], ARRAY['\\x00'::bytea])"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One told ledger for what must change nothing."""
    return tell_in(tmp_path_factory.mktemp("guards") / "so")


def dump(place: Place) -> list[list[tuple[Any, ...]]]:
    """Every row of every table."""
    with psycopg.connect(place.owner, autocommit=True) as connection:
        return [
            sorted(connection.execute(f"SELECT t::text FROM ocop.{table} AS t".encode()).fetchall())
            for table in TABLES
        ]


def by_the_application() -> Iterator[tuple[str, str]]:
    """What the program's role must not do, with a name for each."""
    for table in EVERY:
        key, row = COLUMNS.get(table, ("position", "*"))
        here = f"ocop.{table}"
        yield f"insert into {table}", f"INSERT INTO {here} SELECT {row} FROM {here} LIMIT 1"
        yield f"update {table}", f"UPDATE {here} SET {key} = {key}"
        yield f"delete from {table}", f"DELETE FROM {here}"
        yield f"truncate {table}", f"TRUNCATE {here} CASCADE"
        yield f"drop {table}", f"DROP TABLE {here} CASCADE"
        yield f"disable triggers of {table}", f"ALTER TABLE {here} DISABLE TRIGGER ALL"
        yield f"disable the guard of {table}", f"ALTER TABLE {here} DISABLE TRIGGER no_change"
        yield f"add a column to {table}", f"ALTER TABLE {here} ADD COLUMN more int"
        yield f"lock {table}", f"LOCK TABLE {here} IN EXCLUSIVE MODE"
        yield f"copy into {table}", f"COPY {here} FROM STDIN"
        yield f"rows of {table} for update", f"SELECT * FROM {here} FOR UPDATE"
        yield f"rows of {table} for key share", f"SELECT * FROM {here} FOR KEY SHARE"
        yield (
            f"trigger on {table}",
            f"CREATE TRIGGER mine BEFORE INSERT ON {here} FOR EACH ROW "
            "EXECUTE FUNCTION ocop.refuse_change()",
        )
        yield f"rule on {table}", f"CREATE RULE mine AS ON INSERT TO {here} DO INSTEAD NOTHING"
        yield f"policy on {table}", f"ALTER TABLE {here} ENABLE ROW LEVEL SECURITY"
        yield f"own {table}", f"ALTER TABLE {here} OWNER TO CURRENT_USER"
        yield f"child of {table}", f"CREATE TABLE child () INHERITS ({here})"
        yield (
            f"upsert {table}",
            f"INSERT INTO {here} SELECT {row} FROM {here} LIMIT 1 ON CONFLICT DO NOTHING",
        )
        yield (
            f"merge into {table}",
            f"MERGE INTO {here} AS t USING {here} AS s ON t.{key} = s.{key} "
            "WHEN MATCHED THEN DELETE",
        )
    for name in PARTITIONS[:2]:
        yield f"detach {name}", f"ALTER TABLE ocop.stored_events DETACH PARTITION ocop.{name}"
    yield "table in the schema", "CREATE TABLE ocop.mine (a int)"
    yield (
        "function in the schema",
        "CREATE FUNCTION ocop.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    yield (
        "another append",
        "CREATE OR REPLACE FUNCTION ocop.append(journals text[], versions bigint[], "
        "states bytea[]) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    )
    yield "drop append", "DROP FUNCTION ocop.append(text[], bigint[], bytea[])"
    yield (
        "append as caller",
        "ALTER FUNCTION ocop.append(text[], bigint[], bytea[]) SECURITY INVOKER",
    )
    yield "drop the schema", "DROP SCHEMA ocop CASCADE"
    yield "rename the schema", "ALTER SCHEMA ocop RENAME TO other"
    yield "call the guard", "SELECT ocop.refuse_change()"
    yield "become a replica", "SET session_replication_role = replica"
    yield "become the owner", f"SET ROLE {OWNER}"
    yield "become the superuser", "SET SESSION AUTHORIZATION postgres"
    yield "change the owner's password", f"ALTER ROLE {OWNER} PASSWORD 'x'"
    yield "become a superuser", "ALTER ROLE CURRENT_USER SUPERUSER"
    yield "make a role", "CREATE ROLE mine"
    yield "write a server file", "COPY (SELECT 1) TO '/var/tmp/x'"
    yield "run a program", "COPY (SELECT 1) TO PROGRAM 'true'"
    yield "write a large file", "SELECT lo_export(1, '/var/tmp/x')"
    yield "read the server's files", "SELECT pg_read_file('postgresql.conf')"
    yield "end the owner's sessions", f"REASSIGN OWNED BY {OWNER} TO CURRENT_USER"


FORBIDDEN = dict(by_the_application())


def test_the_programs_role_is_refused_every_way_to_change_a_row(told: Place) -> None:
    before = dump(told)
    allowed = []
    with told.application() as connection:
        for name, statement in FORBIDDEN.items():
            try:
                with (
                    connection.transaction(force_rollback=True),
                    connection.cursor() as cursor,
                ):
                    if statement.endswith("STDIN"):
                        with cursor.copy(statement.encode()) as copy:
                            copy.write("1\n")
                    else:
                        cursor.execute(statement.encode())
                allowed.append(name)
            except (pg.InsufficientPrivilege, pg.FeatureNotSupported, pg.WrongObjectType):
                pass
            except pg.SyntaxError:
                # MERGE is known from PostgreSQL 15 on.
                assert name.startswith("merge") and connection.info.server_version < 150000
    assert allowed == []
    assert len(FORBIDDEN) > 400
    assert dump(told) == before


@pytest.mark.parametrize("table", EVERY)
def test_the_owners_plain_statements_are_refused_by_the_guards(told: Place, table: str) -> None:
    key, _ = COLUMNS.get(table, ("position", ""))
    filled = f"SELECT count(*) FROM ocop.{table}"
    before = dump(told)
    statements = [f"TRUNCATE ocop.{table} CASCADE"]
    with psycopg.connect(told.owner, autocommit=True) as connection:
        row = connection.execute(filled.encode()).fetchone()
        if row is not None and row[0]:
            statements += [
                f"UPDATE ocop.{table} SET {key} = {key} + 1",
                f"DELETE FROM ocop.{table}",
                f"WITH gone AS (DELETE FROM ocop.{table} RETURNING *) SELECT * FROM gone",
            ]
        for statement in statements:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(statement.encode())
            assert refused.value.sqlstate == REFUSED, statement
    assert dump(told) == before


def test_a_superuser_that_calls_itself_a_replica_is_still_refused(told: Place) -> None:
    before = dump(told)
    for table in TABLES:
        for verb in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(psycopg.Error) as refused:
                told.as_superuser("SET session_replication_role = replica", f"{verb} ocop.{table}")
            assert refused.value.sqlstate == REFUSED
    assert dump(told) == before


def test_objects_of_the_caller_do_not_shadow_what_the_functions_use(told: Place) -> None:
    """A temporary table or function in front of the server's own is not seen inside `append`."""
    before = dump(told)
    with told.application() as connection:
        connection.execute("CREATE TEMP TABLE stored_events (position bigint)")
        connection.execute("CREATE TEMP TABLE log_leaves (leaf bigint, position bigint)")
        connection.execute(
            "CREATE FUNCTION pg_temp.cardinality(anyarray) RETURNS int LANGUAGE sql AS 'SELECT 1'"
        )
        connection.execute(
            "CREATE FUNCTION pg_temp.encode(bytea, text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$"
        )
        connection.execute(
            "CREATE FUNCTION pg_temp.length(bytea) RETURNS int LANGUAGE sql AS 'SELECT 97'"
        )
        connection.execute("SET search_path = pg_temp, pg_catalog, ocop")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(APPEND)
        assert refused.value.sqlstate == REFUSED
    assert dump(told) == before
