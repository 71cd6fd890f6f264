"""The application's routes."""

from __future__ import annotations

from generator.emit.finish import finish
from generator.emit.routes import emit_routes
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR) -> Tree:
    """Emit and format them."""
    return finish(emit_routes(ir), tools.formatter)
