"""Offsets in a string to places in the file that it stands in."""

from __future__ import annotations

from generator.core.spans import Span


class Places:
    """Maps offsets of `text`, whose first character stands at `at`, to spans."""

    def __init__(self, text: str, at: Span) -> None:
        self.text = text
        self._at = at
        self._plain = "\n" not in text

    def span(self, start: int, end: int) -> Span:
        """Return the span of text[start:end]."""
        return Span(self._at.file, *self._point(start), *self._point(end))

    @property
    def whole(self) -> Span:
        """The span of the whole text."""
        return self.span(0, len(self.text))

    def _point(self, offset: int) -> tuple[int, int]:
        if self._plain:
            return self._at.line, self._at.column + offset
        before = self.text[:offset]
        lines = before.count("\n")
        if lines == 0:
            return self._at.line, self._at.column + offset
        return self._at.line + lines, offset - before.rfind("\n")
