"""What the page shows, decided here; the template prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from generator.verify.coverage.model import Coverage
from generator.verify.model import Finding, SmokeResult, SmokeRow
from generator.verify.report import brief

_KINDS = ("happy", "edge", "error", "effect", "flow")
_LONG, _SHORT = 1500, 240
_MANY = 1000  # scenarios, from which on those that passed are shown in short


class Reach(msgspec.Struct, frozen=True):
    """How much of one dimension the plan reaches; `gaps` names what it does not."""

    dimension: str
    total: int
    covered: int
    proved: int = 0  # can't happen, so nothing has to try it
    gaps: tuple[str, ...] = ()


def reaches(coverage: Coverage | None) -> tuple[Reach, ...]:
    """Return the numbers of a measured plan, each dimension with what is missing in it."""
    if coverage is None:
        return ()
    return tuple(
        Reach(
            row.dimension,
            row.total,
            row.covered,
            row.proved,
            tuple(f"{i.what}: {i.reason}" for i in coverage.missing if i.dimension == row.dimension),
        )
        for row in coverage.rows
    )


class Cell(msgspec.Struct, frozen=True):
    """Scenarios of one suite and one kind."""

    kind: str
    passed: int = 0
    failed: int = 0


class Line(msgspec.Struct, frozen=True):
    """One suite in the matrix."""

    suite: str
    title: str
    cells: tuple[Cell, ...]  # the last one is their sum


class Shown(msgspec.Struct, frozen=True):
    """One scenario in the table."""

    row: SmokeRow
    target: str  # method and path
    expected: str
    got: str
    request_text: str
    expected_text: str
    got_text: str
    spec: str


class Page(msgspec.Struct, frozen=True):
    """The whole page."""

    result: SmokeResult
    where: str  # the sandbox
    when: str
    kinds: tuple[str, ...]
    matrix: tuple[Line, ...]
    shown: tuple[Shown, ...]
    failures: tuple[Shown, ...]
    findings: tuple[tuple[Finding, str], ...]
    coverage: tuple[Reach, ...]
    slowest: tuple[SmokeRow, ...]


def page(result: SmokeResult, *, where: str = "", when: str = "", coverage: Coverage | None = None) -> Page:
    """Return everything that the page shows, failures first."""
    rows = sorted(result.rows, key=lambda row: (row.ok, row.scenario, row.suite))
    kinds = _kinds(rows)
    shown = tuple(_shown(row, _SHORT if row.ok and len(rows) > _MANY else _LONG) for row in rows)
    return Page(
        result=result,
        where=where,
        when=when,
        kinds=kinds,
        matrix=_matrix(rows, kinds),
        shown=shown,
        failures=tuple(each for each in shown if not each.row.ok),
        findings=tuple((found, str(found.span or "")) for found in result.findings),
        coverage=reaches(coverage),
        slowest=tuple(sorted(rows, key=lambda row: (-row.ms, row.scenario))[:5]),
    )


def _kinds(rows: Sequence[SmokeRow]) -> tuple[str, ...]:
    used = {row.kind for row in rows}
    return (*(kind for kind in _KINDS if kind in used), *sorted(used.difference(_KINDS)))


def _matrix(rows: Sequence[SmokeRow], kinds: Sequence[str]) -> tuple[Line, ...]:
    counted = Counter((row.suite, row.kind, row.ok) for row in rows)
    return tuple(_line(suite, kinds, counted) for suite in sorted({row.suite for row in rows}))


def _line(suite: str, kinds: Sequence[str], counted: Counter[tuple[str, str, bool]]) -> Line:
    cells = tuple(Cell(k, counted[suite, k, True], counted[suite, k, False]) for k in kinds)
    total = Cell("", sum(c.passed for c in cells), sum(c.failed for c in cells))
    return Line(suite, suite.partition(":")[2] or suite, (*cells, total))


def _shown(row: SmokeRow, most: int) -> Shown:
    method, _, rest = row.request.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    return Shown(
        row=row,
        target=f"{method} {path}",
        expected=brief(row.expected),
        got=brief(row.got),
        request_text=_cut(row.request, most),
        expected_text=_cut(row.expected, most),
        got_text=_cut(row.got, most),
        spec=_spec(row),
    )


def _spec(row: SmokeRow) -> str:
    return f"{row.span.file}:{row.span.line}" if row.span is not None else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
