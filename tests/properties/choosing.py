"""Where random decisions come from: hypothesis (which shrinks them) or a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chooser(Protocol):
    """Makes decisions; the first option is the simplest one."""

    def number(self, low: int, high: int) -> int: ...


class Drawn:
    """Decisions drawn by hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


class Seeded:
    """Decisions from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class Choices:
    """What the makers of specs ask."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser

    def number(self, low: int, high: int) -> int:
        return self._chooser.number(low, high)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """Whether something unusual is done; shrinks to no."""
        return self.number(0, 99) >= 100 - percent

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Return up to `most` different options."""
        left = list(options)
        return [left.pop(self.number(0, len(left) - 1)) for _ in range(self.number(0, min(most, len(left))))]
