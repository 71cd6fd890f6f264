"""The whole application as one tree of files."""

from __future__ import annotations

from generator.emit.bundle import Bundle, bundle
from generator.emit.finish import finish
from generator.emit.tree import Tree
from generator.stages.tools import Tools
from generator.verify.delivery import smoke_files
from generator.verify.model import TestsModelIR


def run(tools: Tools, *parts: Tree | TestsModelIR) -> Bundle:
    """Put the trees together, and the smoke program with its plan beside them."""
    trees = [part for part in parts if isinstance(part, Tree)]
    plans = [part for part in parts if isinstance(part, TestsModelIR)]
    smoke = [finish(smoke_files(plan), tools.formatter) for plan in plans]
    return bundle([*trees, *smoke])
