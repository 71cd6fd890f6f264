"""Values for a field's JSON: some that it takes, some that it does not; many meet each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from generator.core.digest import canonical_json
from generator.expr.smt import parse_duration
from generator.ir.index import Index
from generator.ir.model import ApplicationIR
from generator.verify.plan import numbers, texts
from generator.verify.plan.maker import Maker, Typed, wire_of
from generator.verify.plan.values import At, Day, Raw, Value
from generator.verify.program.values import parse_offset, write_offset

_SMALL = (1, 2, 3, 5, 10, 0, 4, 7, 20, 100, -1)
_PARTS = tuple(Decimal(t) for t in ("0.5", "0.01", "1.25", "9.99", "0.1", "2.675"))
_DAYS = (0, 1, 2, 3, 7, 14, 30, 90, 365, -1, -2, -7, -30, -400)
_HOURS = (48, 49, 50, 52, 1, 2, 26, 72, 720, -1, -2, -24, -48, -900)
_NEAR = {
    "date": tuple(timedelta(days=d) for d in (1, 2, 7, -1, 0)),
    "datetime": tuple(timedelta(minutes=m) for m in (60, 30, 120, 240, 1440, -60, 0)),
}
_SHORT = ("a", "b", "Ab", "aB", "z", "Zz", "10", "9", "é", "ß", " a ", "a b", "", texts.UNUSUAL)
_JSON: tuple[Any, ...] = ({"a": 1}, [1, "x", None], "text", 5, True, {}, 1.5, {"b": {"c": [False]}}, [])
_MARGIN = timedelta(minutes=10)  # the clocks of the requests of one run are closer than that
_TWINS = 3  # values of a field that must be unique


class Constants(msgspec.Struct, frozen=True):
    """The literals of an application's expressions, which its conditions turn on."""

    numbers: tuple[Decimal, ...]
    durations: tuple[timedelta, ...]
    texts: tuple[str, ...]
    dates: tuple[date, ...]


def constants(ir: ApplicationIR) -> Constants:
    """Return every literal once, in order of appearance."""
    found: dict[str, dict[Any, None]] = {}
    for kind, value in _literals(msgspec.to_builtins(ir)):
        found.setdefault(kind, {})[value] = None
    return Constants(
        tuple(Decimal(str(v)) for kind in ("int", "decimal", "float") for v in found.get(kind, ())),
        tuple(parse_duration(v) for v in found.get("duration", ())),
        tuple(found.get("string", ())),
        tuple(date.fromisoformat(v) for v in found.get("date", ())),
    )


def _literals(node: Any) -> Iterator[tuple[str, Any]]:
    match node:
        case {"node": "literal", "value": value, "type": {"name": kind}} if value is not None:
            yield kind, value
        case dict():
            for part in node.values():
                yield from _literals(part)
        case list() | tuple():
            for part in node:
                yield from _literals(part)


class Pools:
    """The values of each field or input, made once; equal requests for the same seed need that."""

    def __init__(self, index: Index) -> None:
        self._maker = Maker(lambda name: index.enums[name].values)
        self._constants = constants(index.ir)
        self._known: dict[tuple[int, bool], list[Any]] = {}
        self._kept: list[Typed] = []

    def good(self, spec: Typed, *, unique: bool = False) -> list[Any]:
        """Return JSON values that the field takes, apart from null; few if they have to be `unique`."""
        return self._cached(spec, unique, lambda: self._good(spec, unique=unique))

    def fresh(self, spec: Typed) -> Any:
        """Return a JSON value that was never given out before; None if the field has too few."""
        return wire_of(spec, self._maker.unique(spec)) if self._maker.can_be_unique(spec) else None

    def odd(self, spec: Typed) -> list[Any]:
        """Return JSON values that it refuses."""
        return [wire_of(spec, value) for _, value in self._maker.refused(spec)]

    def _cached(self, spec: Typed, unique: bool, make: Callable[[], list[Any]]) -> list[Any]:  # noqa: FBT001
        key = (id(spec), unique)
        if key not in self._known:
            self._known[key] = make()
            self._kept.append(spec)  # so that no other one gets its id
        return self._known[key]

    def _good(self, spec: Typed, *, unique: bool) -> list[Any]:
        if unique and self._maker.can_be_unique(spec):
            return [wire_of(spec, self._maker.unique(spec)) for _ in range(_TWINS)]
        values = [
            *(self._maker.usual(spec, variant) for variant in range(4)),
            *self._near(spec),
            *(value for _, value in self._maker.bounds(spec)),
        ]
        return _once([wire_of(spec, v) for v in values])

    def _near(self, spec: Typed) -> list[Value]:
        """Return values that other rows and the conditions have too, or nearly."""
        match spec.type.name:
            case "int" | "decimal" | "float":
                return self._numbers(spec)
            case "string" | "text":
                return self._texts(spec)
            case "date":
                return self._dates(spec)
            case "datetime":
                return self._instants(spec)
            case "time":
                return [time(9), time(17, 30), time(0), time(23, 59, 59), time(12, 0, 0, 500)]
            case "json":
                return [Raw(v) for v in _JSON]
        return []

    def _numbers(self, spec: Typed) -> list[Value]:
        type_ = spec.type
        step = numbers.step(type_)
        around = [c + d for c in self._constants.numbers for d in (-step, Decimal(0), step)]
        candidates = [*map(Decimal, _SMALL), *_PARTS, *around]
        fitting = [c for c in candidates if numbers.fits(type_, spec.limits, c)]
        return [numbers.typed(type_, c) for c in fitting]

    def _texts(self, spec: Typed) -> list[Value]:
        low, high = texts.lengths(spec)
        if spec.limits.pattern is not None:
            return []
        return [t for t in (*self._constants.texts, *_SHORT) if low <= len(t) <= high]

    def _dates(self, spec: Typed) -> list[Value]:
        if not _open(spec):
            return []
        fixed = [c + timedelta(days=d) for c in self._constants.dates for d in (-1, 0, 1)]
        return [*(Day(d) for d in _DAYS), *fixed]

    def _instants(self, spec: Typed) -> list[Value]:
        if not _open(spec):
            return []
        around = [d + m for d in self._constants.durations for m in (-_MARGIN, _MARGIN)]
        return [At(d) for d in (*(timedelta(hours=h) for h in _HOURS), *around, *(-d for d in around))]


def neighbours(spec: Typed, beside: Mapping[str, Any]) -> list[Any]:
    """Return dates or instants that lie a little after or before those of the other members."""
    if spec.type.name not in _NEAR or not _open(spec):
        return []
    symbol = "$today" if spec.type.name == "date" else "$now"
    others = [v[symbol] for k, v in beside.items() if k != spec.wire and isinstance(v, dict) and symbol in v]
    return [{symbol: write_offset(parse_offset(o) + d)} for o in others for d in _NEAR[spec.type.name]]


def _open(spec: Typed) -> bool:
    limits = spec.limits
    return limits.gt is None and limits.ge is None and limits.lt is None and limits.le is None


def _once(values: list[Any]) -> list[Any]:
    return list({canonical_json(v): v for v in values}.values())
