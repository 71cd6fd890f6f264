"""Choices that hypothesis makes, and makes simpler when it shrinks: the first option is the simplest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Chooser:
    """Chooses through one hypothesis `draw`."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def below(self, number: int) -> int:
        """Return a number from 0 on, less than `number`."""
        return 0 if number == 1 else int(self._draw(_numbers(number)))

    def rarely(self, times: int) -> bool:
        """Return true about once in so many times; false is the simpler answer."""
        return self.below(times) == times - 1


@cache
def _numbers(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)
