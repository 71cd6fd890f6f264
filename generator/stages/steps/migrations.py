"""The application's migrations."""

from __future__ import annotations

from generator.emit.custom import customised
from generator.emit.migrations import emit_migrations
from generator.emit.overrides import Overrides
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, overrides: Overrides) -> Tree:
    """Emit and format them."""
    return customised(lambda: emit_migrations(ir), overrides, tools.formatter)
