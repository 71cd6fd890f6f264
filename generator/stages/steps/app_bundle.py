"""The whole application as one tree of files."""

from __future__ import annotations

from generator.emit.bundle import Bundle, bundle
from generator.emit.tree import Tree
from generator.stages.tools import Tools
from generator.verify.model import TestsModelIR


def run(_: Tools, *parts: Tree | TestsModelIR) -> Bundle:
    """Put the trees and the plan together."""
    *trees, plan = parts
    return bundle(trees, plan)
