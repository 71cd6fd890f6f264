"""The scenarios that the application has to pass."""

from __future__ import annotations

from msgspec.structs import replace

from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools
from generator.verify.coverage.measure import measure
from generator.verify.model import TestsModelIR
from generator.verify.plan import make_plan


def run(_: Tools, ir: ApplicationIR, guards: GuardIR, stored: tuple[tuple[str, str], ...]) -> TestsModelIR:
    """Plan them and measure how far they reach."""
    plan = make_plan(ir, guards, stored)
    return replace(plan, coverage=measure(ir, guards, plan))
