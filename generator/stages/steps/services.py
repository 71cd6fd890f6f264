"""The application's services."""

from __future__ import annotations

from generator.emit.custom import customised
from generator.emit.overrides import Overrides
from generator.emit.services import emit_services
from generator.emit.tree import Tree
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, guards: GuardIR, overrides: Overrides) -> Tree:
    """Emit and format them."""
    return customised(lambda: emit_services(ir, guards), overrides, tools.formatter)
