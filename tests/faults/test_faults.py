"""Each fault is seen by exactly those that are to see it, at its IR node, its line of the spec, its stage."""

import pytest

from generator.core.spans import Span
from generator.repair.evidence import of_smoke
from generator.verify.gates import GATES
from generator.verify.model import SanityReport, SmokeResult, TestsModelIR
from generator.verify.provenance import locate
from tests.faults.app import App
from tests.faults.model import Fault, Injected
from tests.faults.run import SOURCE, about, ask, exercise, involved, uses
from tests.faults.table import FAULTS
from tests.repair.diagnosing import check_repair

NAMES = {gate.name for gate in SOURCE}
READ = [f for f in FAULTS if set(f.seen_by[:1]) & NAMES]
ASKED = [f for f in FAULTS if f.seen_by and f not in READ]
RUN = [f for f in FAULTS if not f.seen_by]
# The type checker takes as long as all others: it is asked where it should see something, and of what is run.
QUICK = tuple(gate for gate in GATES if gate.name != "types")


def name(fault: Fault) -> str:
    return fault.name.replace(" ", "-")


def seen(report: SanityReport) -> tuple[str, ...]:
    return tuple(gate.gate for gate in report.gates if gate.findings)


def check_findings(report: SanityReport, fault: Fault, broken: Injected) -> None:
    """All that is seen is seen by the right gates; the earliest says where it is and whose fault."""
    assert seen(report) == fault.seen_by
    first = next(gate for gate in report.gates if gate.findings)
    wanted = (broken.node, locate(broken.node, broken.app.source_map), fault.stage)
    assert wanted in [(f.node, f.span, f.stage) for f in first.findings]
    assert all(f.stage and isinstance(f.span, Span) for f in report.findings)
    skipped = [gate.gate for gate in report.gates if gate.skipped]
    order = [gate.name for gate in GATES]
    assert all(order.index(name) > order.index(first.gate) for name in skipped)


def test_a_healthy_build_has_no_finding(healthy: App) -> None:
    report, result = exercise(healthy, healthy.plan)
    assert report.findings == ()
    assert report.ok
    assert result.failures == ()
    assert result.ok
    assert len(result.rows) == len(healthy.plan.scenarios())


@pytest.mark.parametrize("fault", READ, ids=name)
def test_seen_in_the_files(healthy: App, fault: Fault) -> None:
    broken = fault.inject(healthy)
    check_findings(ask(broken.app, SOURCE), fault, broken)


@pytest.mark.parametrize("fault", ASKED, ids=name)
def test_seen_by_a_gate(healthy: App, fault: Fault) -> None:
    broken = fault.inject(healthy)
    report = ask(broken.app, GATES if "types" in fault.seen_by else QUICK)
    check_findings(report, fault, broken)
    check_repair(healthy, broken.app, report.findings)


@pytest.mark.slow
@pytest.mark.parametrize("fault", RUN, ids=name)
def test_seen_by_scenarios_only(healthy: App, fault: Fault) -> None:
    """No gate sees it; of the scenarios, only those fail that go through the broken place."""
    broken = fault.inject(healthy)
    operation = about(healthy, broken.node)
    plan = involved(healthy.plan, operation)
    report, result = exercise(broken.app, plan)
    assert report.findings == ()
    assert not [gate.gate for gate in report.gates if gate.skipped]
    check_rows(fault, broken, result)
    check_repair(healthy, broken.app, of_smoke(result)[0])
    if fault.stage != "project":  # what all share is broken everywhere
        check_only_involved(plan, operation, result)


def check_rows(fault: Fault, broken: Injected, result: SmokeResult) -> None:
    """One of the failed scenarios is the one that is about the fault, and says whose fault it is."""
    failed = [row for row in result.failures if fault.scenario in row.scenario and row.node == broken.node]
    assert failed, [(row.scenario, row.node, row.problem) for row in result.failures]
    place = locate(broken.node, broken.app.source_map)
    assert {(row.stage, row.span) for row in failed} == {(fault.stage, place)}


def check_only_involved(plan: TestsModelIR, operation: str, result: SmokeResult) -> None:
    """What never uses the operation passes."""
    scenarios = {s.name: s for s in plan.scenarios()}
    apart = [row for row in result.rows if not uses(scenarios[row.scenario], operation)]
    assert apart
    assert all(row.ok for row in apart)
