"""The rows that an expression takes from outside, and those that it binds."""

from __future__ import annotations

from generator.expr.model import AggregateExpr, EntityRef, Expr
from generator.expr.walk import walk


def bindings(expr: Expr) -> set[str]:
    """Return the names of the element rows that aggregates inside bind."""
    return {e.binding for e in walk(expr) if isinstance(e, AggregateExpr)}


def reads_any(expr: Expr, names: set[str]) -> bool:
    """Whether a row named in `names` is read."""
    return any(isinstance(e, EntityRef) and e.root in names for e in walk(expr))
