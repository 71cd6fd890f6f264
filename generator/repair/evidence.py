"""From what a run left to findings: gates, scenarios, logs, failed checks, stages that could not be made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from generator.core.diagnostics import Diagnostic
from generator.overrides.views import stage_of_source
from generator.repair.model import StepFailure
from generator.verify.model import Finding, SanityReport, SmokeResult, SmokeRow
from generator.verify.provenance import APP, stage_of

_PLACE = re.compile(r"((?:[\w.-]+/)*[\w.-]+\.(?:py|toml|txt|yaml|yml|ini|mako|md|sh|json))(?::(\d+))?")
_GONE = re.compile(
    r"database is gone|ended with SIGKILL|[Tt]oo many connections|[Nn]o space left|Connection refused"
    r"|[Cc]annot allocate memory|The process was killed"
)


def is_transient(message: str) -> bool:
    """Whether the machine failed: the database went away, something was killed, there was no room."""
    return _GONE.search(message) is not None


def of_sanity(report: SanityReport) -> list[Finding]:
    """Return the errors; gates that could not be asked count only where nothing else is wrong."""
    found = [f for f in report.findings if f.severity == "error"]
    skipped = [Finding(g.gate, "skipped", g.skipped, node=APP) for g in report.gates if g.skipped]
    return found or skipped


def of_smoke(result: SmokeResult) -> tuple[list[Finding], list[StepFailure]]:
    """Return a finding for each failed scenario and each error in the logs; a run that died is a failure."""
    rows = [_of_row(row, result.findings) for row in result.failures]
    if result.problem and is_transient(result.problem):
        return [], [StepFailure("smoke_result", result.problem, transient=True)]
    whole = [_of_problem(result.problem)] if result.problem else []
    return [*whole, *rows, *result.findings], []


def _of_problem(problem: str) -> Finding:
    path, line = _place(problem)
    found = Finding("smoke", "not-started", problem.partition("\n")[0], path, line, APP, evidence=problem)
    return replace(found, stage=stage_of(path) if path else "")


def _of_row(row: SmokeRow, logged: Iterable[Finding]) -> Finding:
    """Return a failed scenario; a server error says what was logged meanwhile."""
    said = f"expected {row.expected}, got {row.got}"
    found = Finding(f"scenario {row.scenario}", "failed", said, node=row.node, span=row.span, stage=row.stage)
    error = next(iter(logged), None) if row.got.startswith("5") else None
    if error is None:
        return replace(found, evidence=row.problem)
    message = f"{row.got[:3]} {error.message}"
    return replace(found, message=message, path=error.path, line=error.line, evidence=error.evidence)


def of_check(stage: str, check: str, problems: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each problem of a failed check."""
    for problem in problems:
        path, line = _place(problem)
        yield Finding(f"{stage}.{check}", "check-failed", problem, path, line, APP, stage=stage)


def of_diagnostics(found: Iterable[Diagnostic]) -> list[Finding]:
    """Return the findings of overrides that can't be used."""
    return [
        Finding(
            "compile",
            d.code,
            d.message,
            d.span.file,
            d.span.line,
            APP,
            stage=stage_of_source(d.span.file) or ("migrations" if d.code.startswith("M") else "app_spec"),
        )
        for d in found
    ]


def _place(text: str) -> tuple[str, int]:
    """Return the first file of the application that a text names, with its line."""
    found = next((m for m in _PLACE.finditer(text) if stage_of(m[1])), None)
    return (found[1], int(found[2] or 0)) if found else ("", 0)
