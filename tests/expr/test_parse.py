"""Strings to surface AST, and what is said about strings that don't parse."""

from __future__ import annotations

import time

import pytest

from generator.core.spans import Span
from generator.expr import build_tables, parse, syntax, tables
from generator.expr.parse import (
    ParseError,
    parse_condition,
    parse_effect,
    parse_else,
    parse_expression,
    parse_field,
    parse_rows_as,
)
from tests.expr.toy import AT


def test_tables_are_those_of_the_grammar() -> None:
    assert build_tables.stamp() == tables.STAMP, "run python -m generator.expr.build_tables"


WORDS = [
    "count",
    "date",
    "min",
    "status",
    "from",
    "in",
    "is",
    "and",
    "or",
    "else",
    "as",
    "matches",
    "unique",
    "server",
    "delete",
    "owned",
    "if",
    "next",
    "input",
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "form", ["{0} == 1", "a.{0} == 1", "1 < {0}", "{0} in [{0}]", "not {0} is null", "sum({0}, {0})"]
)
def test_keywords_are_fine_as_names(word: str, form: str) -> None:
    parse_expression(form.format(word), AT)


@pytest.mark.parametrize("word", WORDS)
def test_keywords_are_fine_in_effects(word: str) -> None:
    assert isinstance(parse_effect(f"{word}.x: A -> B", AT), syntax.TransitionForm)
    assert isinstance(parse_effect(f"{word} = 1", AT), syntax.AssignForm)
    assert parse_rows_as(f"{word} as {word}", AT).name.text == word


def test_spans_are_those_of_the_file() -> None:
    node = parse_expression("a.bc == 12", AT)
    assert isinstance(node, syntax.Compare)
    assert node.span == Span("spec.yaml", 3, 11, 3, 21)
    assert isinstance(node.left, syntax.Path)
    assert node.left.places[1] == Span("spec.yaml", 3, 13, 3, 15)


def test_spans_across_lines() -> None:
    node = parse_expression("a and\n  b", AT)
    assert isinstance(node, syntax.Logic)
    assert node.operands[1].span == Span("spec.yaml", 4, 3, 4, 4)


def test_field_with_everything() -> None:
    field = parse_field('string(1..120)? matches "[a-z]\\d+" unique = "a1" immutable', AT)
    assert (field.type.name, field.type.nullable) == ("string", True)
    assert [a.text if a else None for a in field.type.args] == ["1", "120"]
    assert isinstance(field.bounds[0].value, syntax.Text)
    assert field.bounds[0].value.value == "[a-z]\\d+"
    assert [m.name for m in field.modifiers] == ["unique", "immutable"]
    assert isinstance(field.default, syntax.Text)


@pytest.mark.parametrize(
    ("text", "name", "of", "args"),
    [
        ("int(-5..5)", "int", None, ["-5", "5"]),
        ("int(..5)", "int", None, [None, "5"]),
        ("string(3..)", "string", None, ["3", None]),
        ("string(80)", "string", None, ["80"]),
        ("decimal(10, 2) > 0", "decimal", None, ["10", "2"]),
        ("-> Thing?", "reference", "Thing", []),
        ("→ Thing", "reference", "Thing", []),
        ("Thing[] owned", "list", "Thing", []),
        ("Color = RED", "Color", None, []),
    ],
)
def test_field_types(text: str, name: str, of: str | None, args: list[str | None]) -> None:
    form = parse_field(text, AT).type
    assert (form.name, form.of and form.of.text) == (name, of)
    assert [a.text if a else None for a in form.args] == args


def test_field_values() -> None:
    assert parse_field("int = next(parent)", AT).counter == syntax.Counter(
        Span("spec.yaml", 3, 17, 3, 29), syntax.Name(Span("spec.yaml", 3, 22, 3, 28), "parent")
    )
    assert parse_field("decimal(9,2) = a.b snapshot", AT).snapshot is not None
    assert parse_field("decimal(9,2) := a * b", AT).derived is not None
    assert [v.text for v in parse_field("enum(A, B) = A", AT).type.values] == ["A", "B"]


def test_condition() -> None:
    form = parse_condition('a == 1 else 409 "No \\"way\\""', AT)
    assert form.text == "a == 1"
    assert form.otherwise is not None
    assert (form.otherwise.status, form.otherwise.message) == (409, 'No "way"')
    assert parse_condition("a == 1", AT).otherwise is None
    assert parse_else("404", AT).message is None


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("a.s: A -> B", ["A"]),
        ("s: [A, C] → B", ["A", "C"]),
        ("s: A | C -> B else 409", ["A", "C"]),
        ("s: * -> B", []),
    ],
)
def test_transitions(text: str, sources: list[str]) -> None:
    form = parse_effect(text, AT)
    assert isinstance(form, syntax.TransitionForm)
    assert [s.text for s in form.sources] == sources
    assert form.to.text == "B"


@pytest.mark.parametrize("op", ["=", "+=", "-=", "*="])
def test_assignments(op: str) -> None:
    form = parse_effect(f"a.b {op} c - 1", AT)
    assert isinstance(form, syntax.AssignForm)
    assert form.op == op


def test_delete() -> None:
    assert isinstance(parse_effect("delete a.b", AT), syntax.DeleteForm)


@pytest.mark.parametrize(
    ("text", "message", "hint", "column"),
    [
        ("", "this is empty", "write an expression or leave the key out", 11),
        ("a ==", "expected an expression after '==', but the text ends", "", 15),
        ("a = b", "unexpected '=' after 'a'", "'==' compares", 13),
        ("a && b", "unexpected '&' after 'a'", "write 'and'", 13),
        ("a b", "unexpected 'b' after 'a'", "", 13),
        ("a < b < c", "comparisons can't be chained", "write 'a < b and b < c'", 17),
        ('x == "abc', "a quoted text is not closed", "end it with the same quote", 16),
        ("(a", "expected ')' after 'a', but the text ends", "", 13),
        ("a in []", "expected an expression after '[', found ']'", "", 17),
        ("x $ y", "unexpected '$' after 'x'", "", 13),
        ("a is 3", "expected 'not' or 'null' after 'is', found '3'", "", 16),
        ("a == b extra", "unexpected 'extra' after 'b'", "", 18),
        (
            "1abc",
            "expected an expression, found '1abc'",
            "durations are 30s, 15m, 24h, 7d, or days(n), hours(n)",
            11,
        ),
    ],
)
def test_complaints(text: str, message: str, hint: str, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse_expression(text, AT)
    assert (caught.value.message, caught.value.hint, caught.value.span.column) == (message, hint, column)


HOSTILE = [
    "(" * 10_000 + "a" + ")" * 10_000,
    "not " * 900 + "a",
    "-" * 3000 + "a",
    "+".join("a" * 1900),
    "f(" * 1300 + ")" * 1300,
    "[" * 3000,
    '"' + "\\" * 3001,
    "9" * 3000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_is_refused_quickly(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ParseError):
        parse_expression(text, AT)
    assert time.perf_counter() - began < 5
    assert len(text) > parse.MAX_DEPTH


@pytest.mark.parametrize(
    "text", ["string unique unique", "int == 3", "int foo", "X[", "int = next(a, b)", "int = next(1)"]
)
def test_bad_fields(text: str) -> None:
    with pytest.raises(ParseError):
        parse_field(text, AT)


@pytest.mark.parametrize(
    "text", ["a", "a.b: A ->", "a.b: -> B", "a.b =", "delete", "a: A B", "a: A -> B else x"]
)
def test_bad_effects(text: str) -> None:
    with pytest.raises(ParseError):
        parse_effect(text, AT)
