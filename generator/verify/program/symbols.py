"""What a scenario leaves open until it runs, and how an answer is held against a pattern.

In requests and patterns:
  {"$ref": "thing1"}                  the id that was seen first under this name
  {"$now": "+PT48H"}, {"$today": …}   relative to the scenario's start
  {"$unique": 7, "parts": […]}        a value that no other scenario of the run has
  {"$missing": 1}                     an id that no row has
  {"$seen": "t1"}                     what was seen first under this name
In patterns only:
  {"$time": "t1", "near": "+PT0S"}    first near to now plus the offset and no other's, later the same
  {"$number": "n1"}                   first any number, later the same
  {"$any": true}                      anything
  {"$partial": {…}}                   an object with at least these members
  {"$some": […]}                      a list with at least these elements, in this sequence
  {"$none": ["thing1", …]}            a list without rows of these ids
  {"$all": [pattern, …]}              every pattern holds
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .values import parse_offset, read_datetime, unique_value, wire_datetime

SKEW = timedelta(seconds=60)  # how far the clocks of runner and application may be apart


@dataclass
class Bindings:
    """One scenario's names while it runs."""

    start: datetime
    base: int
    ids: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Return `value` with its symbols replaced."""
        if isinstance(value, list):
            return [self.resolve(v) for v in value]
        if not isinstance(value, dict):
            return value
        if any(k.startswith("$") for k in value):
            return self._symbol(value)
        return {k: self.resolve(v) for k, v in value.items()}

    def _symbol(self, symbol: dict[str, Any]) -> Any:
        match symbol:
            case {"$ref": name}:
                return self._bound(name)
            case {"$now": offset}:
                return wire_datetime(self.start + parse_offset(offset))
            case {"$today": offset}:
                return (self.start.date() + parse_offset(offset)).isoformat()
            case {"$unique": _}:
                return unique_value(symbol, self.base, self.start)
            case {"$seen": name}:
                return self._seen(name)
            case {"$missing": number}:
                return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base}:{number}"))
        raise ValueError(f"this symbol has no value to send: {symbol}")

    def _bound(self, name: str) -> str:
        if name not in self.ids:
            raise ValueError(f"no answer has shown the id of {name} yet")
        return self.ids[name]

    def _seen(self, name: str) -> Any:
        if name not in self.seen:
            raise ValueError(f"no answer has shown {name} yet")
        return self.seen[name]

    def mismatch(self, pattern: Any, got: Any, path: str = "body") -> str:
        """Return "" when `got` fits, else the first difference."""
        if isinstance(pattern, dict):
            if any(k.startswith("$") for k in pattern):
                return self._mismatch_symbol(pattern, got, path)
            return self._mismatch_object(pattern, got, path, exact=True)
        if isinstance(pattern, list):
            return self._mismatch_list(pattern, got, path)
        return _difference(pattern, got, path)

    def _mismatch_object(self, pattern: dict[str, Any], got: Any, path: str, *, exact: bool) -> str:
        if not isinstance(got, dict):
            return f"{path}: expected an object, got {got!r}"
        missing = [k for k in pattern if k not in got]
        if missing:
            return f"{path}: lacks {', '.join(missing)}"
        extra = [k for k in got if k not in pattern] if exact else []
        if extra:
            return f"{path}: has unexpected {', '.join(extra)}"
        return self._first(self.mismatch(p, got[k], f"{path}.{k}") for k, p in pattern.items())

    def _mismatch_list(self, pattern: list[Any], got: Any, path: str) -> str:
        if not isinstance(got, list):
            return f"{path}: expected a list, got {got!r}"
        if len(got) != len(pattern):
            return f"{path}: expected {len(pattern)} elements, got {len(got)}"
        return self._first(
            self.mismatch(p, g, f"{path}[{i}]") for i, (p, g) in enumerate(zip(pattern, got, strict=True))
        )

    @staticmethod
    def _first(found: Any) -> str:
        return next((m for m in found if m), "")

    def _mismatch_symbol(self, symbol: dict[str, Any], got: Any, path: str) -> str:
        match symbol:
            case {"$ref": name}:
                return self._mismatch_id(name, got, path)
            case {"$time": name, "near": offset}:
                return self._mismatch_time(name, offset, got, path)
            case {"$number": name}:
                return self._mismatch_number(name, got, path)
            case {"$any": _}:
                return ""
            case {"$partial": members}:
                return self._mismatch_object(members, got, path, exact=False)
            case {"$some": elements}:
                return self._mismatch_some(elements, got, path)
            case {"$none": names}:
                return self._mismatch_none(names, got, path)
            case {"$all": patterns}:
                return self._first(self.mismatch(p, got, path) for p in patterns)
        return _difference(self._symbol(symbol), got, path)

    def _mismatch_id(self, name: str, got: Any, path: str) -> str:
        if name in self.ids:
            return _difference(self.ids[name], got, path)
        if not _is_uuid(got):
            return f"{path}: expected the id of {name}, got {got!r}"
        other = next((n for n, i in self.ids.items() if i == got), "")
        if other:
            return f"{path}: expected a new id for {name}, got that of {other}"
        self.ids[name] = got
        return ""

    def _mismatch_time(self, name: str, offset: str, got: Any, path: str) -> str:
        if name in self.seen:
            return _difference(self.seen[name], got, path)
        wanted = parse_offset(offset)
        try:
            value = read_datetime(got)
        except (ValueError, AttributeError):
            return f"{path}: expected a time, got {got!r}"
        if not self.start + wanted - SKEW <= value <= datetime.now(UTC) + self._shift() + wanted + SKEW:
            return f"{path}: expected about {wire_datetime(self.start + wanted)}, got {got}"
        other = next((n for n, seen in self.seen.items() if seen == got), "")
        if other:
            return f"{path}: expected a new time for {name}, got that of {other}"
        self.seen[name] = got
        return ""

    def _shift(self) -> timedelta:
        """How far the scenario's clock stands from the machine's (planning replays at other times)."""
        return max(self.start - datetime.now(UTC), timedelta(0))

    def _mismatch_number(self, name: str, got: Any, path: str) -> str:
        if name in self.seen:
            return _difference(self.seen[name], got, path)
        if isinstance(got, bool) or not isinstance(got, int | float):
            return f"{path}: expected a number, got {got!r}"
        self.seen[name] = got
        return ""

    def _mismatch_some(self, elements: list[Any], got: Any, path: str) -> str:
        if not isinstance(got, list):
            return f"{path}: expected a list, got {got!r}"
        rest = iter(got)
        for element in elements:
            if not any(self._fits(element, candidate) for candidate in rest):
                return f"{path}: has no {_short(element)} (in this place) among {len(got)} elements"
        return ""

    def _fits(self, pattern: Any, got: Any) -> bool:
        ids, seen = dict(self.ids), dict(self.seen)
        if not self.mismatch(pattern, got):
            return True
        self.ids, self.seen = ids, seen
        return False

    def _mismatch_none(self, names: list[str], got: Any, path: str) -> str:
        ids = {self._bound(name): name for name in names}
        if not isinstance(got, list):
            return f"{path}: expected a list, got {got!r}"
        found = [ids[e["id"]] for e in got if isinstance(e, dict) and e.get("id") in ids]
        return f"{path}: must not hold {', '.join(found)}" if found else ""


def _is_uuid(value: Any) -> bool:
    try:
        return bool(str(uuid.UUID(value)) == value)
    except (ValueError, AttributeError, TypeError):
        return False


def _difference(wanted: Any, got: Any, path: str) -> str:
    """Compare scalars: a number is no text and no boolean; floats within one part in 10⁹."""
    if isinstance(wanted, float) and isinstance(got, int | float) and not isinstance(got, bool):
        same = abs(wanted - got) <= 1e-9 * max(1.0, abs(wanted))
    else:
        same = wanted == got and isinstance(wanted, bool) == isinstance(got, bool)
    return "" if same else f"{path}: expected {_short(wanted)}, got {_short(got)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
