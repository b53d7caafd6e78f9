"""Are the tables' own rules those that they were founded with? Columns, CHECKs, nothing added.

What `store.faults()` looks at (triggers, functions, unique keys, rights) is not repeated here.
"""

from __future__ import annotations

import psycopg

from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from ledger.store.postgres.faults import PostgresFault
from ledger.store.postgres.schema import PARTITIONS

_CONSTRAINTS = """
SELECT relname::text, conname::text, contype::text, pg_catalog.pg_get_constraintdef(one.oid)
FROM pg_catalog.pg_constraint AS one JOIN pg_catalog.pg_class ON pg_class.oid = conrelid
WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')
    AND contype NOT IN ('p', 'u', 'n')
"""
_COLUMNS = """
SELECT relname::text, attname::text, pg_catalog.format_type(atttypid, atttypmod), attnotnull
FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')
    AND attnum > 0 AND NOT attisdropped
"""
_HASH = "CHECK ((length({}) = 32))"
# As the server writes down what `ledger.store.postgres.schema` asks of it.
_CHECKS = {
    "schema_versions": ("CHECK ((version > 0))",),
    "stored_events": (
        'CHECK (("position" > 0))',
        "CHECK ((originator_version > 0))",
        _HASH.format("entry_id"),
    ),
    "log_leaves": ("CHECK ((leaf >= 0))", _HASH.format("entry_id")),
    "log_nodes": (
        "CHECK (((level >= 0) AND (level <= 62)))",
        "CHECK ((idx >= 0))",
        _HASH.format("hash"),
    ),
    "log_checkpoints": ("CHECK ((size > 0))", _HASH.format("root")),
}
_TYPES = {
    "schema_versions": {
        "version": "integer",
        "program": "text",
        "applied_at": "timestamp with time zone",
    },
    "stored_events": {
        "position": "bigint",
        "originator_id": "text",
        "originator_version": "bigint",
        "topic": "text",
        "state": "bytea",
        "entry_id": "bytea",
    },
    "log_leaves": {
        "leaf": "bigint",
        "position": "bigint",
        "entry_id": "bytea",
        "originator_id": "text",
        "originator_version": "bigint",
    },
    "log_nodes": {"level": "integer", "idx": "bigint", "hash": "bytea"},
    "log_checkpoints": {"size": "bigint", "root": "bytea", "note": "text"},
}


def check_constraints(case: Case) -> list[Finding]:
    """Every CHECK and every column is there as it was founded, and none was added."""
    settings = case.settings_or_none()
    if settings is None or settings.database is None or case.store_or_none() is None:
        return []
    from api.watching.doctor.servers import asked

    try:
        constraints = asked(settings, case.folder, _CONSTRAINTS)
        columns = asked(settings, case.folder, _COLUMNS)
    except psycopg.Error:  # that it is away is said by another check
        return []
    where = case.store().location
    said = {(table, text): name for table, name, _, text in constraints}
    wanted = {(table, text) for table in _tables() for text in _CHECKS[_parent(table)]}
    changed = [f"{text} on {table}" for table, text in sorted(wanted - said.keys())]
    foreign = [f"constraint {said[one]} on {one[0]}" for one in sorted(said.keys() - wanted)]
    have = {(table, name): (kind, kept) for table, name, kind, kept in columns}
    kinds = {
        (table, name): (kind, True)
        for table in _tables()
        for name, kind in _TYPES[_parent(table)].items()
    }
    changed += [
        f"column {name} of {table}"
        for (table, name), kind in sorted(kinds.items())
        if have.get((table, name)) != kind
    ]
    foreign += [f"column {name} of {table}" for table, name in sorted(have.keys() - kinds.keys())]
    faults = [PostgresFault("guard-changed", where=where, name=one) for one in changed]
    faults += [PostgresFault("guard-foreign", where=where, name=one) for one in foreign]
    return [Told("store-fault", one.say) for one in faults]


def _tables() -> list[str]:
    return [*_CHECKS, *PARTITIONS]


def _parent(table: str) -> str:
    return "stored_events" if table in PARTITIONS else table
