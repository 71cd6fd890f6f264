"""What the pure stages need from outside; `generator.host` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Formatter(Protocol):
    """Formats Python sources: sorted imports, one layout."""

    def format(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Return path -> formatted text; raises ValueError naming the file that does not parse."""
        ...
