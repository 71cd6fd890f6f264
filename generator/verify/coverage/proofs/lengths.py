"""Lengths that no text of a pattern has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from re import _constants as codes
from re import _parser as parser
from typing import Any

from generator.core.formats import TEXT_MAX_LENGTH
from generator.ir.model import Operation
from generator.verify.coverage.case import Member
from generator.verify.coverage.members import given

MOST = 2000  # beyond it lengths are not told apart
Question = Callable[[], str]


def lengths_of(operation: Operation, member: Member) -> Iterator[tuple[str, Question]]:
    """Yield, by the item that needs it, the question whether the pattern has texts of a length at all."""
    pattern = member.limits.pattern
    if pattern is None:
        return
    low, high = given(member, "min_length") or 0, given(member, "max_length") or TEXT_MAX_LENGTH
    name = f"{operation.id}:{member.id}"
    yield f"{name}:min_length", partial(_none, pattern, 0, low - 1)
    yield f"{name}:max_length", partial(_none, pattern, high + 1, None)
    for bound, length, step in (("min_length", low, 1), ("max_length", high, -1)):
        yield f"{name}:{bound}:at", partial(_none, pattern, length, length)
        yield f"{name}:{bound}:just-inside", partial(_none, pattern, length + step, length + step)
        yield f"{name}:{bound}:just-outside", partial(_none, pattern, length - step, length - step)


def _none(pattern: str, low: int, high: int | None) -> str:
    """Return why no text of `low` to `high` characters matches."""
    least, most = _width(pattern)
    if (high is not None and high < least) or low > most:
        return f"the pattern matches {least} to {most} characters only"
    if high is not None and high <= MOST and not any(low <= n <= high for n in _lengths(pattern)):
        return f"the pattern matches no text of {low} characters"
    return ""


def _width(pattern: str) -> tuple[int, int]:
    least, most = parser.parse(pattern).getwidth()
    return int(least), int(most)


@cache
def _lengths(pattern: str) -> frozenset[int]:
    return _sequence(parser.parse(pattern))


def _sequence(tokens: Any) -> frozenset[int]:
    found = frozenset({0})
    for op, argument in tokens:
        found = _sums(found, _token(op, argument))
    return found


def _token(op: Any, argument: Any) -> frozenset[int]:
    if op in {codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY}:
        return frozenset({1})
    if op is codes.AT:
        return frozenset({0})
    if op is codes.SUBPATTERN:
        return _sequence(argument[-1])
    if op is codes.BRANCH:
        return frozenset().union(*(_sequence(branch) for branch in argument[1]))
    if op in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
        return _repeated(*argument)
    return frozenset(range(MOST + 1))  # what it may match is not known: any length


def _repeated(least: Any, most: Any, tokens: Any) -> frozenset[int]:
    once = _sequence(tokens)
    found = frozenset({0})
    for _ in range(int(least)):
        found = _sums(found, once)
    ends = found
    for _ in range(min(int(most), MOST) - int(least)):
        ends = _sums(ends, once)
        if ends <= found:
            break
        found |= ends
    return found


def _sums(left: frozenset[int], right: frozenset[int]) -> frozenset[int]:
    return frozenset(a + b for a in left for b in right if a + b <= MOST)
