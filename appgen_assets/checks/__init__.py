"""What must hold of each asset, by topic; every check can fail, and a test makes it."""

from appgen_assets.checks import directives, emitted, frontend, verification
from appgen_assets.checks.model import Check
from generator.pipeline import STAGES

CHECKS: tuple[Check, ...] = (*directives.CHECKS, *frontend.CHECKS, *emitted.CHECKS, *verification.CHECKS)


def names_by_stage() -> dict[str, list[str]]:
    """Return stage -> names of its checks."""
    return {stage.name: [c.name for c in CHECKS if c.stage == stage.name] for stage in STAGES}
