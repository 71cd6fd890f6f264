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
from generator.verify.gates.build import Build, Command
from generator.verify.model import Finding

_INSIDE: tuple[Command, ...] = ("probe",)


class Gate(msgspec.Struct, frozen=True):
    """One thing that a build must fulfil; `needs` are the commands whose answers it reads."""

    name: str
    title: str
    check: Callable[[Build], list[Finding]]
    needs: tuple[Command, ...] = ()


GATES: tuple[Gate, ...] = (
    Gate("manifest", "every file is there once, as the manifest says", manifest.check),
    Gate("parse", "every file parses", parse.check),
    Gate("calls", "what is called exists and fits", calls.check),
    Gate("guards", "each guard has exactly one call site", guards.check),
    Gate("imports", "every module can be imported", imports.check, _INSIDE),
    Gate("lint", "ruff finds nothing", lint.check, ("lint", "layout")),
    Gate("types", "the types are right", typecheck.check, ("types",)),
    Gate("create_schemas", "create asks for what clients give and no more", create_schemas.check, _INSIDE),
    Gate("migrations", "upgrade, downgrade and upgrade again work", migrations.check, _INSIDE),
    Gate("database", "the migrated database is what models and IR say", database.check, _INSIDE),
    Gate("drift", "Alembic has nothing left to generate", drift.check, _INSIDE),
    Gate("openapi", "the description has every operation with its status", openapi.check, _INSIDE),
)
