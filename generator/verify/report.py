"""Prints smoke results as a table for people."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.verify.model import SmokeResult, SmokeRow


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
    return (
        f"{len(result.rows) - failed} of {len(result.rows)} passed, {failed} failed, {result.ms / 1000:.1f} s"
    )


def print_smoke(result: SmokeResult, console: Console, *, verbose: bool = False) -> None:
    """Print the failures (or with `verbose` every row) and how to send each failed request again."""
    if verbose or not result.ok:
        console.print(smoke_table(result, failures_only=not verbose))
    for row in result.failures:
        console.print(failure_text(row), markup=False, highlight=False, soft_wrap=True)
    if result.ok and not verbose:
        console.print(f"{result.app}: {smoke_line(result)}", markup=False, highlight=False)


def failure_text(row: SmokeRow) -> str:
    """Return what is needed to look into a failed row."""
    return f"{row.scenario} (step {row.step}, {row.node})\n  {row.problem}\n  got {row.got}\n  {row.curl}"
