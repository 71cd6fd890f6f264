"""What the probe asks PostgreSQL of a schema: everything in it, as PostgreSQL itself writes it."""

from __future__ import annotations

COLUMN_FACTS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), coalesce(l.collname, ''),
       CAST(a.attidentity AS text) || CAST(a.attgenerated AS text)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
"""
COLUMNS = f"""{COLUMN_FACTS}
WHERE c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum
"""
CONSTRAINTS = """
SELECT c.relname, o.conname, pg_get_constraintdef(o.oid)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
WHERE c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND o.contype <> 'n' ORDER BY 1, 2
"""
INDEXES = """
SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace)
  AND NOT EXISTS (
    SELECT FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY 1, 2
"""
OBJECTS = """
SELECT 'table ' || relname FROM pg_class
WHERE relnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND relkind IN ('r', 'p') UNION ALL
SELECT 'view ' || relname FROM pg_class
WHERE relnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND relkind IN ('v', 'm') UNION ALL
SELECT 'sequence ' || relname FROM pg_class
WHERE relnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND relkind = 'S' UNION ALL
SELECT 'type ' || typname FROM pg_type
WHERE typnamespace = CAST(CAST(:schema AS text) AS regnamespace) AND typtype IN ('e', 'r', 'd') UNION ALL
SELECT 'function ' || p.proname FROM pg_proc p
WHERE p.pronamespace = CAST(CAST(:schema AS text) AS regnamespace)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('i', 'e'))
ORDER BY 1
"""
QUERIES = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "objects": OBJECTS}
