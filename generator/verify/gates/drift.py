"""Gate: `alembic check` finds nothing left to generate."""

from __future__ import annotations

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Report each operation that Alembic would still generate."""
    probe = build.probe
    if "drift" in probe.failures:
        return [build.failed("check-fails", "`alembic check` fails", probe.failures["drift"])]
    if probe.drift is None:
        raise CannotRun(probe.why_not("drift"))
    return [_finding(build, what) for what in probe.drift]


def _finding(build: Build, what: str) -> Finding:
    """Make a finding at the table that a difference is about."""
    words = what.split()
    table = next((t for t in build.physical.tables if t.name in words), None)
    column = next((c for c in table.columns if c.name in words), None) if table else None
    node = column.node if column else table.node if table else ""
    return build.finding("drift", f"the migrations lack: {what}", path="migrations/env.py", node=node)
