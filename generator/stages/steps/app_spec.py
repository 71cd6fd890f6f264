"""The first stage: a spec's texts, parsed, with every message about them."""

from __future__ import annotations

import msgspec

from generator.core.diagnostics import Diagnostic, Severity, SpecError
from generator.graph.refuse import lower_sound
from generator.ir.changes import Changes
from generator.spec.model import AppSpec
from generator.stages.source import SpecSource, parse
from generator.stages.tools import Tools


class SpecDocument(msgspec.Struct, frozen=True):
    """A spec as it stands; `spec` is None when it can't be read at all."""

    source: SpecSource
    spec: AppSpec | None
    diagnostics: tuple[Diagnostic, ...] = ()
    changes: Changes = Changes()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps it from being built."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What a person should look at."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.WARNING)


def run(_: Tools, source: SpecSource) -> SpecDocument:
    """Parse and resolve; a wrong spec is an answer, not an exception."""
    parsed = parse(source)
    if parsed.spec is None:
        return SpecDocument(source, None, parsed.diagnostics)
    try:
        lowered = lower_sound(parsed.spec)
    except SpecError as error:
        return SpecDocument(source, parsed.spec, tuple(error.diagnostics))
    return SpecDocument(source, parsed.spec, tuple(lowered.warnings), lowered.changes)
