"""Walking and rewriting typed expressions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from generator.expr.model import EntityRef, Expr
from generator.expr.rewrite import replace_root
from generator.expr.walk import is_local, refs, walk
from tests.expr.strategies import expressions
from tests.expr.toy import good


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("limit > 3 and status == OPEN", True),
        ("parent is null", True),
        ("lower(note) == 'x'", True),
        ("holder.limit > 3", False),
        ("due > today()", False),
        ("len(parts) > 0", False),
        ("old(limit) > 0", False),
        ("to.limit > 0", False),
        ("input.amount > 0", False),
    ],
)
def test_is_local(text: str, local: bool) -> None:
    assert is_local(good(text), "self") is local


def test_derived_fields_are_not_stored() -> None:
    assert not is_local(good("limit > 3"), "self", {"count"})


@settings(max_examples=50, deadline=None)
@given(expressions())
def test_replacing_a_root_and_back_changes_nothing(expr: Expr) -> None:
    moved = replace_root(expr, "self", "there")
    assert not any(r.root == "self" for r in refs(moved))
    assert replace_root(moved, "there", "self") == expr
    assert len(list(walk(moved))) == len(list(walk(expr)))


def test_refs_include_the_sources_of_aggregates() -> None:
    assert [r.field for r in refs(good("sum(parts, amount) > limit")) if isinstance(r, EntityRef)] == [
        "parts",
        "amount",
        "limit",
    ]
