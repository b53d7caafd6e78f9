"""Questions to PostgreSQL's own catalogue about schema `ocop`, for `faults`."""

from __future__ import annotations

TABLES = "SELECT relname::text FROM pg_class WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')"

# An unlogged table is empty after a crash and is not on any standby.
UNLOGGED = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p') AND relpersistence <> 'p'
"""

PARTITIONS = """
SELECT part.relname::text, pg_get_expr(part.relpartbound, part.oid)
FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
WHERE inhparent = 'ocop.stored_events'::regclass AND NOT inhdetachpending
    AND part.relnamespace = 'ocop'::regnamespace
"""

# tgtype: what fires it, before or after, per row or statement; tgqual: a WHEN that could be false.
TRIGGERS = """
SELECT relname::text, tgname::text, tgtype::int, tgenabled::text,
    nspname || '.' || proname, tgqual IS NOT NULL OR tgnargs > 0 OR tgattr <> ''
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE relnamespace = 'ocop'::regnamespace
    AND (NOT tgisinternal OR tgparentid <> 0)
"""

FUNCTIONS = """
SELECT proname::text, min(prosrc), bool_and(prosecdef), min(proconfig),
    bool_and(proowner = (SELECT relowner FROM pg_class WHERE oid = 'ocop.stored_events'::regclass)),
    min(lanname::text),
    bool_or(EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
        WHERE grantee = 0)),
    count(*)::int
FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
WHERE pronamespace = 'ocop'::regnamespace GROUP BY proname
"""

UNIQUE_INDEXES = """
SELECT relname::text, array_agg(attname::text ORDER BY place)
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid,
    unnest(indkey::int2[]) WITH ORDINALITY AS keys(number, place)
    JOIN pg_attribute ON attnum = number
WHERE relnamespace = 'ocop'::regnamespace AND attrelid = indrelid
    AND indisunique AND indisvalid AND indisready AND indpred IS NULL
GROUP BY relname, indexrelid
"""

# Rules rewrite statements, policies hide rows, and a child table adds rows to its parent.
FOREIGN = """
SELECT 'rule', rulename::text, relname::text
FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')
UNION ALL
SELECT 'policy', polname::text, relname::text
FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
WHERE relnamespace = 'ocop'::regnamespace
UNION ALL
SELECT 'row security', 'switched on', relname::text FROM pg_class
WHERE relnamespace = 'ocop'::regnamespace AND (relrowsecurity OR relforcerowsecurity)
UNION ALL
SELECT 'child table', child.relname::text, parent.relname::text
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    JOIN pg_class AS parent ON parent.oid = inhparent
WHERE parent.relnamespace = 'ocop'::regnamespace AND parent.relkind IN ('r', 'p')
    AND NOT (child.relnamespace = 'ocop'::regnamespace AND child.relname = ANY(%s))
"""

RIGHTS = """
SELECT current_user::text, what FROM (
    SELECT 'do everything (superuser)' AS what FROM pg_roles
    WHERE rolname = current_user AND rolsuper
    UNION ALL
    SELECT 'act as the owner of ' || relname FROM pg_class
    WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')
        AND pg_has_role(current_user, relowner, 'MEMBER')
        AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT lower(one) || ' ' || relname
    FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES'])
        AS one
    WHERE relnamespace = 'ocop'::regnamespace AND relkind IN ('r', 'p')
        AND NOT pg_has_role(current_user, relowner, 'MEMBER')
        -- A right to one column is enough to write; the others are never given by column.
        AND CASE WHEN one IN ('INSERT', 'UPDATE', 'REFERENCES')
            THEN has_any_column_privilege(pg_class.oid, one)
            ELSE has_table_privilege(pg_class.oid, one) END
    UNION ALL
    SELECT 'create objects in schema ocop' FROM pg_namespace
    WHERE nspname = 'ocop' AND NOT pg_has_role(current_user, nspowner, 'MEMBER')
        AND has_schema_privilege('ocop', 'CREATE')
) AS rights
"""

# reset_val: the server's value, whatever this session has set for itself.
SETTINGS = """
SELECT name, reset_val FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND reset_val = 'off'
"""
