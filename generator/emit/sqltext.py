"""Names and text literals inside raw SQL (CHECKs, index predicates, range types)."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

# PostgreSQL's reserved key words, those that may only name types or functions included.
_WORDS = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
    into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
    offset on only or order outer overlaps placing primary references returning right select session_user
    similar some symmetric system_user table tablesample then to trailing true union unique user using
    variadic verbose when where window with
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping
    inout int integer interval least merge_action national nchar none normalize nullif numeric out overlay
    position precision real row setof smallint substring time timestamp treat trim values varchar
    xmlattributes
"""
RESERVED = frozenset(_WORDS.split())


def quote_name(name: str) -> str:
    """Return an SQL identifier, in quotes only where it needs them."""
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """Return an SQL string literal (standard_conforming_strings)."""
    if "\x00" in value:
        raise ValueError("PostgreSQL text cannot hold a NUL character")
    return "'" + value.replace("'", "''") + "'"
