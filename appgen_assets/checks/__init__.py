"""What must hold of each asset, by topic; every check can fail, and a test makes it."""

from appgen_assets.checks import emitted, frontend, verification
from appgen_assets.checks.model import Check

CHECKS: tuple[Check, ...] = (*frontend.CHECKS, *emitted.CHECKS, *verification.CHECKS)


def names_by_stage() -> dict[str, list[str]]:
    """Return stage -> names of its checks."""
    found: dict[str, list[str]] = {}
    for check in CHECKS:
        found.setdefault(check.stage, []).append(check.name)
    return found
