"""The resolved application; where each node stood in the spec travels beside it."""

from __future__ import annotations

from generator.core.diagnostics import SpecError
from generator.ir.lower import lower
from generator.ir.model import ApplicationIR, SourceMap
from generator.stages.steps.app_spec import SpecDocument
from generator.stages.tools import Tools


def run(_: Tools, document: SpecDocument) -> tuple[ApplicationIR, SourceMap]:
    """Lower the spec; raises SpecError if it is wrong."""
    if document.spec is None:
        raise SpecError(list(document.diagnostics))
    lowered = lower(document.spec)
    return lowered.ir, lowered.source_map
