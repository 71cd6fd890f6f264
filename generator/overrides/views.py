"""Which override concerns which stage."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from generator.emit.overrides import Overrides
from generator.verify.provenance import stage_of

PINNED = "project"  # the stage that lists dependencies


def of_stage(stage: str) -> Callable[[Overrides], Overrides]:
    """Return the view that keeps the overrides of one stage."""

    def view(overrides: Overrides) -> Overrides:
        return Overrides(
            tuple(f for f in overrides.files if stage_of(f.path) == stage),
            tuple(t for t in overrides.templates if t.target == stage),
            overrides.pins if stage == PINNED else (),
            tuple(w for w in overrides.withheld if stage_of_source(w.source) == stage),
        )

    return view


def in_force(overrides: Overrides) -> Overrides:
    """Keep what is applied."""
    return replace(overrides, withheld=())


def stage_of_source(source: str) -> str:
    """Return the stage that an override concerns, by its path from the spec's folder on."""
    _, kind, inner = (*source.split("/", 2), "", "")[:3]
    match kind:
        case "files":
            return stage_of(inner)
        case "templates":
            return inner.partition("/")[0]
        case "pins.yaml":
            return PINNED
        case _:
            return ""
