"""What is emitted reads as if written by hand, and untrusted text stays text."""

from __future__ import annotations

import pytest

from generator.emit.exprs.computed import sql_values
from generator.emit.exprs.derived import expand
from generator.emit.exprs.loads import load_tree
from generator.emit.exprs.python import Names, PythonExprs
from generator.emit.exprs.sql import to_ddl
from generator.emit.python import Imports
from generator.expr.model import Type
from tests.exprs.world import INDEX, LOCAL, typed


def printer(imports: Imports | None = None) -> PythonExprs:
    inputs = {name: f"data.{name}" for name in ("n", "x", "why")}
    names = Names(imports or Imports(), {"self": "box", "input:to": "to"}, frozenset({"input:to"}), inputs)
    return PythonExprs(INDEX, names)


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("status == NEW", 'box.status == "NEW"'),
        ("len(parts) > 0", "len(box.parts) > 0"),
        ("all(parts, amount <= self.size)", "all(part.amount <= box.size for part in box.parts)"),
        ("holder == to", "to is not None and box.holder_id == to.id"),
        ("parent == self", "box.parent_id == box.id"),
        ("parent.holder.id == parent.id", "box.parent is not None and box.parent.holder_id == box.parent_id"),
        ("not (open or size > 3 and n < 5)", "not box.open and (box.size <= 3 or data.n >= 5)"),
        ('note == "a\' or 1 == 1"', 'box.note == "a\' or 1 == 1"'),
        ("color in [RED, BLUE]", 'box.color in ("RED", "BLUE")'),
        ("fee > 5.0", "box.fee is not None and box.fee > 5"),
        ("flag", "box.flag is True"),
        ("parent is null", "box.parent_id is None"),
        ("round(rate / size, 2) is not null", "divided(box.rate, box.size) is not None"),
        (
            "round(size / (rate / size), 2) is null",
            "(value := divided(box.rate, box.size)) is None or divided(box.size, value) is None",
        ),
        ("made_at > now() - 15m", "box.made_at > tx.now - timedelta(minutes=15)"),
        ("size - (n - 1) > 2", "box.size - (data.n - 1) > 2"),
        ("hours(now() - made_at) > 2", "counted(tx.now - box.made_at, timedelta(hours=1)) > 2"),
        ("days(due - today()) > 2", "(box.due - tx.now.date()).days > 2"),
    ],
)
def test_python(text: str, python: str) -> None:
    assert printer().holds(typed(text)) == python


def test_a_requirement_that_fails_is_spelled_positively() -> None:
    assert printer().not_true(typed("fee > 5.0")) == "box.fee is None or box.fee <= 5"
    assert printer().is_false(typed("fee > 5.0")) == "box.fee is not None and box.fee <= 5"


def test_a_stored_value_takes_the_form_of_its_field() -> None:
    field = Type("decimal", precision=10, scale=2)
    assert printer().stored(typed("size"), field) == "Decimal(box.size)"
    assert printer().stored(typed("x * size"), field) == "rounded(data.x * box.size, 2)"
    assert printer().stored(typed("round(x, 2)"), field) == "rounded(data.x, 2)"
    assert printer().stored(typed("rate"), Type("decimal", precision=9, scale=3)) == "box.rate"
    assert printer().stored(typed("rate"), Type("float")) == "float(box.rate)"


def test_only_what_is_read_is_loaded() -> None:
    tree = load_tree(
        INDEX, [typed("parent.holder.id == to.id and any(parts, maker.limit > self.parent.size)")]
    )
    box = tree["self"]
    assert list(box.references) == ["parent"]
    assert list(box.collections) == ["parts"]
    assert list(box.collections["parts"].references) == ["maker"]
    assert box.references["parent"].empty
    assert tree["input:to"].empty


def test_sql_gets_the_largest_parts_from_outside_as_parameters() -> None:
    (value,) = sql_values(
        expand(typed("count(Box, size > n + self.size and holder == self.holder) > 1"), INDEX)
    )
    assert [name for name, _ in value.binds] == ["value", "self_holder_id"]


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("status == NEW", "status = 'NEW'"),
        ('note == "it\'s"', "note = 'it''s'"),
        ("size + 1 > 2", "CAST(size AS numeric) + 1 > 2"),
        ("not (open or flag)", "NOT (open OR flag)"),
        ("open and (flag or size > 1)", "open AND (flag OR size > 1)"),
        ("note is null or parent.exists", "note IS NULL OR parent_id IS NOT NULL"),
        ("seen_at - made_at > 15m", "seen_at - made_at > INTERVAL '900 seconds'"),
        (
            "seconds(seen_at - made_at) > 1",
            (
                "round(round(CAST(EXTRACT(EPOCH FROM seen_at - made_at) AS numeric), 40)"
                " / nullif(CAST(1 AS numeric), 0), 10) > 1"
            ),
        ),
        ("days(due - date(made_at)) > 1", "due - CAST(timezone('UTC', made_at) AS date) > 1"),
        (
            "due - date(made_at) > 1d",
            (
                "(due - CAST(timezone('UTC', made_at) AS date)) * INTERVAL '86400 seconds'"
                " > INTERVAL '86400 seconds'"
            ),
        ),
    ],
)
def test_ddl(text: str, sql: str) -> None:
    assert to_ddl(typed(text, LOCAL)) == sql
