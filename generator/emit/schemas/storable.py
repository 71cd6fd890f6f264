"""Patterns whose texts PostgreSQL can all hold: neither NUL nor half of a surrogate pair matches."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

# Type checkers know these modules of the standard library only at times.
parser: Any = import_module("re._parser")
codes: Any = import_module("re._constants")

_NUL, _FIRST_HALF, _LAST_HALF = 0, 0xD800, 0xDFFF
_CATEGORIES = {codes.CATEGORY_DIGIT, codes.CATEGORY_WORD, codes.CATEGORY_SPACE}
_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}


@cache
def is_storable(pattern: str) -> bool:
    """Whether every text that matches can be stored; no if that can't be told."""
    return _all(parser.parse(pattern))


def _all(tokens: Any) -> bool:
    return all(_is_plain(op, argument) for op, argument in tokens)


def _is_plain(op: Any, argument: Any) -> bool:
    if op is codes.AT:
        return True
    if op is codes.LITERAL:
        return _can_hold(argument, argument)
    if op is codes.IN:
        return all(_is_plain_member(*member) for member in argument)
    if op is codes.SUBPATTERN:
        return _all(argument[-1])
    if op is codes.BRANCH:
        return all(_all(branch) for branch in argument[1])
    return op in _REPEATS and _all(argument[-1])


def _is_plain_member(op: Any, argument: Any) -> bool:
    if op is codes.LITERAL:
        return _can_hold(argument, argument)
    if op is codes.RANGE:
        return _can_hold(*argument)
    return op is codes.CATEGORY and argument in _CATEGORIES


def _can_hold(first: int, last: int) -> bool:
    return first > _NUL and (last < _FIRST_HALF or first > _LAST_HALF)
