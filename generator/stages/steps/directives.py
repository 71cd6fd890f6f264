"""What people and repairs change of one stage: its overrides, as far as they are in force."""

from __future__ import annotations

from generator.emit.overrides import Overrides
from generator.stages.tools import Tools


def run(_: Tools, overrides: Overrides) -> Overrides:
    """Return them: they were judged when they were read."""
    return overrides
