"""Constants whose meaning depends on what they are compared with or stored in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from generator.core import formats
from generator.core.suggest import did_you_mean
from generator.expr import syntax as s
from generator.expr.model import FLOAT, INT, STRING, Literal, Type
from generator.expr.typing_context import Context
from generator.expr.typing_paths import resolvable, unknown

_TEXTUAL = ("string", "text", "email", "url")


def is_constant(node: s.Node, context: Context, hint: Type | None) -> bool:
    """Whether a node takes its type from its surroundings.

    Without a hint: whether it is a literal or a name that means nothing here.
    With one: whether it is a name that can only be a value of the hinted enum.
    """
    match node:
        case s.Path(parts=(name,)):
            return (hint is None or hint.name == "enum") and not resolvable(name, context)
        case s.Text() | s.Number() | s.Null():
            return hint is None
    return False


def constant(node: s.Text | s.Path, context: Context, hint: Type | None) -> Literal | None:
    """Read a quoted text or a bare name as a value of the hinted type."""
    if hint is None:
        return _untyped(node, context)
    text = node.value if isinstance(node, s.Text) else node.parts[0]
    if hint.name == "enum":
        return _enum_value(text, node, context, hint)
    if hint.name in _PARSERS:
        return _parsed(text, node, context, hint)
    return Literal(text, Type(hint.name) if hint.name in _TEXTUAL else STRING)


def _untyped(node: s.Text | s.Path, context: Context) -> Literal | None:
    if isinstance(node, s.Text):
        return Literal(node.value, STRING)
    unknown(node, context)
    return None


def _enum_value(text: str, node: s.Text | s.Path, context: Context, hint: Type) -> Literal | None:
    values = context.schema.enum_values(hint.of)
    if text not in values:
        context.error("E403", f"`{text}` is no value of {hint.of}", node.span, did_you_mean(text, values))
        return None
    return Literal(text, Type("enum", of=hint.of))


def _parsed(text: str, node: s.Text | s.Path, context: Context, hint: Type) -> Literal | None:
    pattern, parse = _PARSERS[hint.name]
    try:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)  # noqa: TRY301 - one way out for both kinds of failure
        return Literal(parse(text), Type(hint.name))
    except (ValueError, OverflowError):
        context.error("E411", f'"{text}" is not a {hint.name}', node.span, _EXAMPLES[hint.name])
        return None


def number(node: s.Number, context: Context, hint: Type | None) -> Literal | None:
    """Read a number: float beside a float, decimal if it has a point or stands for a decimal, else int."""
    text = node.text
    if hint is not None and hint.name == "float" and "." in text:
        return Literal(float(text), FLOAT)
    if "." in text:
        return Literal(decimal_text(Decimal(text)), Type("decimal"))
    value = int(text)
    if abs(value) > 2**53:
        context.error("E411", "this number is too large", node.span, "write it with a decimal point")
        return None
    return Literal(value, INT)


def decimal_text(value: Decimal) -> str:
    """Return the canonical text of a decimal literal: plain, with a point, no needless zeros."""
    text = format(value, "f")
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def datetime_text(value: datetime) -> str:
    """Return the one wire form of an instant."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _time(text: str) -> str:
    return time.fromisoformat(text).isoformat()


def _datetime(text: str) -> str:
    return datetime_text(datetime.fromisoformat(text.upper()))


def _uuid(text: str) -> str:
    return str(UUID(text))


_PARSERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "date": (formats.DATE_PATTERN, _date),
    "time": (formats.TIME_PATTERN, _time),
    "datetime": (formats.DATETIME_PATTERN, _datetime),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", _uuid),
}
_EXAMPLES = {
    "date": 'write "2026-01-31"',
    "time": 'write "09:30" or "09:30:15"',
    "datetime": 'write "2026-01-31T09:30:00Z", with its offset',
    "uuid": 'write "018f3f5e-7c1a-7000-8000-000000000000"',
}
