"""A result as JUnit XML, by the program that travels with the application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from generator.verify.model import SmokeResult, SmokeRow
from generator.verify.program.report import to_junit as rows_to_junit
from generator.verify.program.run import Row

_FIELDS = [field.name for field in fields(Row)]


def to_junit(result: SmokeResult, problems: Sequence[tuple[str, str]] = ()) -> str:
    """Return a test case for each scenario, and an error for each further problem (a name, a text)."""
    rows = [_row(row) for row in result.rows]
    return rows_to_junit(result.app, rows, [*_problems(result), *problems])


def _row(row: SmokeRow) -> Row:
    return Row(**{name: getattr(row, name) for name in _FIELDS})


def _problems(result: SmokeResult) -> Iterator[tuple[str, str]]:
    if result.problem:
        yield "the run as a whole", result.problem
    for found in result.findings:
        yield found.source, f"{found.message}\n{found.evidence}"
