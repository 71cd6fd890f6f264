"""Gate: whatever the plan or the IR says an operation answers is in the application's description."""

from __future__ import annotations

import json
from typing import Any

from generator.emit.operations import endpoint
from generator.emit.python import module_path
from generator.emit.routes.refusals import refusals
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_PLAN = "smoke/plan.json"
_PROBLEM = "application/problem+json"


def check(build: Build) -> list[Finding]:
    """Compare what scenarios wait for, and what the IR refuses with, with what each operation declares."""
    probe = build.probe
    if probe.openapi is None:
        raise CannotRun(probe.why_not("openapi"))
    if _PLAN not in build.files:
        raise CannotRun("there is no plan")
    planned = answers(json.loads(build.files[_PLAN].text))
    paths = probe.openapi.get("paths", {})
    found = []
    for operation in build.ir.api.operations:
        point = endpoint(build.index, operation)
        declared = paths.get(point.path, {}).get(operation.method.lower(), {}).get("responses", {})
        given = {int(s) for s, answer in declared.items() if s.isdigit() and _fits(int(s), answer)}
        wanted = {*refusals(build.index, point), *planned.get(operation.id, set())}
        for status in sorted(wanted - given):
            what = f"{operation.id} answers {status}, which its description does not say"
            path = module_path(point.entity.snake, "router")
            found.append(build.finding("undescribed", what, path=path, node=operation.id))
    return found


def _fits(status: int, answer: dict[str, Any]) -> bool:
    """Whether a refusal is described as a problem: frameworks add a description of their own."""
    return status < 400 or _PROBLEM in answer.get("content", {})


def answers(plan: dict[str, Any]) -> dict[str, set[int]]:
    """Return operation -> the statuses that scenarios of a plan wait for."""
    found: dict[str, set[int]] = {}
    for suite in plan.get("suites", ()):
        for scenario in suite["scenarios"]:
            for step in scenario["steps"]:
                found.setdefault(step["operation"], set()).add(step["expect"]["status"])
    return found
