"""Text that matches a pattern, as fixed pieces and places to fill from an alphabet."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, partial
from importlib import import_module
from typing import Any

DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Type checkers know this module of the standard library only at times.
parser: Any = import_module("re._parser")
_CATEGORIES = {
    "CATEGORY_DIGIT": DIGITS,
    "CATEGORY_WORD": DIGITS + LETTERS + LETTERS.upper() + "_",
    "CATEGORY_SPACE": " ",
}
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))

MAX_SIZE = 1_000_000  # characters; no field holds more
MAX_FITTED = 255  # characters of texts whose repeats differ in length

Part = str | tuple[str, int]  # a fixed piece, or an alphabet and how many places


class Unsampled(Exception):  # noqa: N818
    """The pattern uses something that is not sampled (look-around, back reference, ...)."""


def pattern_parts(pattern: str, fill: int = 0, branch: int = 0) -> list[Part]:
    """Return the parts of a text that matches; open repeats are `fill` longer than they must be."""
    return _merge(_sequence(_parsed(pattern), fill, branch))


@cache
def _parsed(pattern: str) -> Any:
    return parser.parse(pattern)


def first_text(parts: list[Part]) -> str:
    """Fill every place with the first letter of its alphabet."""
    return "".join(p if isinstance(p, str) else p[0][0] * p[1] for p in parts)


def length(parts: list[Part]) -> int:
    """Return how many characters the parts make."""
    return sum(len(p) if isinstance(p, str) else p[1] for p in parts)


def capacity(parts: list[Part]) -> int:
    """Return how many different texts the parts make."""
    total = 1
    for part in parts:
        if not isinstance(part, str):
            total *= len(part[0]) ** part[1]
    return total


def matching(pattern: str, low: int, high: int, room: int = 0) -> list[Part] | None:
    """Return parts of a matching text of `low` to `high` characters, with `room` for that many texts.

    Without such a text the one with the most room is returned; None when there is none at all.
    """
    best: list[Part] | None = None
    for branch in range(4):
        for fill in (*range(41), 63, 99, 127, 254):
            parts = _try(pattern, fill, branch, low, high)
            if parts is None:
                continue
            if capacity(parts) >= room:
                return parts
            if best is None or capacity(parts) > capacity(best):
                best = parts
    return best


def longest(pattern: str, high: int) -> list[Part] | None:
    """Return parts of a matching text of exactly `high` characters, if there is one."""
    for branch in range(4):
        size = partial(_size, pattern, branch)
        fill = bisect_left(range(high + 1), high, key=size)  # it grows with what is filled in
        parts = _try(pattern, fill, branch, high, high)
        if parts is not None:
            return parts
    return _of_length(pattern, high) if high <= MAX_FITTED else None


@cache
def _of_length(pattern: str, size: int) -> list[Part] | None:
    """Return parts of a matching text, its repeats as long as it takes; slower than to fill all alike."""
    try:
        parts = _Fitting().sequence(tuple(_parsed(pattern)), size)
    except (Unsampled, RecursionError):  # repeats in repeats in repeats: not sampled
        return None
    if parts is None or re.fullmatch(pattern, first_text(parts)) is None:
        return None
    return _merge(parts)


class _Fitting:
    """Finds, for each piece of a pattern and each length, parts that long; what was asked is remembered."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], list[Part] | None] = {}

    def sequence(self, tokens: tuple[Any, ...], size: int) -> list[Part] | None:
        """Return parts of that many characters that match the tokens one after the other."""
        if not tokens:
            return None if size else []
        key = ("sequence", *map(id, tokens), size)
        if key not in self._known:
            self._known[key] = self._split(tokens, size)
        return self._known[key]

    def _split(self, tokens: tuple[Any, ...], size: int) -> list[Part] | None:
        op, argument = tokens[0]
        for first in range(size + 1):
            head = self._token(op, argument, first)
            rest = None if head is None else self.sequence(tokens[1:], size - first)
            if head is not None and rest is not None:
                return [*head, *rest]
        return None

    def _token(self, op: Any, argument: Any, size: int) -> list[Part] | None:
        match str(op):
            case "BRANCH":
                found = (self.sequence(tuple(option), size) for option in argument[1])
                return next((parts for parts in found if parts is not None), None)
            case "SUBPATTERN":
                return self.sequence(tuple(argument[3]), size)
            case "ATOMIC_GROUP":
                return self.sequence(tuple(argument), size)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = argument
                most = low + size if str(high) == "MAXREPEAT" else min(int(high), low + size)
                return self._rounds(tuple(inner), low, most, size)
            case _:
                parts = _token(str(op), argument, 0, 0)
                return parts if length(parts) == size else None

    def _rounds(self, inner: tuple[Any, ...], low: int, high: int, size: int) -> list[Part] | None:
        if low <= 0 and size == 0:
            return []
        key = ("rounds", *map(id, inner), low, high, size)
        if key not in self._known:
            self._known[key] = None if high <= 0 else self._round(inner, low, high, size)
        return self._known[key]

    def _round(self, inner: tuple[Any, ...], low: int, high: int, size: int) -> list[Part] | None:
        for first in range(0 if low > 0 else 1, size + 1):
            head = self.sequence(inner, first)
            rest = None if head is None else self._rounds(inner, max(low - 1, 0), high - 1, size - first)
            if head is not None and rest is not None:
                return [*head, *rest]
        return None


def _size(pattern: str, branch: int, fill: int) -> int:
    try:
        return length(pattern_parts(pattern, fill, branch))
    except Unsampled:
        return MAX_SIZE


def _try(pattern: str, fill: int, branch: int, low: int, high: int) -> list[Part] | None:
    try:
        parts = pattern_parts(pattern, fill, branch)
    except Unsampled:
        return None
    if not low <= length(parts) <= high or re.fullmatch(pattern, first_text(parts)) is None:
        return None
    return parts


def _sequence(tokens: Any, fill: int, branch: int) -> list[Part]:
    return [part for op, argument in tokens for part in _token(str(op), argument, fill, branch)]


def _token(op: str, argument: Any, fill: int, branch: int) -> list[Part]:
    match op:
        case "LITERAL":
            return [chr(argument)]
        case "NOT_LITERAL":
            return [(_digits_first(_PRINTABLE.replace(chr(argument), "")), 1)]
        case "ANY":
            return [(DIGITS, 1)]
        case "IN":
            return [(_alphabet(argument), 1)]
        case "BRANCH":
            options = argument[1]
            return _sequence(options[branch % len(options)], fill, branch)
        case "SUBPATTERN":
            return _sequence(argument[3], fill, branch)
        case "ATOMIC_GROUP":
            return _sequence(argument, fill, branch)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = argument
            count = min(low + fill, int(high)) if str(high) != "MAXREPEAT" else low + fill
            return _repeated(_merge(_sequence(inner, fill, branch)), count)
        case "AT":
            return []
    raise Unsampled(op)


def _repeated(parts: list[Part], count: int) -> list[Part]:
    """Return the parts that many times; repeats in repeats soon grow too long for any field."""
    if length(parts) * count > MAX_SIZE:
        raise Unsampled("too long")
    match parts:
        case [str() as text]:
            return [text * count] if count else []
        case [(alphabet, places)]:
            return [(alphabet, places * count)] if count else []
        case _:
            return parts * count


def _alphabet(items: Any) -> str:
    """Return the characters of a set, digits alone where it has them all."""
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    chars = "".join(_set_item(str(op), argument) for op, argument in items)
    if negated:
        chars = "".join(c for c in _PRINTABLE if c not in chars)
    if not chars:
        raise Unsampled("an empty set")
    return _digits_first("".join(dict.fromkeys(chars)))


def _set_item(op: str, argument: Any) -> str:
    match op:
        case "NEGATE":
            return ""
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            low, high = argument
            return "".join(map(chr, range(low, min(high, low + 200) + 1)))
        case "CATEGORY":
            name = str(argument)
            if "_NOT_" in name:
                inner = _CATEGORIES[name.replace("_NOT_", "_")]
                return "".join(c for c in _PRINTABLE if c not in inner)
            return _CATEGORIES[name]
    raise Unsampled(op)


def _digits_first(chars: str) -> str:
    return DIGITS if all(d in chars for d in DIGITS) else chars


def _merge(parts: list[Part]) -> list[Part]:
    """Join neighbours: fixed text with fixed text, places with places of the same alphabet."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif not isinstance(part, str) and not isinstance(last, str) and last and last[0] == part[0]:
            merged[-1] = (part[0], last[1] + part[1])
        else:
            merged.append(part)
    return merged
