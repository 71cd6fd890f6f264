"""Which stages can be at fault for a finding, the likeliest first."""

from __future__ import annotations

import re

from generator.verify.model import Finding

STAGES = ("schemas", "models", "migrations", "services", "routes", "project")

# What several stages have to agree on: one of them is wrong, and the finding can't say which.
_TOGETHER: dict[str, tuple[str, ...]] = {
    "database": ("migrations", "models"),
    "drift": ("migrations", "models"),
    "parity": ("models", "migrations"),
    "migrations": ("migrations", "models"),
    "violations": ("models", "services"),
    "calls": ("routes", "services", "schemas"),
    "bodies": ("routes", "schemas"),
    "guards": ("services",),
    "types": ("services", "routes", "schemas", "models", "project"),
    "imports": ("project", "models", "schemas", "services", "routes"),
    "dependencies": ("project",),
    "image": ("project",),
}

# Exceptions of the database: who says what it should have been.
_DATABASE = re.compile(
    r"Undefined(?:Column|Table|Object|Function)|(?:NotNull|Unique|Check|ForeignKey|Exclusion)Violation"
    r"|StringDataRightTruncation|NumericValueOutOfRange|DatatypeMismatch|does not exist"
)


def suspects(finding: Finding) -> tuple[str, ...]:
    """Return the stages: those that the finding is about, then all others that are emitted."""
    own = [finding.stage] if finding.stage in STAGES else []
    if _DATABASE.search(f"{finding.message} {finding.evidence}"):
        likely = ["migrations", "models", *own]
    else:
        likely = [*own, *_TOGETHER.get(finding.source, ())]
    return tuple(dict.fromkeys([*likely, *STAGES]))
