"""Rows for the tables of an application: statements that a database of its schema accepts."""

from __future__ import annotations

from generator.ir.model import ApplicationIR
from generator.verify.parity.trials import Planner


def samples(ir: ApplicationIR) -> tuple[str, ...]:
    """Return inserts, referenced rows first; of an entity that no row can be made of there is none.

    Values differ where they can: what is not unique today may be so in the next release.
    """
    return Planner(ir, apart=True).samples()
