"""Diagnostics as plain text: place, code, the line with a caret under it, a hint."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from generator.core.diagnostics import Diagnostic, Severity
from generator.core.spans import Span

_WIDEST = 100
_RED, _YELLOW, _BOLD, _BLUE, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[34m", "\x1b[0m"


def render(items: Iterable[Diagnostic], read: Callable[[str], str], *, color: bool = False) -> str:
    """Return all diagnostics with their source lines, then a line that counts them."""
    found = list(items)
    lines = _Lines(read)
    blocks = [_one(item, lines, _Paint(on=color)) for item in found]
    return "\n\n".join([*blocks, summary(found)]) if found else ""


def summary(items: Iterable[Diagnostic]) -> str:
    """Return `2 errors, 1 warning`."""
    severities = [item.severity for item in items]
    counts = [(severities.count(severity), severity.value) for severity in Severity]
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return ", ".join(words) or "no problems"


class _Paint:
    def __init__(self, *, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, *codes: str) -> str:
        return f"{''.join(codes)}{text}{_RESET}" if self._on else text


class _Lines:
    """Lines of the files that diagnostics are about."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str | None:
        if file not in self._files:
            try:
                self._files[file] = self._read(file).removeprefix("\ufeff").split("\n")
            except (OSError, UnicodeDecodeError):
                self._files[file] = []
        lines = self._files[file]
        return lines[number - 1].rstrip("\r") if number <= len(lines) else None


def _one(item: Diagnostic, lines: _Lines, paint: _Paint) -> str:
    shade = _RED if item.severity is Severity.ERROR else _YELLOW
    label = paint(f"{item.severity.value} {item.code}", _BOLD, shade)
    block = [f"{paint(printable(str(item.span)), _BOLD)}: {label}: {printable(item.message)}"]
    text = lines.line(item.span.file, item.span.line)
    if text is not None:
        block.extend(_excerpt(item.span, text, paint, shade))
    if item.hint:
        block.append(f"  {paint('hint:', _BOLD)} {printable(item.hint)}")
    return "\n".join(block)


def _excerpt(span: Span, text: str, paint: _Paint, shade: str) -> list[str]:
    """Return the line and the carets below it; of a very long line only what is around them."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(text.rstrip())
    cut = max(0, start - _WIDEST // 2)
    shown = text[cut : cut + _WIDEST]
    gutter = f"{span.line:>5} | "
    mark = "^" * max(1, min(_width(text[start:end]), _width(shown) - _width(text[cut:start])))
    margin = " " * 5 + " | "
    pad = " " * _width(text[cut:start])
    return [f"{paint(gutter, _BLUE)}{printable(shown)}", f"{paint(margin, _BLUE)}{pad}{paint(mark, shade)}"]


def printable(text: str) -> str:
    """Replace what would move the cursor or hide text; one character stays one character."""
    return "".join(c if c.isprintable() else " " if c in "\t\n\r" else "\ufffd" for c in text)


def _width(text: str) -> int:
    """Return how many columns a terminal needs."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
