"""Texts for a field: usual ones, of every length that matters, matching its pattern or not."""

from __future__ import annotations

import re
from typing import Any, Protocol

from generator.core.formats import FORBIDDEN_CHARACTER, STRING_MAX_LENGTH, TEXT_MAX_LENGTH
from generator.core.names import words
from generator.expr.model import Type
from generator.ir.model import Limits
from generator.verify.plan.regex import DIGITS, LETTERS, Part, capacity, first_text, longest, matching
from generator.verify.plan.values import Raw, Value

UNUSUAL = 'O\'Hara "x" \\ é 漢 🙂 {{ }} %s <b>; --'
_ENOUGH = 10**7
_FEW = 2000
_ALPHANUMERIC = DIGITS + LETTERS


class TextField(Protocol):
    """What is needed of a field or input."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def type(self) -> Type:
        """Its type."""
        ...

    @property
    def limits(self) -> Limits:
        """Its bounds."""
        ...


def lengths(field: TextField) -> tuple[int, int]:
    """Return the least and greatest accepted length."""
    most = STRING_MAX_LENGTH if field.type.name == "string" else TEXT_MAX_LENGTH
    limits = field.limits
    return limits.min_length or 0, most if limits.max_length is None else limits.max_length


def usual(field: TextField, variant: int = 0) -> Value:
    """Return an ordinary text that meets length and pattern."""
    low, high = lengths(field)
    if field.limits.pattern is not None:
        parts = matching(field.limits.pattern, low, high)
        return "" if parts is None else _vary(parts, variant)
    text = " ".join(words(field.name)) or "text"
    text = f"{text} {chr(ord('a') + variant % 26)}"
    return text.ljust(low, "x") if len(text) <= high else _short(high, variant)


def _short(high: int, variant: int) -> str:
    return (_ALPHANUMERIC[10 + variant % 26] * high)[:high]


def _vary(parts: list[Part], variant: int) -> str:
    """Fill the places; another variant takes other letters of the alphabets."""
    return "".join(p if isinstance(p, str) else p[0][variant % len(p[0])] * p[1] for p in parts)


def unique_shape(field: TextField) -> dict[str, Any] | None:
    """Return how to spell a text of one's own; length and pattern may leave room for few."""
    if field.type.name == "email":
        return {"parts": ["u", [DIGITS, 12], "@example.com"]}
    if field.type.name == "url":
        return {"parts": ["https://example.com/", [DIGITS, 12]]}
    low, high = lengths(field)
    parts = _unique_parts(field, low, high)
    if parts is None or capacity(parts) == 1:
        return None
    return {"parts": [p if isinstance(p, str) else list(p) for p in parts]}


def is_wide(shape: dict[str, Any]) -> bool:
    """Whether each scenario of a plan can have texts of its own."""
    return capacity([p if isinstance(p, str) else (p[0], p[1]) for p in shape["parts"]]) >= _FEW


def longest_shape(field: TextField) -> dict[str, Any] | None:
    """Return how to spell a text of one's own that is as long as it may be."""
    _, high = lengths(field)
    if field.limits.pattern is not None:
        parts = longest(field.limits.pattern, high)
        if parts is None or capacity(parts) < _FEW:
            return None
        return {"parts": [p if isinstance(p, str) else list(p) for p in parts]}
    if high < 8:
        return None
    return {"parts": ["y" * (high - min(12, high)), [DIGITS, min(12, high)]]}


def _unique_parts(field: TextField, low: int, high: int) -> list[Part] | None:
    if field.limits.pattern is not None:
        return matching(field.limits.pattern, low, high, _ENOUGH)
    stem = " ".join(words(field.name)) + " "
    if len(stem) + 10 <= high:
        return [stem, (DIGITS, max(10, low - len(stem)))]
    if high >= 8:
        return [(DIGITS, min(max(8, low), high))]
    return [(_ALPHANUMERIC, high)] if high else None


def bounds(field: TextField) -> list[tuple[str, Value]]:
    """Return the shortest and the longest accepted text and one with unusual characters."""
    low, high = lengths(field)
    pattern = field.limits.pattern
    if pattern is not None:
        return _pattern_bounds(pattern, low, high)
    values: list[tuple[str, Value]] = [("the shortest", "x" * low), ("the longest", _longest(high))]
    if low < high:
        values += [("one longer", "x" * (low + 1))] if low else []
        values.append(("one shorter than the longest", _longest(high - 1)))
    if low <= len(UNUSUAL) <= high:
        values.append(("unusual characters", UNUSUAL))
    return values


def _pattern_bounds(pattern: str, low: int, high: int) -> list[tuple[str, Value]]:
    """Return matching texts at the bounds of the length; without such, the shortest there is."""
    shortest = matching(pattern, low, high)
    found = [("the shortest", longest(pattern, low) or shortest)]
    if low < high:
        found.append(("one longer", longest(pattern, low + 1)))
    if high <= STRING_MAX_LENGTH:
        found.append(("one shorter than the longest", longest(pattern, high - 1)))
        found.append(("the longest", longest(pattern, high)))
    texts = {first_text(parts): label for label, parts in reversed(found) if parts is not None}
    return [(label, text) for text, label in reversed(texts.items())]


def _longest(high: int) -> str:
    return ("é" + "y" * high)[:high]


def refused(field: TextField) -> list[tuple[str, Value]]:
    """Return texts one character too short or too long, and one that breaks the pattern."""
    low, high = lengths(field)
    pattern = field.limits.pattern
    found: list[tuple[str, Value]] = []
    if low > 0:
        found.append(("too short", Raw(_trim(field, low - 1))))
    found.append(("too long", Raw(_trim(field, high + 1))))
    found.append(("a NUL character", Raw(("z" * max(low, 2))[:-1] + FORBIDDEN_CHARACTER)))
    if pattern is not None:
        broken = _broken(pattern, str(usual(field)), low, high)
        found += [] if broken is None else [("breaks the pattern", Raw(broken))]
    return found


def _trim(field: TextField, size: int) -> str:
    """Return a text of that length, matching the pattern if one of that length does."""
    if field.limits.pattern is not None and size <= STRING_MAX_LENGTH:
        parts = longest(field.limits.pattern, size)
        if parts is not None:
            return first_text(parts)
    return "z" * size


def _broken(pattern: str, good: str, low: int, high: int) -> str | None:
    """Return a text of accepted length that does not match as a whole."""
    tries = [
        good[:-1] + "!",
        "!" + good[1:],
        good + "!",
        "!" * max(low, 1),
        good.swapcase(),
        "ß" * max(low, 1),
        "",
    ]
    return next((t for t in tries if low <= len(t) <= high and re.fullmatch(pattern, t) is None), None)
