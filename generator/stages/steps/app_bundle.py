"""The whole application as one tree of files."""

from __future__ import annotations

from generator.emit.bundle import Bundle, bundle
from generator.emit.tree import Tree
from generator.stages.tools import Tools
from generator.verify.delivery import smoke_files
from generator.verify.model import TestsModelIR


def run(_: Tools, *parts: Tree | TestsModelIR) -> Bundle:
    """Put the trees and the plan together."""
    trees = [part for part in parts if isinstance(part, Tree)]
    plans = [part for part in parts if isinstance(part, TestsModelIR)]
    return bundle(trees, [file for plan in plans for file in smoke_files(plan)])
