"""The application's models."""

from __future__ import annotations

from generator.emit.custom import customised
from generator.emit.models import emit_models
from generator.emit.overrides import Overrides
from generator.emit.tree import Tree
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools


def run(tools: Tools, ir: ApplicationIR, overrides: Overrides) -> Tree:
    """Emit and format them."""
    return customised(lambda: emit_models(ir), overrides, tools.formatter)
