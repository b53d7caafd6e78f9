"""What an owner or superuser forces in a ledger database is noticed by the audit, and located."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.bootstrap import Services
from api.commands.main import main
from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.faults import find_faults
from ledger.store.postgres.schema import PARTITIONS
from tests.store import small_ledger
from tests.store.postgres_place import Place, tell_in


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One told ledger for what must change nothing."""
    return tell_in(tmp_path_factory.mktemp("guards") / "so")


@pytest.fixture
def own(tmp_path: Path) -> Place:
    """A told ledger for what does change something."""
    return tell_in(tmp_path / "so")


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
    insertion = (
        "INSERT INTO ocop.stored_events SELECT "
        f"{position}, originator_id, 9000, topic, made, sha256('\\x00'::bytea || made) "
        f"FROM ocop.stored_events, LATERAL (SELECT '\\x{(entry.raw[:-1] + forged).hex()}'::bytea) "
        "AS one(made) WHERE position = 20"
    )
    if own.in_one_partition(position, 20):
        with pytest.raises(psycopg.errors.UniqueViolation):
            own.as_owner(insertion)
        return
    own.as_owner(insertion)
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
