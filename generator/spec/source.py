"""Where each character of a YAML scalar's value stands in its file."""

from __future__ import annotations

from bisect import bisect_right

from generator.core.spans import Span

_BLANKS = " \t\n\r"
_ESCAPED_LENGTH = {"x": 4, "u": 6, "U": 10}


class SourceFile:
    """One text file: turns character offsets into lines and columns."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts = [0]
        find = text.find
        at = find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = find("\n", at + 1)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, first: int, end: int) -> Span:
        """Return the span of the characters [first, end)."""
        line, column = self.position(first)
        end_line, end_column = self.position(max(first, end))
        return Span(self.path, line, column, end_line, end_column)


def offsets(value: str, raw: str, style: str) -> list[int]:
    """Return, for each character of `value` and its end, the offset in `raw` that it came from.

    `raw` is a scalar as written, quotes or block header included. Between the
    words of folded lines the offset is that of the first blank.
    """
    if style in "|>" and style:
        return _block(value, raw)
    return _flow(value, raw, style)


def _blank_run(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in _BLANKS:
        end += 1
    return end


def _block(value: str, raw: str) -> list[int]:
    """Blocks have no escapes: runs of blanks in value and source match one to one."""
    found: list[int] = []
    at = _blank_run(raw, raw.find("\n") + 1)
    index = _blank_run(value, 0)
    found.extend([at] * index)
    while index < len(value):
        if value[index] in _BLANKS:
            run, at_end = _blank_run(value, index), _blank_run(raw, at)
            found.extend(min(at + step, max(at, at_end - 1)) for step in range(run - index))
            index, at = run, at_end
        else:
            found.append(at)
            index, at = index + 1, at + 1
    return [*found, min(at, len(raw))]


def _flow(value: str, raw: str, style: str) -> list[int]:
    found: list[int] = []
    at = 1 if style else 0
    while len(found) < len(value) and at < len(raw):
        at = _flow_step(raw, at, style, found)
    found.extend([at] * (len(value) - len(found)))
    del found[len(value) :]
    return [*found, at]


def _flow_step(raw: str, at: int, style: str, found: list[int]) -> int:
    """Take one character, escape or fold of the source; return the offset after it."""
    run = _blank_run(raw, at)
    breaks = raw.count("\n", at, run)
    if breaks:
        found.extend([at] * max(1, breaks - 1))
        return run
    if style == '"' and raw[at] == "\\":
        if raw[at + 1] in "\r\n":
            return _blank_run(raw, at + 1)
        found.append(at)
        return at + _ESCAPED_LENGTH.get(raw[at + 1], 2)
    found.append(at)
    return at + (2 if style == "'" and raw.startswith("''", at) else 1)
