"""Text to surface AST: one entry per kind of string; the whole string must parse."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar

import lark
from lark.exceptions import UnexpectedInput

from generator.core.spans import Span
from generator.expr import build, build_tables, tables
from generator.expr.complaints import ParseError, complain
from generator.expr.places import Places
from generator.expr.syntax import ConditionForm, EffectForm, ElseForm, FieldForm, Node, RowsAs, TypeForm

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "ParseError",
    "parse_condition",
    "parse_effect",
    "parse_else",
    "parse_expression",
    "parse_field",
    "parse_rows_as",
    "parse_type",
]

MAX_LENGTH = 4000
MAX_DEPTH = 64

T = TypeVar("T")


def parse_expression(text: str, at: Span) -> Node:
    """Parse an expression; `at` is the place of the text's first character, as in all of these."""
    return _parse(text, at, "expression", build.expression)


def parse_field(text: str, at: Span) -> FieldForm:
    """Parse a field's short form."""
    return _parse(text, at, "field", build.field)


def parse_type(text: str, at: Span) -> TypeForm:
    """Parse a type as a field's short form begins with it."""
    return _parse(text, at, "type", build.type_form)


def parse_condition(text: str, at: Span) -> ConditionForm:
    """Parse `EXPR [else [CODE] ["message"]]`."""
    return _parse(text, at, "condition", build.condition)


def parse_else(text: str, at: Span) -> ElseForm:
    """Parse `[CODE] ["message"]`."""
    return _parse(text, at, "answer", build.answer)


def parse_effect(text: str, at: Span) -> EffectForm:
    """Parse an effect that is written as a string."""
    return _parse(text, at, "effect", build.effect)


def parse_rows_as(text: str, at: Span) -> RowsAs:
    """Parse `ROWS as name`."""
    return _parse(text, at, "rows_as", build.rows_as)


def _parse(text: str, at: Span, start: str, builder: Callable[[lark.Tree[lark.Token], Places], T]) -> T:
    places = Places(text, at)
    if len(text) > MAX_LENGTH:
        raise ParseError(f"this is longer than {MAX_LENGTH} characters", places.whole, "split it into parts")
    try:
        tree = _tree(text, start)
    except UnexpectedInput as error:
        raise complain(error, text, places, start) from None
    if _depth(tree) > MAX_DEPTH:
        raise ParseError("this expression is nested too deeply", places.whole, "split it into parts")
    return builder(tree, places)


@lru_cache(maxsize=4096)
def _tree(text: str, start: str) -> lark.Tree[lark.Token]:
    return _parser().parse(text, start=start)


@cache
def _parser() -> lark.Lark:
    if build_tables.stamp() != tables.STAMP:
        return build_tables.compute()
    empty = lark.Lark.__new__(lark.Lark)
    loaded: lark.Lark = empty._load(build_tables.unpack(tables.PACKED))  # noqa: SLF001 - as generated parsers do
    return loaded


def _depth(tree: lark.Tree[lark.Token]) -> int:
    """Count levels without recursion: the text is untrusted."""
    level: list[lark.Tree[lark.Token]] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [c for node in level for c in node.children if isinstance(c, lark.Tree)]
    return depth
