"""Makes values for one field from what its type and limits say: usual, at the bounds, beyond them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from generator.expr.model import Type
from generator.ir.model import Limits
from generator.verify.plan import numbers, texts
from generator.verify.plan.values import At, Day, Raw, Token, Value, wire

LABELLED = tuple[str, Value]


class Typed(Protocol):
    """A field of an entity or an input of a flow."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def wire(self) -> str:
        """Its name in JSON."""
        ...

    @property
    def type(self) -> Type:
        """Its type."""
        ...

    @property
    def limits(self) -> Limits:
        """Its bounds."""
        ...


class Maker:
    """Makes values; `enums` gives the values of an enum, tokens are numbered through the plan."""

    def __init__(self, enums: Callable[[str], tuple[str, ...]]) -> None:
        self._enums = enums
        self._tokens = 0

    def _number(self) -> int:
        self._tokens += 1
        return self._tokens

    def usual(self, field: Typed, variant: int = 0) -> Value:
        """Return an ordinary accepted value; other variants give others where there are any."""
        match field.type.name:
            case "bool":
                return variant % 2 == 0
            case "int" | "decimal" | "float":
                return numbers.usual(field.type, field.limits, variant)
            case "string" | "text":
                return texts.usual(field, variant)
            case "enum":
                options = self._enums(field.type.of)
                return options[variant % len(options)]
            case "date":
                return _usual_date(field.limits, variant)
            case "datetime":
                return _usual_instant(field.limits, variant)
            case "time":
                return time(9 + variant % 10, 30)
            case "json":
                return Raw({"a": variant})
            case _:
                return self.unique(field)

    def unique(self, field: Typed) -> Value:
        """Return a value that no other scenario has, as far as there are enough."""
        shape = self._shape(field)
        return self.usual(field) if shape is None else Token(self._number(), shape)

    def renew(self, token: Token) -> Token:
        """Return a token of the same shape with a number of its own."""
        return Token(self._number(), token.shape)

    def renew_symbol(self, value: Any) -> Any:
        """Return a wire value with a number of its own, if it is a unique one."""
        if isinstance(value, dict) and "$unique" in value:
            return value | {"$unique": self._number()}
        return value

    def can_be_unique(self, field: Typed) -> bool:
        """Whether there are enough values for each scenario of a plan to have its own."""
        shape = self._shape(field)
        return shape is not None and _is_wide(shape)

    def _shape(self, field: Typed) -> dict[str, Any] | None:
        match field.type.name:
            case "int" | "decimal" | "float":
                return numbers.unique_shape(field.type, field.limits)
            case "string" | "text" | "email" | "url":
                return texts.unique_shape(field)
            case "uuid":
                return {"uuid": True}
            case "enum":
                return {"options": list(self._enums(field.type.of))}
            case "time":
                return {"clock": [0, 86_399]}
            case "datetime" if field.limits == Limits():
                return {"seconds": [86_400, 86_400 * 3000]}
            case "date":
                return {"days": [-20_000, 20_000]} if field.limits == Limits() else _ordinals(field.limits)
        return None

    def bounds(self, field: Typed) -> list[LABELLED]:
        """Return accepted values at the edges, each with what it is."""
        match field.type.name:
            case "int" | "decimal" | "float":
                return numbers.bounds(field.type, field.limits)
            case "string" | "text":
                return texts.bounds(field)
            case "enum":
                return [(v, v) for v in self._enums(field.type.of)]
            case "bool":
                return [("true", True), ("false", False)]
            case "date" | "datetime":
                return list(_instant_bounds(field, beyond=False))
        return []

    def unique_bounds(self, field: Typed) -> list[LABELLED]:
        """Return the longest text of one's own, for texts that have a longest."""
        shape = texts.longest_shape(field) if field.type.name == "string" else None
        return [] if shape is None else [("the longest", Token(self._number(), shape))]

    def refused(self, field: Typed) -> list[LABELLED]:
        """Return values that break exactly one of the field's constraints, each with which."""
        found = list(_WRONG_TYPE.get(field.type.name, ()))
        match field.type.name:
            case "int" | "decimal" | "float":
                found += numbers.refused(field.type, field.limits)
            case "string" | "text":
                found += texts.refused(field)
                if field.limits.pattern is None:
                    found.append(("a NUL", Raw("\0" * (field.limits.min_length or 1))))
            case "enum":
                found += [("no such value", Raw("__" + self._enums(field.type.of)[0].lower()))]
            case "date" | "datetime":
                found += _instant_bounds(field, beyond=True)
        if not field.type.nullable:
            found.append(("null", Raw(None)))
        return found


# What is almost of the type, too: a reader that is not strict takes it.
_WRONG_TYPE: dict[str, tuple[LABELLED, ...]] = {
    "bool": (("no boolean", Raw("perhaps")), ("as text", Raw("true")), ("a number", Raw(1))),
    "int": (("a fraction", Raw(1.5)), ("as text", Raw("1")), ("a boolean", Raw(True)), ("a list", Raw([]))),
    "float": (("no number", Raw("many")), ("as text", Raw("1.5")), ("a list", Raw([]))),
    "decimal": (
        ("no number", Raw("many")),
        ("not a number", Raw("NaN")),
        ("another spelling", Raw("1e0")),
        ("an object", Raw({})),
    ),
    "string": (("a number", Raw(7)), ("a list", Raw([]))),
    "text": (("a number", Raw(7)), ("an object", Raw({}))),
    "email": (("no address", Raw("nobody")), ("a number", Raw(7))),
    "url": (("no address", Raw("not a url")), ("a number", Raw(7))),
    "uuid": (("no uuid", Raw("not-a-uuid")), ("no hyphens", Raw("0" * 32)), ("a number", Raw(7))),
    "row": (("no uuid", Raw("not-a-uuid")), ("no hyphens", Raw("0" * 32)), ("a list", Raw([]))),
    "date": (("no date", Raw("2024-02-30")), ("a number", Raw(0)), ("a list", Raw([]))),
    "datetime": (
        ("no time", Raw("yesterday")),
        ("without an offset", Raw("2024-01-31T10:00:00")),
        ("a number", Raw(0)),
    ),
    "time": (("no time", Raw("25:00:00")), ("a number", Raw(0)), ("a list", Raw([]))),
    "enum": (("a number", Raw(7)),),
    "json": (),
}


def _usual_date(limits: Limits, variant: int) -> Value:
    low, high = _date(limits.ge or limits.gt), _date(limits.le or limits.lt)
    if low is not None:
        middle = low + timedelta(days=1 + variant)
        return middle if high is None or middle < high else low
    if high is not None:
        return high - timedelta(days=1 + variant)
    return Day(30 + 7 * variant)


def _usual_instant(limits: Limits, variant: int) -> Value:
    low, high = _instant(limits.ge or limits.gt), _instant(limits.le or limits.lt)
    if low is not None:
        middle = low + timedelta(days=1, hours=variant)
        return middle if high is None or middle < high else low
    if high is not None:
        return high - timedelta(days=1, hours=variant)
    return At(timedelta(days=10, hours=variant))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _instant_bounds(field: Typed, *, beyond: bool) -> Iterator[LABELLED]:
    """Return the first accepted (or with `beyond` the first refused) value at each bound."""
    step = timedelta(days=1) if field.type.name == "date" else timedelta(microseconds=1)
    read = _date if field.type.name == "date" else _instant
    limits = field.limits
    for text, inward, is_open, label in (
        (limits.ge, 1, False, "the lowest"),
        (limits.gt, 1, True, "the lowest"),
        (limits.le, -1, False, "the highest"),
        (limits.lt, -1, True, "the highest"),
    ):
        bound: Any = read(text)
        if bound is None:
            continue
        accepted = bound + step * inward if is_open else bound
        if beyond:
            yield f"beyond {label}", accepted - step * inward
        else:
            yield label, accepted


def wire_of(field: Typed, value: Value) -> Any:
    """Return the JSON for a field's value."""
    return wire(value, field.type.scale if field.type.name == "decimal" else None)


def _ordinals(limits: Limits) -> dict[str, Any]:
    """Return the dates within the limits, by their numbers."""
    first, last = date(1980, 1, 1).toordinal(), date(2080, 1, 1).toordinal()
    if limits.ge or limits.gt:
        least = date.fromisoformat(limits.ge or limits.gt or "").toordinal() + (0 if limits.ge else 1)
        first, last = least, max(last, least + 1000)
    if limits.le or limits.lt:
        most = date.fromisoformat(limits.le or limits.lt or "").toordinal() - (0 if limits.le else 1)
        last = most
        first = first if limits.ge or limits.gt else min(first, most - 1000)
    return {"ordinals": [first, last]}


def is_narrow(symbol: dict[str, Any]) -> bool:
    """Whether there are too few values for each scenario to have its own."""
    return not _is_wide({k: v for k, v in symbol.items() if k != "$unique"})


def _is_wide(shape: dict[str, Any]) -> bool:
    if "parts" in shape:
        return texts.is_wide(shape)
    return "uuid" in shape or ("options" not in shape and numbers.is_wide(shape))
