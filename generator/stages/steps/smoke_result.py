"""What the running application answers to every scenario."""

from __future__ import annotations

from msgspec.structs import replace

from generator.emit.bundle import Bundle
from generator.verify.model import SmokeResult, TestsModelIR
from generator.verify.sandbox import AppFailed, Sandbox
from generator.verify.smoke import Progress, smoke_session


def run(
    bundle: Bundle, plan: TestsModelIR, sandbox: Sandbox, progress: Progress | None = None
) -> SmokeResult:
    """Migrate, start, and send every request; an application that can't be started is a result too."""
    with sandbox.open(bundle) as session:
        try:
            session.migrate()
            session.start()
            result = smoke_session(plan, session, progress)
            session.check_alive()
        except AppFailed as failure:
            return SmokeResult(plan.app, plan.ir_digest, (), 0.0, str(failure))
        return result


def timeless(result: SmokeResult) -> SmokeResult:
    """Return the result without what differs from run to run."""
    rows = tuple((row.scenario, row.ok) for row in result.rows)
    return replace(result, rows=(), ms=0.0, problem=f"{result.problem}{rows}")
