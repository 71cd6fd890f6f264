"""The application's project."""

from __future__ import annotations

from generator.emit.custom import customised_pinned
from generator.emit.overrides import Overrides
from generator.emit.project import emit_project
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, overrides: Overrides) -> Tree:
    """Emit and format them."""
    return customised_pinned(lambda pins: emit_project(ir, pins), overrides, tools.formatter)
