"""Constraints and what they bear on."""

from __future__ import annotations

from generator.graph.build import build_graph
from generator.graph.model import ConstraintGraph
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(_: Tools, ir: ApplicationIR) -> ConstraintGraph:
    """Build the graph."""
    return build_graph(ir)
