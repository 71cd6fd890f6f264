"""What expressions mean, and what is said about those that mean nothing."""

from __future__ import annotations

import pytest

from generator.core.diagnostics import Diagnostics
from generator.expr.model import (
    BOOL,
    AggregateExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    Literal,
    RowsOf,
    Type,
)
from generator.expr.parse import parse_expression
from generator.expr.scope import NOTHING
from generator.expr.syntax import Path
from generator.expr.typing import resolve_row, resolve_rows, resolve_target
from tests.expr.toy import AT, SCOPE, ToySchema, bad, good, typed


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("status == OPEN", BOOL),
        ("OPEN == box.status", BOOL),
        ("status in [OPEN, 'SHUT']", BOOL),
        ("color == RED", Type("bool", nullable=True)),
        ("color is null", BOOL),
        ("parent.limit", Type("int", nullable=True)),
        ("count / 2", Type("decimal")),
        ("count / limit", Type("decimal", nullable=True)),
        ("ratio + 1", Type("float")),
        ("len(note)", Type("int", nullable=True)),
        ("sum(parts, weight)", Type("float")),
        ("min(parts, day)", Type("date", nullable=True)),
        ("avg(parts, limit)", Type("decimal", nullable=True)),
        ("made_at - now()", Type("duration")),
        ("made_at + 3h", Type("datetime")),
        ("due - days(count)", Type("date")),
        ("due - today()", Type("duration")),
        ("days(due - today())", Type("int")),
        ("days(made_at - now())", Type("decimal")),
        ("hours(due - min(parts, day))", Type("decimal", nullable=True)),
        ("round(ratio)", Type("int")),
        ("round(amount, 2)", Type("decimal")),
        ("coalesce(color, RED)", Type("enum", of="Color")),
        ("coalesce(note, 'x')", Type("text")),
        ("if(open, 1, 0.5)", Type("decimal")),
        ("if(open, count, null)", Type("int", nullable=True)),
        ("old(made.limit)", Type("int", nullable=True)),
        ("old(limit)", Type("int")),
        ("holder in friends", BOOL),
        ("sum(parts as p, p.weight)", Type("float")),
        ("any(parts as p, any(friends, p.holder == self.holder))", Type("bool", nullable=True)),
        ("parent not in Box", Type("bool", nullable=True)),
        ("due > 2026-01-31", BOOL),
        ("made_at > 2026-01-31T10:00:00+02:00", BOOL),
    ],
)
def test_types(text: str, type_: Type) -> None:
    assert good(text).type == type_


def test_names() -> None:
    assert good("limit") == EntityRef("entity:Box", "limit", type=Type("int"))
    assert good("box") == EntityRef("entity:Box", "", type=Type("row", of="Box"))
    assert good("parent.holder.limit") == EntityRef(
        "entity:Box", "limit", ("parent", "holder"), type=Type("int", nullable=True)
    )
    assert good("to.limit") == EntityRef("entity:Holder", "limit", root="input:to", type=Type("int"))
    assert good("input.to") == EntityRef("entity:Holder", "", root="input:to", type=Type("row", of="Holder"))
    assert good("amount") == ContextRef("input", "amount", Type("decimal"))


def test_inside_an_aggregate_the_element_comes_first() -> None:
    expr = good("all(parts, limit <= box.limit and self.limit > 0 and part.limit > 0)")
    assert isinstance(expr, AggregateExpr)
    assert expr.binding == "each:1"
    roots = [(r.root, r.via) for r in _refs(expr)]
    assert roots == [
        ("self", ()),
        ("each:1", ()),
        ("each:1", ("box",)),
        ("self", ()),
        ("each:1", ()),
    ]


def _refs(expr: AggregateExpr) -> list[EntityRef]:
    from generator.expr.walk import refs  # noqa: PLC0415

    return refs(expr)


def test_all_rows_of_an_entity() -> None:
    expr = good("exists(Holder, limit > 3)")
    assert isinstance(expr, AggregateExpr)
    assert expr.source == RowsOf("entity:Holder")


def test_literals_take_the_other_sides_type() -> None:
    expr = good('due >= "2026-01-31"')
    assert isinstance(expr, ComparisonExpr)
    assert expr.right == Literal("2026-01-31", Type("date"))
    expr = good('made_at >= "2026-01-31T10:00:00+02:00"')
    assert isinstance(expr, ComparisonExpr)
    assert expr.right == Literal("2026-01-31T08:00:00.000000Z", Type("datetime"))


@pytest.mark.parametrize(
    ("text", "expected", "literal"),
    [
        ("5", Type("decimal"), Literal("5.0", Type("decimal"))),
        ("5", Type("float"), Literal(5.0, Type("float"))),
        ("0.50", Type("decimal"), Literal("0.5", Type("decimal"))),
        ("RED", Type("enum", of="Color"), Literal("RED", Type("enum", of="Color"))),
        ('"a@b.example"', Type("email"), Literal("a@b.example", Type("email"))),
        ('"09:30"', Type("time"), Literal("09:30:00", Type("time"))),
        ("null", Type("int", nullable=True), Literal(None, Type("int", nullable=True))),
    ],
)
def test_coercion(text: str, expected: Type, literal: Literal) -> None:
    assert good(text, expected) == literal


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("statu == OPEN", "E401", "did you mean `status`?"),
        ("status == OPNE", "E403", "did you mean `OPEN`?"),
        ("box.statu", "E402", "did you mean `status`?"),
        ("foo(1)", "E404", "did you mean `floor`?"),
        ("parts > 3", "E407", "count it: len(parts)"),
        ("due > made_at", "E406", "use date(...) of the datetime"),
        ("due + 36h", "E406", "a date moves by whole days: days(n)"),
        (
            "(due - today()) * 2",
            "E406",
            "a span of time is no number: compare it (`>= 2h`), add it to a time, or count it: hours(a - b)",
        ),
        ("holder == to.id", "E406", "compare rows with rows, ids with ids (row.id)"),
        ("limit.exists", "E407", "write `limit is not null`"),
        ("parts.exists", "E407", "write `exists(parts)`"),
        ("parts.count > 1", "E407", "write `count(parts)`"),
        ("parts.empty", "E407", "write `count(parts) == 0`"),
        (
            "sum(parts.weight) > 1",
            "E407",
            "its rows are folded: sum(parts, weight), min, max, avg; any(parts, CONDITION), all, count",
        ),
        ("all(Color, open)", "E407", "only rows can be counted and asked: name the values one by one"),
        ("made_at.date == due", "E407", "write `date(made_at)`"),
        ("holder in note", "E407", ""),
        ("len(parts as p) == p", "E401", "a text has quotes of its own: '\"p\"'"),
        ("abs(parts as p) > 1", "E405", "any(rows as row, CONDITION)"),
        ("note in parts", "E406", ""),
        ("open == yes", "E401", "write `true`, or '\"yes\"' for a text"),
        ("me == holder", "E401", "write an input that says who acts: there are no users in the language"),
        ("this.limit > 1", "E401", "write `self`"),
        ("color == Color.RED", "E401", "write `RED`: values stand without their enum"),
        (
            "Box.limit > 1",
            "E401",
            "write `box` for the row, `count(Box)`, `any(Box, …)` for all of them",
        ),
        ("concat(note, note)", "E404", "texts can't be joined"),
        ("old(count(parts)) > 1", "E405", "ask for stored fields: what rows there were is not remembered"),
        ("count in [null]", "E406", "write 'x is null or x in [...]'"),
        ("count and open", "E409", "compare it with something"),
        ("due == '2026-13-01'", "E411", 'write "2026-01-31"'),
        ("input.nope", "E401", "known: amount, to, why"),
        ("99999999999999999999", "E411", "write it with a decimal point"),
        ("status < OPEN", "E406", "name the values: `x in [A, B]`"),
        ("status == color", "E406", ""),
        ("len()", "E405", "len(rows), len(text)"),
        (
            "sum(parts, weight, true)",
            "E405",
            "sum(rows, VALUE); of some rows only: sum(rows, if(CONDITION, VALUE, 0))",
        ),
        ("old(3)", "E405", "old(self.field)"),
        ("amount.x", "E407", ""),
        ("note + note", "E406", "texts can't be joined"),
        ("extra == 'x'", "E406", "json values can only be compared with null"),
        ("parent < null", "E406", "write 'is null'"),
    ],
)
def test_errors(text: str, code: str, hint: str) -> None:
    found = bad(text)
    assert (found.code, found.hint) == (code, hint)


@pytest.mark.parametrize(
    ("text", "expected", "code"),
    [
        ("0.5", Type("int"), "E410"),
        ("made_at", Type("date"), "E410"),
        ("color", Type("enum", of="BoxStatus"), "E410"),
        ("null", Type("int"), "E412"),
        ("parent.limit", Type("int"), "E412"),
        ("PINK", Type("enum", of="Color"), "E403"),
    ],
)
def test_what_does_not_fit(text: str, expected: Type, code: str) -> None:
    assert bad(text, expected, null_ok=False).code == code


@pytest.mark.parametrize(
    ("text", "null"),
    [
        ("if(count > 0, limit / count, 0)", False),
        ("if(0 < count and limit > 3, limit % count / limit, 0)", False),
        ("if(count == 0 or ratio == 0, 0, limit / count)", False),
        ("if(count > -1, limit / count, 0)", True),
        ("if(count > 0 or limit > 0, limit / count, 0)", True),
        ("if(count > 0, 0, limit / count)", True),
        ("if(count > 0, limit / limit, 0)", True),
    ],
)
def test_a_condition_that_keeps_zero_away(text: str, null: bool) -> None:
    expr, found = typed(text)
    assert not found
    assert expr is not None
    assert expr.type.nullable is null


def test_several_mistakes_at_once() -> None:
    _, found = typed("nope == 1 and statu == OPEN or limit == 'x'")
    assert [f.span.column for f in found] == [11, 25, 42]


def test_old_is_refused_where_nothing_was_before() -> None:
    expr, found = typed("old(limit)", NOTHING)
    assert expr is None
    assert found[0].code == "E413"


def _path(text: str) -> Path:
    node = parse_expression(text, AT)
    assert isinstance(node, Path)
    return node


def test_targets_rows_and_row() -> None:
    found = Diagnostics()
    assert resolve_target(_path("self.parts"), SCOPE, ToySchema(), found).type == Type("rows", of="Part")  # type: ignore[union-attr]
    assert resolve_rows(_path("Part"), SCOPE, ToySchema(), found) == RowsOf("entity:Part")
    assert resolve_row(_path("parent.holder"), SCOPE, ToySchema(), found).type.nullable  # type: ignore[union-attr]
    assert not list(found)
    assert resolve_row(_path("limit"), SCOPE, ToySchema(), found) is None
    assert resolve_rows(_path("holder"), SCOPE, ToySchema(), found) is None
    assert [d.code for d in found] == ["E407", "E407"]
