"""The application's routes."""

from __future__ import annotations

from generator.emit.custom import customised
from generator.emit.overrides import Overrides
from generator.emit.routes import emit_routes
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, overrides: Overrides) -> Tree:
    """Emit and format them."""
    return customised(lambda: emit_routes(ir), overrides, tools.formatter)
