"""Decimals of 38 digits stay exact while a plan is made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_DIGITS = 100  # sums and multiples of the widest fields


def wide_decimals(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function calculate with more digits than Python does of itself, which are 28."""

    @wraps(function)
    def widened(*args: P.args, **kwargs: P.kwargs) -> T:
        with localcontext(prec=_DIGITS):
            return function(*args, **kwargs)

    return widened
