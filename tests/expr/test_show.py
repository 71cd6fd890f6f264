"""show() gives text that means the same again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from generator.expr.model import Expr
from generator.expr.show import show
from tests.expr.strategies import expressions
from tests.expr.toy import good


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_what_is_shown_parses_back(expr: Expr) -> None:
    assert good(show(expr)) == expr


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("box.limit<=holder . limit", "limit <= holder.limit"),
        ("not (open and (open or open))", "not (open and (open or open))"),
        ("(count+1)*2 - (3-limit)", "(count + 1) * 2 - (3 - limit)"),
        ("made_at + hours(24) > now()", "made_at + 1d > now()"),
        ("count(parts) > 0", "len(parts) > 0"),
        ("any(parts, limit <= self.limit)", "any(parts, limit <= self.limit)"),
        ("any(parts, limit <= part.box.limit)", "any(parts, limit <= box.limit)"),
        ("why == null", "why is null"),
        ("'RED' != color", "RED != color"),
        ("to.limit > input.amount", "to.limit > amount"),
    ],
)
def test_canonical_text(written: str, shown: str) -> None:
    assert show(good(written)) == shown
