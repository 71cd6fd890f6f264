"""Guards of every operation."""

from __future__ import annotations

from generator.graph.model import ConstraintGraph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(_: Tools, graph: ConstraintGraph, ir: ApplicationIR) -> GuardIR:
    """Synthesize the guards."""
    return FlowLogicSynthesizer(graph).synthesize_for_app(ir)
