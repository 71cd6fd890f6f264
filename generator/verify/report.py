"""Prints smoke results as a table for people."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.verify.model import Finding, SmokeResult, SmokeRow

_LOG_LINES = 30
_WIDE = 110  # columns, from which on answers are shown with their codes
_REST = 13 + 5  # lines and margins of the table, and the milliseconds
_ROOM = {True: 28, False: 9}  # for an answer


def smoke_table(result: SmokeResult, *, failures_only: bool = False, width: int = 140) -> Table:
    """Return one line per scenario: its name, what was expected, what came, how long it took."""
    wide = width >= _WIDE
    rows = result.failures if failures_only else result.rows
    answers = [(_answer(row.expected, wide=wide), _answer(row.got, wide=wide)) for row in rows]
    columns = [("expected", *(e for e, _ in answers)), ("got", *(g for _, g in answers))]
    room = [min(_ROOM[wide], max(map(len, column))) for column in columns]
    table = Table(title=f"{result.app}: {smoke_line(result)}", title_justify="left", expand=False)
    table.add_column("scenario", no_wrap=True, overflow="ellipsis", max_width=width - sum(room) - _REST)
    table.add_column("expected", max_width=room[0], no_wrap=True, overflow="ellipsis")
    table.add_column("got", max_width=room[1], no_wrap=True, overflow="ellipsis")
    table.add_column("ms", justify="right", no_wrap=True, min_width=5)
    for row, (expected, got) in zip(rows, answers, strict=True):
        style = "" if row.ok else "bold red"
        table.add_row(escape(row.scenario), escape(expected), escape(got), f"{row.ms:.0f}", style=style)
    return table


def _answer(answer: str, *, wide: bool) -> str:
    """Return what there is room for: the status and the code, or the status alone."""
    return brief(answer) if wide or not answer[:3].isdigit() else answer[:3]


def brief(answer: str) -> str:
    """Return an answer's status with its problem's code, without the rest of its body."""
    status, _, text = answer.partition(" ")
    with suppress(msgspec.DecodeError):
        body = msgspec.json.decode(text)
        body = body.get("$partial", body) if isinstance(body, dict) else {}
        return f"{status} {body.get('code') or ''}".strip()
    return answer


def smoke_line(result: SmokeResult) -> str:
    """Return the summary in one line."""
    if result.problem:
        return result.problem
    failed = len(result.failures)
    logged = f", {len(result.findings)} errors in the logs" if result.findings else ""
    passed = f"{len(result.rows) - failed} of {len(result.rows)} passed"
    return f"{passed}, {failed} failed{logged}, {result.ms / 1000:.1f} s"


def print_smoke(result: SmokeResult, console: Console, *, verbose: bool = False) -> None:
    """Print the failures (or with `verbose` every row) and how to send each failed request again."""
    if verbose or not result.ok:
        console.print(smoke_table(result, failures_only=not verbose, width=console.width))
    for row in result.failures:
        console.print(failure_text(row), markup=False, highlight=False, soft_wrap=True)
    for found in result.findings:
        console.print(finding_text(found), markup=False, highlight=False, soft_wrap=True)
    if result.ok and not verbose:
        console.print(f"{result.app}: {smoke_line(result)}", markup=False, highlight=False)


def failure_text(row: SmokeRow) -> str:
    """Return what is needed to look into a failed row."""
    at = f", {row.span}" if row.span else ""
    return f"{row.scenario} (step {row.step}, {row.node}{at})\n  {row.problem}\n  got {row.got}\n  {row.curl}"


def finding_text(found: Finding) -> str:
    """Return an error of a log with its lines and the place that it came from."""
    where = f" ({found.path}:{found.line}, {found.node or 'no node'})" if found.path else ""
    lines = "".join(f"\n  | {line}" for line in found.evidence.splitlines()[-_LOG_LINES:])
    return f"{found.source}: {found.message}{where}{lines}"
