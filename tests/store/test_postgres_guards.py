"""Nothing that is in a ledger database is changed or removed by the role that the program uses,
nor by plain statements of the owner; what an owner or superuser forces is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from api.bootstrap import Services
from api.commands.main import main
from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.errors import REFUSED
from ledger.store.postgres.faults import find_faults
from ledger.store.postgres.schema import PARTITIONS, TABLES
from tests.postgres.cluster import OWNER, shared_cluster
from tests.store import places, small_ledger

COLUMNS = {
    "schema_versions": ("version", "version + 100, program, applied_at"),
    "stored_events": ("position", "*"),
    "log_leaves": ("leaf", "*"),
    "log_nodes": ("level", "*"),
    "log_checkpoints": ("size", "*"),
}
EVERY = (*TABLES, *PARTITIONS)
APPEND = "SELECT ocop.append(ARRAY['x'], ARRAY[1::bigint], ARRAY['\\x00'::bytea])"


@dataclass
class Place:
    """A told ledger in a database of its own, and who may connect to it."""

    folder: Path
    database: str

    def application(self) -> psycopg.Connection[tuple[Any, ...]]:
        """As the program's role."""
        return psycopg.connect(places.application_dsn(self.owner), autocommit=True)

    @property
    def owner(self) -> str:
        return shared_cluster().owner_dsn(self.database)

    def as_owner(self, *statements: str) -> None:
        """Run statements as the owner, each by itself."""
        _run(self.owner, statements)

    def as_superuser(self, *statements: str) -> None:
        """Run statements as the superuser, in one session."""
        _run(shared_cluster().superuser_dsn(self.database), statements)


def _run(dsn: str, statements: tuple[str, ...]) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def tell_in(folder: Path) -> Place:
    with places.ledgers_on("postgres"):
        services = small_ledger.found(folder)
        small_ledger.tell(services)
        name = services.store.location.rpartition("/")[2]
        services.close()
    return Place(folder, name)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One told ledger for what must change nothing."""
    return tell_in(tmp_path_factory.mktemp("guards") / "so")


@pytest.fixture
def own(tmp_path: Path) -> Place:
    """A told ledger for what does change something."""
    return tell_in(tmp_path / "so")


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
    yield "write a server file", "COPY (SELECT 1) TO '/tmp/x'"
    yield "run a program", "COPY (SELECT 1) TO PROGRAM 'true'"
    yield "write a large file", "SELECT lo_export(1, '/tmp/x')"
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


# --- what is forced is noticed --------------------------------------------------------------------


def audit(place: Place, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    status = main(["audit", "--dir", str(place.folder), "--json", "--lang", "en"])
    return status, json.loads(capsys.readouterr().out)


def faults(place: Place) -> set[tuple[str, str]]:
    """(code, what) of every fault that the store finds in its guards."""
    with small_ledger.opened(place.folder) as services:
        found = services.store.faults()
    for one in found:
        assert one.say("en") != one.say("vi")
    return {(one.code, str(one.params.get("name"))) for one in found}


def test_an_untouched_ledger_has_no_fault(told: Place, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = audit(told, capsys)
    assert (status, found["clean"], found["store_faults"]) == (0, True, [])


BY_THE_OWNER = {
    "guard switched off": (
        "ALTER TABLE ocop.log_leaves DISABLE TRIGGER no_change",
        ("guard-changed", "no_change on log_leaves"),
    ),
    "guard not always": (
        "ALTER TABLE ocop.stored_events_03 ENABLE TRIGGER no_change",
        ("guard-changed", "no_change on stored_events_03"),
    ),
    "guard for replicas only": (
        "ALTER TABLE ocop.log_nodes ENABLE REPLICA TRIGGER no_truncate",
        ("guard-changed", "no_truncate on log_nodes"),
    ),
    "guard dropped": (
        "DROP TRIGGER no_truncate ON ocop.stored_events_11",
        ("guard-changed", "no_truncate on stored_events_11"),
    ),
    "guard that never fires": (
        "CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE OR DELETE ON ocop.log_checkpoints "
        "FOR EACH ROW WHEN (false) EXECUTE FUNCTION ocop.refuse_change()",
        ("guard-changed", "no_change on log_checkpoints"),
    ),
    "guard function changed": (
        "CREATE OR REPLACE FUNCTION ocop.refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'",
        ("guard-changed", "function refuse_change"),
    ),
    "append as its caller": (
        "ALTER FUNCTION ocop.append(text[], bigint[], bytea[]) SECURITY INVOKER",
        ("guard-changed", "function append"),
    ),
    "append with another path": (
        "ALTER FUNCTION ocop.append(text[], bigint[], bytea[]) SET search_path = public",
        ("guard-changed", "function append"),
    ),
    "seal for everybody": (
        "GRANT EXECUTE ON FUNCTION ocop.seal(bigint, bigint[], integer[], bigint[], bytea[], "
        "bigint, bytea, text) TO PUBLIC",
        ("guard-changed", "function seal"),
    ),
    "a second append": (
        "CREATE FUNCTION ocop.append(journals text[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ("guard-changed", "function append"),
    ),
    "a function more": (
        "CREATE FUNCTION ocop.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ("guard-foreign", "function more"),
    ),
    "a trigger more": (
        "CREATE TRIGGER zz BEFORE INSERT ON ocop.log_nodes FOR EACH ROW "
        "EXECUTE FUNCTION ocop.refuse_change()",
        ("guard-foreign", "trigger zz on log_nodes"),
    ),
    "a rule": (
        "CREATE RULE quiet AS ON DELETE TO ocop.log_leaves DO INSTEAD NOTHING",
        ("guard-foreign", "rule quiet on log_leaves"),
    ),
    "row security": (
        "ALTER TABLE ocop.stored_events_00 ENABLE ROW LEVEL SECURITY",
        ("guard-foreign", "row security switched on on stored_events_00"),
    ),
    "a child table": (
        "CREATE TABLE public.child () INHERITS (ocop.log_checkpoints)",
        ("guard-foreign", "child table child on log_checkpoints"),
    ),
    "a key dropped": (
        "DROP INDEX ocop.stored_events_07_entry",
        ("guard-changed", "unique (entry_id) on stored_events_07"),
    ),
    "a table dropped": ("DROP TABLE ocop.log_nodes", ("guard-changed", "log_nodes")),
    "a partition detached": (
        "ALTER TABLE ocop.stored_events DETACH PARTITION ocop.stored_events_05",
        ("partition-gone", "stored_events_05"),
    ),
    "a partition dropped": (
        "DROP TABLE ocop.stored_events_09",
        ("partition-gone", "stored_events_09"),
    ),
}


def test_every_change_of_a_guard_by_the_owner_is_found(told: Place) -> None:
    """Each is made in a transaction of its own, looked at from inside it, and undone."""
    for name, (statement, expected) in BY_THE_OWNER.items():
        with Connection.connect(told.owner) as connection:
            connection.execute(statement.encode())
            found = {
                (one.code, str(one.params["name"]))
                for one in find_faults(connection, "here")
                if one.code != "role-too-strong"  # the look is the owner's here
            }
            connection.rollback()
        assert expected in found, (name, found)
        assert len(found) == 1 or "dropped" in name or "detached" in name, (name, found)
    assert faults(told) == set()


def test_a_stronger_application_role_is_found(own: Place) -> None:
    role = "current_user"
    with own.application() as connection:
        row = connection.execute("SELECT current_user").fetchone()
        assert row is not None
        role = row[0]
    own.as_owner(
        f"GRANT INSERT ON ocop.stored_events TO {role}", f"GRANT CREATE ON SCHEMA ocop TO {role}"
    )
    with small_ledger.opened(own.folder) as services:
        found = {(one.code, one.params.get("right")) for one in services.store.faults()}
    assert found == {
        ("role-too-strong", "insert stored_events"),
        ("role-too-strong", "create objects in schema ocop"),
    }


def edited(services: Services, place: Place, position: int) -> None:
    """Change one byte of an entry as the owner: guard off, edit, guard on again as it was."""
    table = "ocop.stored_events"
    place.as_owner(
        f"ALTER TABLE {table} DISABLE TRIGGER no_change",
        f"UPDATE {table} SET state = set_byte(state, 150, get_byte(state, 150) # 1) "
        f"WHERE position = {position}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_change",
        *(f"ALTER TABLE ocop.{one} ENABLE ALWAYS TRIGGER no_change" for one in PARTITIONS),
    )


def test_an_edited_entry_is_located_though_the_guards_are_back(
    own: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_ledger.opened(own.folder) as services:
        position = services.store.after(0, 100)[20][0]
        edited(services, own, position)
    status, found = audit(own, capsys)
    assert (status, found["store_faults"]) == (1, [])
    assert found["failure"]["index"] == 20


def test_a_deleted_entry_is_located(own: Place, capsys: pytest.CaptureFixture[str]) -> None:
    own.as_superuser(
        "ALTER TABLE ocop.stored_events DISABLE TRIGGER USER",
        "DELETE FROM ocop.stored_events WHERE position = 21",
        "ALTER TABLE ocop.stored_events ENABLE ALWAYS TRIGGER no_change",
        "ALTER TABLE ocop.stored_events ENABLE ALWAYS TRIGGER no_truncate",
    )
    status, found = audit(own, capsys)
    assert (status, found["clean"]) == (1, False)
    assert found["failure"]["index"] == 20


@pytest.mark.parametrize("position", [1, 7, 1_000_000])
def test_an_entry_inserted_past_the_function_is_noticed(
    own: Place, capsys: pytest.CaptureFixture[str], position: int
) -> None:
    """Among the sealed ones it is a stray; after them it is sealed, and then its signature fails."""
    with small_ledger.opened(own.folder) as services:
        entry = small_ledger.signed_harvests(services, 1)[0]
        size = services.store.size()
        forged = bytes([entry.raw[-1] ^ 1])
    own.as_owner(
        "INSERT INTO ocop.stored_events SELECT "
        f"{position}, originator_id, 9000, topic, made, sha256('\\x00'::bytea || made) "
        f"FROM ocop.stored_events, LATERAL (SELECT '\\x{(entry.raw[:-1] + forged).hex()}'::bytea) "
        "AS one(made) WHERE position = 20"
    )
    status, found = audit(own, capsys)
    assert (status, found["clean"]) == (1, False)
    if position > 1_000:
        assert found["failure"]["index"] == size
    else:
        (fault,) = found["store_faults"]
        assert (fault["code"], fault["params"]["position"]) == ("entry-stray", position)


def test_a_sealed_root_that_was_edited_is_noticed(
    own: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    own.as_owner(
        "ALTER TABLE ocop.log_checkpoints DISABLE TRIGGER no_change",
        "UPDATE ocop.log_checkpoints SET root = sha256(root) WHERE size = 5",
    )
    status, found = audit(own, capsys)
    assert (status, found["clean"]) == (1, False)
    assert found["failure"] is not None
    assert [one["code"] for one in found["store_faults"]] == ["guard-changed"]
