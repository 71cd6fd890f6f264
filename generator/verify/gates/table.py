"""Every gate, in the order in which they are asked: those that only read the files first."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.verify.gates import (
    calls,
    create_schemas,
    database,
    drift,
    guards,
    imports,
    lint,
    manifest,
    migrations,
    openapi,
    parse,
    typecheck,
)
from generator.verify.gates.build import Build
from generator.verify.model import Finding


class Gate(msgspec.Struct, frozen=True):
    """One thing that a build must fulfil."""

    name: str
    title: str
    check: Callable[[Build], list[Finding]]


GATES: tuple[Gate, ...] = (
    Gate("manifest", "every file is there once, as the manifest says", manifest.check),
    Gate("parse", "every file parses", parse.check),
    Gate("calls", "what is called exists and fits", calls.check),
    Gate("guards", "each guard has exactly one call site", guards.check),
    Gate("imports", "every module can be imported", imports.check),
    Gate("lint", "ruff finds nothing", lint.check),
    Gate("types", "the types are right", typecheck.check),
    Gate(
        "create_schemas", "create asks for what clients give, and an empty list is fine", create_schemas.check
    ),
    Gate("migrations", "upgrade, downgrade and upgrade again work", migrations.check),
    Gate("database", "the migrated database is what models and IR say", database.check),
    Gate("drift", "Alembic has nothing left to generate", drift.check),
    Gate("openapi", "the description has every operation with its status", openapi.check),
)
