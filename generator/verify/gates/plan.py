"""Gate: the plan that travels with the application was made from this IR, and has something to run."""

from __future__ import annotations

import msgspec

from generator.core.digest import digest
from generator.verify.gates.build import Build
from generator.verify.model import Finding, TestsModelIR

PLAN = "smoke/plan.json"


def check(build: Build) -> list[Finding]:
    """Read the delivered plan."""
    if PLAN not in build.files:
        return [build.finding("plan-missing", "the application comes without its plan", path=PLAN)]
    try:
        plan = msgspec.json.decode(build.files[PLAN].text, type=TestsModelIR)
    except msgspec.DecodeError as error:
        return [build.finding("plan-unreadable", f"the plan can't be read: {error}", path=PLAN)]
    return [*_stale(build, plan), *_empty(build, plan), *_unknown(build, plan), *_untried(build, plan)]


def _stale(build: Build, plan: TestsModelIR) -> list[Finding]:
    if plan.ir_digest == digest(build.ir):
        return []
    return [build.finding("stale", "the plan was made from another IR", path=PLAN)]


def _empty(build: Build, plan: TestsModelIR) -> list[Finding]:
    if plan.scenarios() or not build.ir.api.operations:
        return []
    return [build.finding("no-scenarios", "the plan has no scenario, so nothing would be tried", path=PLAN)]


def _unknown(build: Build, plan: TestsModelIR) -> list[Finding]:
    """Report operations that are used but no longer there, and those that nothing tries unnamed."""
    known = set(build.index.operations)
    used = {step.operation for scenario in plan.scenarios() for step in scenario.steps}
    named = {untried.node for untried in plan.untried}
    unknown = [("unknown-operation", o, f"the plan uses {o}, which is not there") for o in used - known]
    untried = [("untried", o, f"no scenario uses {o}") for o in (known - used - named if used else ())]
    return [build.finding(code, what, path=PLAN, node=o) for code, o, what in sorted(unknown + untried)]


def _untried(build: Build, plan: TestsModelIR) -> list[Finding]:
    """Warn of operations for which the planner found no scenario; missing coverage blocks nothing."""
    found = ((u.node, f"no scenario uses {u.node}: {u.reason}") for u in plan.untried)
    return [
        msgspec.structs.replace(build.finding("untried", what, path=PLAN, node=o), severity="warning")
        for o, what in found
    ]
