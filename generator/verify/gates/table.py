"""Every gate, in the order in which they are asked: those that only read the files first."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.verify.gates import (
    bodies,
    calls,
    create_schemas,
    database,
    defaults,
    dependencies,
    drift,
    empty_items,
    guards,
    history,
    image,
    imports,
    leftovers,
    limits,
    lint,
    lists,
    locks,
    manifest,
    migrations,
    one_schema,
    openapi,
    parity,
    parse,
    paths,
    plan,
    reads,
    responses,
    routing,
    statuses,
    transactions,
    typecheck,
    violations,
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
    Gate("leftovers", "no template syntax or code fence is left in a file", leftovers.check),
    Gate("dependencies", "what is installed is bounded and is what is imported", dependencies.check),
    Gate("image", "the image can be built and started", image.check),
    Gate("plan", "the delivered plan is of this IR and has something to run", plan.check),
    Gate("one_schema", "only migrations make tables", one_schema.check),
    Gate("defaults", "defaults are quoted literals, or the SQL that is asked for", defaults.check),
    Gate("calls", "what is called exists and fits", calls.check),
    Gate("paths", "handlers hand the rows of their paths on", paths.check),
    Gate("guards", "each guard has exactly one call site", guards.check),
    Gate("transactions", "an operation is one transaction", transactions.check),
    Gate("violations", "constraints demand what the IR says, and are answered so", violations.check),
    Gate("locks", "what is read to decide, or changed, is locked", locks.check),
    Gate("reads", "reading takes a fixed number of statements", reads.check),
    Gate("lint", "ruff finds nothing", lint.check, ("lint", "layout")),
    Gate("types", "the types are right", typecheck.check, ("types",)),
    Gate("imports", "every module can be imported", imports.check, _INSIDE),
    Gate("create_schemas", "create asks for what clients give and no more", create_schemas.check, _INSIDE),
    Gate("empty_items", "a row can be created without items", empty_items.check, _INSIDE),
    Gate("limits", "requests are checked as the spec says", limits.check, _INSIDE),
    Gate("responses", "answers are described as the spec says", responses.check, _INSIDE),
    Gate("migrations", "upgrade, downgrade and upgrade again work", migrations.check, _INSIDE),
    Gate("database", "the migrated database is what models and IR say", database.check, _INSIDE),
    Gate("drift", "Alembic has nothing left to generate", drift.check, _INSIDE),
    Gate("history", "rows that are there survive the newest revision", history.check, _INSIDE),
    Gate("parity", "the database refuses what breaks its constraints", parity.check, _INSIDE),
    Gate(
        "openapi",
        "the description, delivered as `openapi.json`, has every operation with its status",
        openapi.check,
        _INSIDE,
    ),
    Gate("statuses", "every planned answer is described", statuses.check, _INSIDE),
    Gate("bodies", "each operation reads and answers its own documents", bodies.check, _INSIDE),
    Gate("lists", "lists have their cap and their filters", lists.check, _INSIDE),
    Gate("routing", "each path reaches its handler", routing.check, _INSIDE),
)
