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
    return [
        build.finding("drift", f"the migrations lack: {what}", path="migrations/env.py")
        for what in probe.drift
    ]
