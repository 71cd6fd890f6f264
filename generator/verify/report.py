"""Prints smoke results as a table for people."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.verify.model import Finding, SmokeResult, SmokeRow

_LOG_LINES = 30


def smoke_table(result: SmokeResult, *, failures_only: bool = False) -> Table:
    """Return one line per scenario: its name, what was expected, what came, how long it took."""
    table = Table(title=f"{result.app}: {smoke_line(result)}", title_justify="left", expand=False)
    table.add_column("scenario", no_wrap=True, overflow="ellipsis")
    table.add_column("expected", max_width=28, no_wrap=True, overflow="ellipsis")
    table.add_column("got", max_width=28, no_wrap=True, overflow="ellipsis")
    table.add_column("ms", justify="right", no_wrap=True, min_width=4)
    for row in result.failures if failures_only else result.rows:
        style = "" if row.ok else "bold red"
        table.add_row(
            escape(row.scenario),
            escape(brief(row.expected)),
            escape(brief(row.got)),
            f"{row.ms:.0f}",
            style=style,
        )
    return table


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
        console.print(smoke_table(result, failures_only=not verbose))
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
