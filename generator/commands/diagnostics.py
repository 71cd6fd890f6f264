"""Diagnostics as a person reads them: place, message, the line with a caret, the way out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.core.diagnostics import Diagnostic, Severity

_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m"}
_RESET = "\x1b[0m"


def print_diagnostics(found: Iterable[Diagnostic], folder: Path) -> None:
    """Print to stderr; the diagnostics' files lie in `folder`."""
    colour = sys.stderr.isatty()
    for diagnostic in found:
        print("\n".join(render(diagnostic, folder, colour=colour)), file=sys.stderr)


def render(found: Diagnostic, folder: Path, *, colour: bool = False) -> Iterator[str]:
    """Yield the lines of one message."""
    span = found.span
    kind = f"{found.severity} {found.code}"
    if colour:
        kind = f"{_COLOURS[found.severity]}{kind}{_RESET}"
    yield f"{_shown(folder / span.file)}:{span.line}:{span.column}: {kind}: {found.message}"
    line = _line(folder / span.file, span.line)
    if line is not None:
        gutter = f"{span.line:>5}"
        yield f"{gutter} | {line}"
        yield f"{' ' * len(gutter)} | {_caret(line, span.column, _end(found, line))}"
    if found.hint:
        yield f"{' ' * 5} = {found.hint}"


def _end(found: Diagnostic, line: str) -> int:
    span = found.span
    return span.end_column if span.end_line == span.line else len(line) + 1


def _caret(line: str, column: int, end: int) -> str:
    before = "".join("\t" if c == "\t" else " " for c in line[: column - 1])
    return before.ljust(column - 1) + "^" * max(1, end - column)


def _line(path: Path, number: int) -> str | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[number - 1] if 0 < number <= len(lines) else None


def _shown(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
