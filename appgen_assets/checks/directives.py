"""Checks of what is changed of a stage."""

from appgen_assets.checks.model import Check, Made, Verdict, verdict
from generator.emit.overrides import Overrides
from generator.pipeline import DIRECTIVES


def _as_written(made: Made) -> Verdict:
    """A repair may keep an override away: the application is whole then, but not as its owner wants it."""
    value: Overrides = made.value
    problems = (f"{w.source}: {w.why} (directive {w.directive})" for w in value.withheld)
    return verdict(problems, len(value.sources) + len(value.withheld))


CHECKS = tuple(
    Check(
        stage,
        "as_written",
        "No override is kept away by a repair.",
        _as_written,
        blocking=False,
        warns=True,
    )
    for stage in DIRECTIVES
)
