"""Every constraint of every member of a body broken alone; its bounds met, and missed by the least."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from generator.core.formats import INT_MAX, INT_MIN
from generator.ir.model import Operation
from generator.verify.coverage.case import Case, Member, named, rows_of
from generator.verify.coverage.members import broken, given, kinds
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Moment
from generator.verify.interpreter import MISSING

CONSTRAINTS, BOUNDS = "constraints", "boundaries"
_PAST_THE_BODY = {"guard_failed", "conflict", "out_of_range", "in_use"}
_NEAR = 1.0  # how near to its bound a float has to be


# --- each constraint alone --------------------------------------------------------


def constraints(case: Case) -> Iterator[Item]:
    """Yield an item for each constraint of each member of each operation's body."""
    for operation in case.ir.api.operations:
        for member in case.members(operation):
            found = _broken_alone(case, operation, member)
            for kind in kinds(operation, member):
                item = f"{operation.id}:{member.id}:{kind}"
                said = kind.replace("_", " ")
                what = f"{said} of {member.wire} broken alone in {named(operation)}"
                by = found.get(kind, "")
                yield Item(CONSTRAINTS, item, member.id, what, "covered" if by else "missing", by)


def _broken_alone(case: Case, operation: Operation, member: Member) -> dict[str, str]:
    """Return, for each constraint, a scenario in which it alone is broken: with another value all is well."""
    found: dict[str, str] = {}
    for moment in case.of(operation.id):
        if moment.blamed != [member.wire] or not isinstance(moment.body, dict):
            continue
        kind = broken(member, moment.body.get(member.wire, MISSING), case.index)
        if kind and kind not in found and _else_well(case, moment, member):
            found[kind] = moment.scenario.name
    return found


def _else_well(case: Case, moment: Moment, member: Member) -> bool:
    if member.type.name == "row":
        others: list[Any] = rows_of(moment.before, member.type.of)
    else:
        others = [*case.sent(moment.operation.id, member.wire), *case.stored(moment.before, member)]
    if member.type.nullable:
        others.append(None)
    return case.succeeds_with(moment, member.wire, others)


# --- bounds -------------------------------------------------------------------------


class Point(NamedTuple):
    """A value that matters beside a bound."""

    where: str  # at, just inside, just outside
    accepted: bool
    value: Any  # None: any value near to the bound
    bound: Any


def bounds(case: Case) -> Iterator[Item]:
    """Yield an item for each value at, just inside and just outside each bound of each member."""
    for operation in case.ir.api.operations:
        for member in case.members(operation):
            for name, points in _bounds_of(member):
                for point in points:
                    yield _point(case, operation, member, name, point)


def _point(case: Case, operation: Operation, member: Member, name: str, point: Point) -> Item:
    by = next((m.scenario.name for m in case.of(operation.id) if _meets(case, m, member, name, point)), "")
    said = "accepted" if point.accepted else "refused"
    bound = name.replace("_", " ")
    what = f"{member.wire} {point.where} its {bound} is {said} by {named(operation)}"
    place = point.where.replace(" ", "-")
    item = f"{operation.id}:{member.id}:{name}:{place}"
    return Item(BOUNDS, item, member.id, what, "covered" if by else "missing", by)


def _meets(case: Case, moment: Moment, member: Member, name: str, point: Point) -> bool:
    if not isinstance(moment.body, dict) or moment.body.get(member.wire) is None:
        return False
    value = moment.body[member.wire]
    if not _is_at(member, name, value, point):
        return False
    if point.accepted:
        return moment.ok or moment.answer.problem_code in _PAST_THE_BODY or _tolerated(moment, member)
    return moment.blamed == [member.wire] and broken(member, value, case.index) in {
        name,
        *_OF_TYPE.get(name, ()),
    }


def _tolerated(moment: Moment, member: Member) -> bool:
    """Whether the body is refused, and the plan demands that this member is not among the reasons."""
    expected = moment.step.expect_body
    errors = expected.get("$partial", {}).get("errors") if isinstance(expected, dict) else None
    return isinstance(errors, list) and bool(moment.blamed) and member.wire not in moment.blamed


_OF_TYPE = {"lowest of its type": ("size", "digits"), "highest of its type": ("size", "digits")}


def _is_at(member: Member, name: str, value: Any, point: Point) -> bool:
    try:
        measured = len(value) if name.endswith("length") else _READ[member.type.name](value)
        if point.value is not None:
            return bool(measured == point.value)
        return bool(0 < abs(measured - point.bound) <= _NEAR)
    except (TypeError, ValueError, ArithmeticError):
        return False


_READ: dict[str, Callable[[Any], Any]] = {
    "int": lambda v: Decimal(str(v)),
    "decimal": lambda v: Decimal(str(v)),
    "float": float,
    "date": date.fromisoformat,
    "datetime": lambda v: datetime.fromisoformat(str(v).upper()),
    "time": str,
}


def _bounds_of(member: Member) -> Iterator[tuple[str, list[Point]]]:
    """Yield each bound of a member with the points beside it."""
    match member.type.name:
        case "string" | "text":
            low, high = given(member, "min_length"), given(member, "max_length")
            if low is not None:
                yield "min_length", _inclusive(low, 1, 1, high)
            yield "max_length", _inclusive(high, 1, -1, low or 0)
        case "int" | "decimal" | "float" | "date" | "datetime":
            yield from _scalar(member)


def _scalar(member: Member) -> Iterator[tuple[str, list[Point]]]:
    limits, read, step = member.limits, _READ[member.type.name], _step(member)
    lowest, highest = _ends(member)
    for name, text, inward, other in (
        ("ge", limits.ge, 1, highest),
        ("gt", limits.gt, 1, highest),
        ("le", limits.le, -1, lowest),
        ("lt", limits.lt, -1, lowest),
    ):
        if text is not None:
            bound = read(text)
            if step is None:
                yield name, _floating(bound, inclusive=name.endswith("e"))
            elif name.endswith("e"):
                yield name, _inclusive(_on_grid(bound, step, inward), step, inward, other)
            else:
                yield name, _exclusive(_on_grid(bound, step, -inward), step, inward)
    yield from _of_type(member, step)


def _of_type(member: Member, step: Any) -> Iterator[tuple[str, list[Point]]]:
    """Yield the ends of the type itself where no limit comes before them."""
    if member.type.name not in {"int", "decimal"}:
        return
    low, high = _type_ends(member)
    if member.limits.ge is None and member.limits.gt is None:
        yield "lowest of its type", _inclusive(low, step, 1, None)
    if member.limits.le is None and member.limits.lt is None:
        yield "highest of its type", _inclusive(high, step, -1, None)


def _type_ends(member: Member) -> tuple[Decimal, Decimal]:
    if member.type.name == "int":
        return Decimal(INT_MIN), Decimal(INT_MAX)
    most = Decimal(10**member.type.precision - 1).scaleb(-member.type.scale)
    return -most, most


def _ends(member: Member) -> tuple[Any, Any]:
    read = _READ[member.type.name]
    low, high = member.limits.ge or member.limits.gt, member.limits.le or member.limits.lt
    return (None if low is None else read(low)), (None if high is None else read(high))


def _step(member: Member) -> Any:
    match member.type.name:
        case "int":
            return Decimal(1)
        case "decimal":
            return Decimal(1).scaleb(-member.type.scale)
        case "date":
            return timedelta(days=1)
        case "datetime":
            return timedelta(microseconds=1)
    return None


def _on_grid(bound: Any, step: Any, inward: int) -> Any:
    if not isinstance(bound, Decimal):
        return bound
    return bound.quantize(step, ROUND_CEILING if inward > 0 else ROUND_FLOOR)


def _inclusive(bound: Any, step: Any, inward: int, other: Any) -> list[Point]:
    points = [Point("at", True, bound, bound)]
    inside = bound + step * inward
    if other is None or (other - inside if inward > 0 else inside - other) >= step * 0:
        points.append(Point("just inside", True, inside, bound))
    outside = bound - step * inward
    if not isinstance(bound, int) or outside >= 0:
        points.append(Point("just outside", False, outside, bound))
    return points


def _exclusive(bound: Any, step: Any, inward: int) -> list[Point]:
    inside = bound + step * inward
    return [Point("at", False, bound, bound), Point("just inside", True, inside, bound)]


def _floating(bound: Any, *, inclusive: bool) -> list[Point]:
    near = Point("just inside", True, None, bound)
    beyond = Point("just outside", False, None, bound)
    return [Point("at", inclusive, bound, bound), near, *([beyond] if inclusive else [])]
