"""What the gates and the scenarios say of an application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from generator.host.sandbox import ProcessSandbox
from generator.stages.steps import smoke_result
from generator.stages.steps.sanity_report import placed
from generator.verify.gates import GATES, Gate, run_gates
from generator.verify.model import SanityReport, Scenario, SmokeResult, TestsModelIR
from generator.verify.sandbox import Files, Session
from generator.verify.smoke import run_smoke
from tests.faults.app import App

SOURCE = tuple(gate for gate in GATES if not gate.needs)  # those that only read the files


class Opened:
    """A session that is open already, as a sandbox: gates and scenarios share it."""

    name = "process"

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def open(self, bundle: Files) -> Iterator[Session]:
        """Give the session."""
        yield self._session


def ask(app: App, gates: tuple[Gate, ...] = GATES) -> SanityReport:
    """Ask the gates."""
    return placed(run_gates(app.bundle, app.ir, ProcessSandbox(), app.guards, gates), app.source_map)


def exercise(app: App, plan: TestsModelIR) -> tuple[SanityReport, SmokeResult]:
    """Ask all gates, then, on the same database, run scenarios."""
    with ProcessSandbox().open(app.bundle) as session:
        report = run_gates(app.bundle, app.ir, Opened(session), app.guards)
        session.migrate()
        session.start()
        result = run_smoke(plan, session.base_url, database=session.database_url)
        rows = tuple(smoke_result.placed(row, app.source_map, session.logs()) for row in result.rows)
        return placed(report, app.source_map), msgspec.structs.replace(result, rows=rows)


def involved(plan: TestsModelIR, operation: str, others: int = 4) -> TestsModelIR:
    """Return the scenarios of an operation, and some that never use it."""
    own = [s for s in plan.scenarios() if operation in (s.suite, s.node)]
    apart = [s for s in plan.scenarios() if s.kind == "happy" and not uses(s, operation)]
    chosen = {s.name for s in own + apart[:others]}
    suites = (
        msgspec.structs.replace(suite, scenarios=tuple(s for s in suite.scenarios if s.name in chosen))
        for suite in plan.suites
    )
    return msgspec.structs.replace(plan, suites=tuple(s for s in suites if s.scenarios))


def uses(scenario: Scenario, operation: str) -> bool:
    """Whether a scenario sends a request to an operation."""
    return any(step.operation == operation for step in scenario.steps)


def about(app: App, node: str) -> str:
    """Return the operation that a node is about: itself, that of its flow, or the first of its entity."""
    kind, _, name = node.partition(":")
    entity, _, rest = name.partition(":")[0].partition(".")
    if kind == "operation":
        return node
    own = app.index.operations_of(entity)
    return ([o for o in own if o.name == rest] or own)[0].id
