"""Numbers for a field: usual ones, its bounds, and what lies beyond."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from generator.core.formats import INT_MAX
from generator.expr.model import Type
from generator.ir.model import Limits
from generator.verify.plan.values import Raw, Value
from generator.verify.plan.wide import wide_decimals

_USUAL = (10, 3, 25, 7, 48, 2, 90, 5)
_ENOUGH = 2_000  # the scenarios of a plan count through them


def step(type_: Type) -> Decimal:
    """Return the distance of neighbouring values."""
    return Decimal(1).scaleb(-type_.scale) if type_.name in {"decimal", "float"} else Decimal(1)


def _float_step(type_: Type) -> Decimal:
    return Decimal("0.5") if type_.name == "float" else step(type_)


@wide_decimals
def low(type_: Type, limits: Limits) -> Decimal | None:
    """Return the lowest accepted value; floats have none unless a bound says so."""
    by_type = _type_bound(type_)
    found = [] if by_type is None else [-by_type - (1 if type_.name == "int" else 0)]
    if limits.ge is not None:
        found.append(_on_grid(type_, Decimal(limits.ge), up=True))
    if limits.gt is not None:
        bound = _on_grid(type_, Decimal(limits.gt), up=False)
        found.append(bound + _float_step(type_))
    return max(found) if found else None


@wide_decimals
def high(type_: Type, limits: Limits) -> Decimal | None:
    """Return the highest accepted value."""
    by_type = _type_bound(type_)
    found = [] if by_type is None else [by_type]
    if limits.le is not None:
        found.append(_on_grid(type_, Decimal(limits.le), up=False))
    if limits.lt is not None:
        bound = _on_grid(type_, Decimal(limits.lt), up=True)
        found.append(bound - _float_step(type_))
    return min(found) if found else None


def _type_bound(type_: Type) -> Decimal | None:
    if type_.name == "int":
        return Decimal(INT_MAX)
    if type_.name == "decimal":
        return Decimal(10**type_.precision - 1).scaleb(-type_.scale)
    return None


def _on_grid(type_: Type, value: Decimal, *, up: bool) -> Decimal:
    if type_.name == "float":
        return value
    return value.quantize(step(type_), ROUND_CEILING if up else ROUND_FLOOR)


@wide_decimals
def usual(type_: Type, limits: Limits, variant: int = 0) -> Value:
    """Return a small ordinary number within the bounds."""
    least, most = low(type_, limits), high(type_, limits)
    for shift in range(len(_USUAL)):
        value = Decimal(_USUAL[(variant + shift) % len(_USUAL)])
        if (least is None or value >= least) and (most is None or value <= most):
            return typed(type_, value)
    if least is None:
        return typed(type_, (most or Decimal(0)) - variant)
    value = least + variant * step(type_)
    return typed(type_, value if most is None or value <= most else least)


def typed(type_: Type, value: Decimal) -> Value:
    """Return a number as the planner's value of the type."""
    if type_.name == "int":
        return int(value)
    return value if type_.name == "decimal" else float(value)


@wide_decimals
def fits(type_: Type, limits: Limits, value: Decimal) -> bool:
    """Whether a number is accepted by the field."""
    least, most = low(type_, limits), high(type_, limits)
    on_grid = type_.name == "float" or value == _on_grid(type_, value, up=True)
    return on_grid and (least is None or value >= least) and (most is None or value <= most)


@wide_decimals
def bounds(type_: Type, limits: Limits) -> list[tuple[str, Value]]:
    """Return the lowest and the highest accepted value and their inner neighbours."""
    found: list[tuple[str, Value]] = []
    least, most = low(type_, limits), high(type_, limits)
    if least is not None:
        found.append(("the lowest", typed(type_, least)))
        if fits(type_, limits, least + _float_step(type_)):
            found.append(("just above the lowest", typed(type_, least + _float_step(type_))))
    if most is not None:
        found.append(("the highest", typed(type_, most)))
        if fits(type_, limits, most - _float_step(type_)):
            found.append(("just below the highest", typed(type_, most - _float_step(type_))))
    if type_.name == "decimal" and type_.scale and fits(type_, limits, Decimal(1) + step(type_)):
        found.append(("all its decimals", Decimal(1) + step(type_)))
    return found


@wide_decimals
def refused(type_: Type, limits: Limits) -> list[tuple[str, Value]]:
    """Return the first value beyond each bound, and for decimals a digit too many."""
    found: list[tuple[str, Value]] = []
    least, most = low(type_, limits), high(type_, limits)
    if least is not None:
        found.append(("below the lowest", _beyond(type_, least - _float_step(type_))))
    if most is not None:
        found.append(("above the highest", _beyond(type_, most + _float_step(type_))))
    if type_.name == "decimal":
        value = Decimal(str(usual(type_, limits))) + step(type_) / 10
        found.append(("a decimal too many", value))
    return found


def _beyond(type_: Type, value: Decimal) -> Value:
    if type_.name == "int":
        return Raw(int(value))
    return value if type_.name == "decimal" else Raw(float(value))


@wide_decimals
def unique_shape(type_: Type, limits: Limits) -> dict[str, Any] | None:
    """Return the range to draw a number of one's own from; it may be narrow."""
    if type_.name == "float":
        return _float_shape(type_, limits)
    least, most = low(type_, limits), high(type_, limits)
    if least is None or most is None:
        return None
    scale = type_.scale if type_.name == "decimal" else 0
    first, last = int(max(least, Decimal(1)).scaleb(scale)), int(most.scaleb(scale))
    if last - first < _ENOUGH:
        first = int(least.scaleb(scale))
    last = min(last, first + 10**9)  # far from the edge, so that sums still fit
    return {"int": [first, last]} if type_.name == "int" else {"decimal": [first, last, scale]}


def _float_shape(type_: Type, limits: Limits) -> dict[str, Any]:
    least, most = low(type_, limits), high(type_, limits)
    if least is None:
        least = Decimal(1) if most is None or most > 1 + _ENOUGH else most - _ENOUGH
    most = least + 10**6 if most is None else most
    step = Decimal(1) if most - least >= _ENOUGH else Decimal("0.0009765625")  # exact in binary
    first, last = (
        (least / step).to_integral_value(ROUND_CEILING),
        (most / step).to_integral_value(ROUND_FLOOR),
    )
    return {"float": [int(first), int(last), float(step)]}


def room(shape: dict[str, Any]) -> int:
    """Return how many numbers a shape makes."""
    first, last, *_ = next(iter(shape.values()))
    return int(last - first + 1)


def is_wide(shape: dict[str, Any]) -> bool:
    """Whether each scenario of a plan can have numbers of its own."""
    return room(shape) >= _ENOUGH
