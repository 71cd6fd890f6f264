"""Rules of an owner bear on what it owns: who gets them, and what can break them."""

import pytest

from generator.expr.show import show
from generator.ir.model import Rule
from tests.frontend.helpers import compiled, entity, quoted


def told(rule: str, box: str = "size: int") -> list[Rule]:
    """Return what a rule of a crate becomes for the boxes in it."""
    spec = f"""
        app: demo
        entities:
          Crate:
            fields:
              limit: int
              boxes: "Box[] owned"
              total: int := sum(boxes, size)
            rules:
              - {quoted(rule)}
          Box:
            fields:
              {box}
              main: bool = false
              pins: "Pin[] owned"
          Pin:
            fields:
              weight: int >= 0
        """
    ir = compiled(spec).ir
    return [rule for name in ("Box", "Pin") for rule in entity(ir, name).rules if rule.holder]


@pytest.mark.parametrize(
    ("rule", "shown", "fields"),
    [
        ("len(boxes) <= limit", "len(crate.boxes) <= crate.limit", ()),
        ("sum(boxes, size) <= limit", "sum(crate.boxes, size) <= crate.limit", ("size",)),
        ("total <= limit", "crate.total <= crate.limit", ("size",)),
        ("limit > 0", None, ()),
    ],
)
def test_who_gets_it(rule: str, shown: str | None, fields: tuple[str, ...]) -> None:
    found = told(rule)
    assert [(show(r.condition.expr), r.fields) for r in found] == ([(shown, fields)] if shown else [])
    assert all(r.holder == ("crate",) and not r.local for r in found)


def test_at_any_depth() -> None:
    box, pin = told("sum(boxes, sum(pins, weight)) <= limit")
    assert (box.holder, box.fields) == (("crate",), ())
    assert (pin.holder, pin.fields) == (("box", "crate"), ("weight",))
    assert "box.crate.limit" in show(pin.condition.expr)


@pytest.mark.parametrize(
    ("rule", "box", "broken"),
    [
        ("len(boxes) <= limit", "size: int", False),
        ("limit >= len(boxes)", "size: int", False),
        ("len(boxes) >= limit", "size: int", True),
        ("len(boxes) == limit", "size: int", True),
        ("sum(boxes, size) <= limit", "size: int >= 0", False),
        ("sum(boxes, size) <= limit", "size: int", True),  # a negative one may go
        ("total <= limit", "size: int > 0", False),
        ("limit - total >= 0", "size: int > 0", False),
        ("limit - total <= 5", "size: int > 0", True),
        ("all(boxes, size < limit)", "size: int", False),
        ("any(boxes, main)", "size: int", True),
        ("max(boxes, size) < limit", "size: int", False),
        ("min(boxes, size) < limit", "size: int", True),
        ("len(boxes) <= limit and any(boxes, main)", "size: int", True),
        ("not (len(boxes) > limit)", "size: int", True),  # not seen through
    ],
)
def test_what_a_removal_can_break(rule: str, box: str, broken: bool) -> None:
    assert [r.on_delete for r in told(rule, box)] == [broken]
