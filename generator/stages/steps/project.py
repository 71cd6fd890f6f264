"""The application's project."""

from __future__ import annotations

from generator.emit.finish import finish
from generator.emit.project import emit_project
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR) -> Tree:
    """Emit and format them."""
    return finish(emit_project(ir), tools.formatter)
