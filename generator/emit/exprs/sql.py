"""Expressions as SQL: text for DDL, Core for statements."""

from __future__ import annotations

from generator.emit.exprs.sqllower import Lower
from generator.emit.exprs.sqltext import to_text
from generator.expr.model import Expr

__all__ = ["to_ddl"]


def to_ddl(expr: Expr) -> str:
    """Return SQL text of an expression over the row's own stored columns: a CHECK, an index predicate."""
    return to_text(Lower().lower(expr))
