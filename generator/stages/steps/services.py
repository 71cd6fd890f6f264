"""The application's services."""

from __future__ import annotations

from generator.emit.finish import finish
from generator.emit.services import emit_services
from generator.emit.tree import Tree
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, guards: GuardIR) -> Tree:
    """Emit and format them."""
    return finish(emit_services(ir, guards), tools.formatter)
