"""Expressions inside YAML scalars: parsed with places that are right in the file."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import msgspec

from generator.core.spans import Span
from generator.expr.parse import ParseError
from generator.spec.tree import Scalar

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Parser(Protocol[T_co]):
    """A parser of `generator.expr.parse`."""

    def __call__(self, text: str, at: Span, /) -> T_co:
        """Parse a text whose first character stands at `at`."""
        ...


def parse_scalar(parser: Parser[T], scalar: Scalar) -> T:
    """Parse a scalar's text; escapes and folded lines are allowed for in the places."""
    quotes = 1 if scalar.style in {"'", '"'} else 0
    if scalar.end - scalar.first == len(scalar.text) + 2 * quotes and "\n" not in scalar.text:
        return parser(scalar.text, scalar.file.span(scalar.first + quotes, scalar.end))
    moved = _Moved(scalar)
    try:
        moved_form: T = _rebuilt(parser(scalar.text, Span("", 1, 1, 1, 1)), moved)
    except ParseError as error:
        raise ParseError(error.message, moved.span(error.span), error.hint) from None
    return moved_form


class _Moved:
    """Turns places counted inside a scalar's text into places in its file."""

    def __init__(self, scalar: Scalar) -> None:
        self._scalar = scalar
        self._starts = [0]
        for line in scalar.text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, span: Span) -> Span:
        size = len(self._scalar.text)
        start = self._starts[span.line - 1] + span.column - 1
        end = self._starts[span.end_line - 1] + span.end_column - 1
        return self._scalar.place(min(start, size), min(end, size))


def _rebuilt(value: Any, moved: _Moved) -> Any:
    match value:
        case Span():
            return moved.span(value)
        case tuple():
            return tuple(_rebuilt(item, moved) for item in value)
        case msgspec.Struct():
            names = value.__struct_fields__
            return type(value)(**{name: _rebuilt(getattr(value, name), moved) for name in names})
        case _:
            return value
