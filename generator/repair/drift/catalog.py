"""What is in a schema, as PostgreSQL itself writes it, and the queries that read it."""

from __future__ import annotations

import msgspec

from generator.core.digest import short_digest
from generator.verify.gates.probe_queries import COLUMN_FACTS

ALEMBICS_OWN = "alembic_version"


class Column(msgspec.Struct, frozen=True):
    """A column; `default` is an SQL expression, `generated` marks identities and computed columns."""

    type: str
    not_null: bool
    default: str | None = None
    collation: str = ""
    generated: str = ""


class Constraint(msgspec.Struct, frozen=True):
    """A constraint; `kind` is p(rimary), u(nique), c(heck), f(oreign) or (e)x(clusion)."""

    kind: str
    definition: str
    columns: tuple[str, ...] = ()
    target: str = ""
    target_columns: tuple[str, ...] = ()


class Catalog(msgspec.Struct, frozen=True):
    """Table -> name -> what it is; `revisions` are those that Alembic has written down."""

    columns: dict[str, dict[str, Column]]
    constraints: dict[str, dict[str, Constraint]] = {}
    indexes: dict[str, dict[str, str]] = {}
    triggers: dict[str, dict[str, str]] = {}
    revisions: tuple[str, ...] = ()


class Delivered(msgspec.Struct, frozen=True):
    """What migrations make, and how the same reads once it was made from PostgreSQL's own words.

    `x IN ('a')` is written as `x = ANY (ARRAY['a'])`, which, made anew, gets another cast.
    """

    made: Catalog
    again: Catalog


_HERE = "c.relnamespace = to_regnamespace(quote_ident(current_schema()))"
_NAMES = (
    "ARRAY(SELECT CAST(a.attname AS text) FROM unnest({key}) WITH ORDINALITY AS k(number, place)"
    " JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number ORDER BY k.place)"
)
# Foreign keys are triggers inside: whoever switches those off has switched the constraint off.
_DISABLED = (
    "CASE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = o.oid AND g.tgenabled = 'D')"
    " THEN ' DISABLED' ELSE '' END"
)
_UNQUALIFIED = "replace({text}, ' ON ' || quote_ident(current_schema()) || '.', ' ON ')"
QUERIES = {
    "columns": f"""{COLUMN_FACTS}
WHERE {_HERE} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
""",
    "constraints": f"""
SELECT c.relname, o.conname, CAST(o.contype AS text), pg_get_constraintdef(o.oid) || {_DISABLED},
       {_NAMES.format(key="o.conkey", table="o.conrelid")}, coalesce(CAST(t.relname AS text), ''),
       {_NAMES.format(key="o.confkey", table="o.confrelid")}
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_class t ON t.oid = o.confrelid
WHERE {_HERE} AND o.contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY 1, 2
""",  # noqa: S608 - constants
    "indexes": f"""
SELECT c.relname, i.relname, {_UNQUALIFIED.format(text="pg_get_indexdef(x.indexrelid)")}
       || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE {_HERE} AND NOT EXISTS (
  SELECT FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY 1, 2
""",  # noqa: S608 - constants
    "triggers": f"""
SELECT c.relname, g.tgname, {_UNQUALIFIED.format(text="pg_get_triggerdef(g.oid)")}
       || CASE WHEN g.tgenabled = 'O' THEN '' ELSE ' DISABLED' END
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE {_HERE} AND NOT g.tgisinternal ORDER BY 1, 2
""",  # noqa: S608 - constants
}  # fmt: skip
NOTED = f"SELECT to_regclass('{ALEMBICS_OWN}') IS NOT NULL"
REVISIONS = f"SELECT version_num FROM {ALEMBICS_OWN} ORDER BY 1"  # noqa: S608 - a constant
VERSION = short_digest([QUERIES, REVISIONS])
