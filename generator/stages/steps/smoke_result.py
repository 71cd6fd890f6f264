"""What the running application answers to every scenario, and what it and its database log meanwhile."""

from __future__ import annotations

from msgspec.structs import replace

from generator.emit.bundle import Bundle
from generator.ir.model import SourceMap
from generator.verify.logs.judge import judge
from generator.verify.model import SmokeResult, SmokeRow, TestsModelIR
from generator.verify.provenance import locate, node_at_fault, stage_at_fault
from generator.verify.sandbox import AppFailed, Sandbox, Session
from generator.verify.smoke import Progress, smoke_session


def run(
    bundle: Bundle,
    plan: TestsModelIR,
    sandbox: Sandbox,
    progress: Progress | None = None,
    places: SourceMap | None = None,
) -> SmokeResult:
    """Migrate, start, and send every request; an application that can't be started is a result too."""
    with sandbox.open(bundle) as session:
        result = _tried(plan, session, progress)
        logs = session.logs(), session.database_logs()
    return replace(
        result,
        rows=tuple(placed(row, places or {}, logs[0]) for row in result.rows),
        findings=judge(*logs, bundle.files, places),
        log_lines=sum(len(log.splitlines()) for log in logs),
    )


def _tried(plan: TestsModelIR, session: Session, progress: Progress | None) -> SmokeResult:
    result = SmokeResult(plan.app, plan.ir_digest, (), 0.0)
    try:
        session.migrate()
        session.start()
        result = smoke_session(plan, session, progress)
        session.check_alive()
        session.stop()  # what is wrong with its end is logged then
    except AppFailed as failure:
        return replace(result, problem=str(failure))
    return result


def placed(row: SmokeRow, places: SourceMap, log: str = "") -> SmokeRow:
    """Return the row with its node's place in the spec and, if it failed, the stage at fault."""
    node = row.node if row.ok else node_at_fault(row, places)
    stage = "" if row.ok else stage_at_fault(row, log)
    return replace(row, node=node, span=locate(node, places), stage=stage)


def timeless(result: SmokeResult) -> SmokeResult:
    """Return the result without what differs from run to run."""
    rows = tuple((row.scenario, row.ok) for row in result.rows)
    logged = tuple((found.source, found.code, found.node) for found in result.findings)
    return replace(
        result, rows=(), findings=(), log_lines=0, ms=0.0, problem=f"{result.problem}{rows}{logged}"
    )
