"""Values as the planner writes them, as JSON and as expressions know them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from generator.expr.model import Type
from generator.verify.plan.session import START, Session
from generator.verify.plan.values import At, Day, Raw, Token, Value


def to_python(value: Value, type_: Type, session: Session) -> Any:
    """Return a planner's value as expressions know it."""
    match value:
        case At():
            return START + value.delta
        case Day():
            return (START + timedelta(days=value.days)).date()
        case Token():
            return read_text(session.names.resolve(value.symbol()), type_)
        case Raw():
            return read_text(value.json, type_)
        case _:
            return read_text(value, type_)


def read_text(value: Any, type_: Type) -> Any:
    """Return a JSON value of a type as expressions know it; what does not fit stays as it is."""
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return Decimal(str(value)) if type_.name == "decimal" and number else value
    try:
        match type_.name:
            case "decimal":
                return Decimal(value)
            case "datetime":
                return datetime.fromisoformat(value)
            case "date":
                return date.fromisoformat(value)
            case "time":
                return time.fromisoformat(value)
            case "uuid":
                return UUID(value)
    except (ValueError, InvalidOperation):
        return value
    return value


def from_python(value: Any) -> Value:
    """Return a value of an expression as the planner writes it."""
    if isinstance(value, datetime):
        return At(value - START)
    if isinstance(value, date) and not isinstance(value, datetime):
        return Day((value - START.date()).days)
    if isinstance(value, UUID):
        return str(value)
    return value  # type: ignore[no-any-return]
