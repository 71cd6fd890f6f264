"""The application's migrations."""

from __future__ import annotations

from generator.emit.finish import finish
from generator.emit.migrations import emit_migrations
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR) -> Tree:
    """Emit and format them."""
    return finish(emit_migrations(ir), tools.formatter)
