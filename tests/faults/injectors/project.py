"""Faults of project files, of the runtime library, of the plan, and of the bundle as a whole."""

from __future__ import annotations

import ast

import msgspec

from generator.core.digest import canonical_json
from generator.emit.bundle import Bundle
from generator.emit.tree import EmittedFile
from generator.ir.model import OperationKind
from generator.verify.model import TestsModelIR
from tests.faults.app import App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Source, calls, every

DOCKERFILE, REQUIREMENTS, PROJECT = "Dockerfile", "requirements.txt", "pyproject.toml"
HANDLERS, DATABASE, PLAN = "app/runtime/handlers.py", "app/runtime/database.py", "smoke/plan.json"


def fence_in_code(app: App) -> Injected:
    """A Python file begins like an answer of a chat."""
    path = "app/config.py"
    return Injected(app.with_text(path, f"```python\n{app.text(path)}```\n", tidy=False), "app")


def fence_in_file(app: App) -> Injected:
    """Another file does."""
    return Injected(app.with_text(DOCKERFILE, f"```\n{app.text(DOCKERFILE)}```\n"), "app")


def template_left(app: App) -> Injected:
    """A template was not filled in."""
    path = "entrypoint.sh"
    return Injected(app.with_text(path, app.text(path) + "# {{ name }}\n"), "app")


def _requirement(app: App, name: str) -> str:
    return next(line for line in app.text(REQUIREMENTS).splitlines() if line.startswith(name))


def unpinned(app: App) -> Injected:
    """Any release of a package may be installed."""
    line = _requirement(app, "fastapi")
    app = app.replaced(REQUIREMENTS, line, "fastapi")
    return Injected(app.replaced(PROJECT, line, "fastapi"), "app")


def conflicting(app: App) -> Injected:
    """Two lists ask for releases that exclude each other."""
    return Injected(app.replaced(REQUIREMENTS, _requirement(app, "alembic"), "alembic>=1,<1.5"), "app")


def unsatisfiable(app: App) -> Injected:
    """No release fulfils a range."""
    line = _requirement(app, "uvicorn")
    app = app.replaced(REQUIREMENTS, line, "uvicorn>=2,<1")
    return Injected(app.replaced(PROJECT, line, "uvicorn>=2,<1"), "app")


def undeclared(app: App) -> Injected:
    """A package that is imported is not installed."""
    line = _requirement(app, "starlette")
    app = app.replaced(REQUIREMENTS, f"{line}\n", "")
    return Injected(app.replaced(PROJECT, f'  "{line}",\n', ""), "app")


def copies_missing_file(app: App) -> Injected:
    """The Dockerfile copies what is not there."""
    return Injected(app.replaced(DOCKERFILE, "COPY requirements.txt ./", "COPY requirements.lock ./"), "app")


def wrong_port(app: App) -> Injected:
    """The image exposes a port on which nothing listens."""
    port = app.ir.infrastructure.port
    return Injected(app.replaced(DOCKERFILE, f"EXPOSE {port}", f"EXPOSE {port + 1}"), "app")


def health_needs_program(app: App) -> Injected:
    """The health check needs a program that the image lacks."""
    lines = app.text(DOCKERFILE).splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("HEALTHCHECK")) + 1
    lines[at] = "    CMD curl --fail http://127.0.0.1:8000/health\n"
    return Injected(app.with_text(DOCKERFILE, "".join(lines)), "app")


def edited_by_hand(app: App) -> Injected:
    """A file is not what the manifest says."""
    path = app.path(app.ir.domain.entities[0].name, "service")
    files = tuple(
        EmittedFile(f.path, f.text + "\n# faster\n", f.blocks) if f.path == path else f
        for f in app.bundle.files
    )
    bundle = Bundle(files, app.bundle.manifest)
    return Injected(App(app.ir, app.source_map, app.guards, app.plan, bundle), "app")


def left_behind(app: App) -> Injected:
    """A module of an entity that the spec no longer has is still there."""
    text = '"""Rows of long ago."""\n\nLEFT = 1\n'
    return Injected(app.with_text("app/removed_thing/models.py", text), "app")


def _with_plan(app: App, plan: TestsModelIR) -> App:
    app = app.with_text(PLAN, canonical_json(plan).decode() + "\n")
    return App(app.ir, app.source_map, app.guards, plan, app.bundle)


def stale_plan(app: App) -> Injected:
    """The plan was made from an older IR."""
    return Injected(_with_plan(app, msgspec.structs.replace(app.plan, ir_digest="0" * 64)), "app")


def empty_plan(app: App) -> Injected:
    """The plan has nothing to run."""
    return Injected(_with_plan(app, msgspec.structs.replace(app.plan, suites=())), "app")


def untried_operation(app: App) -> Injected:
    """No scenario sends a request to an operation."""
    operation = app.ir.api.operations[-1]
    suites = tuple(
        msgspec.structs.replace(
            s, scenarios=tuple(c for c in s.scenarios if all(p.operation != operation.id for p in c.steps))
        )
        for s in app.plan.suites
    )
    return Injected(_with_plan(app, msgspec.structs.replace(app.plan, suites=suites)), operation.id)


def echoes_input(app: App) -> Injected:
    """A refusal echoes what was sent and its bounds, which need not be JSON."""
    source = Source(app.text(HANDLERS))
    returned = every(source.function("_finding"), ast.Return)[0]
    line = "return dict(error)"
    app = app.with_text(HANDLERS, source.replaced(returned, line))
    for entity in app.ir.domain.entities:
        for field in entity.fields:
            bounded = field.limits.gt is not None or field.limits.ge is not None
            served = app.index.operations_of(entity.name)
            creates = any(o.kind is OperationKind.CREATE for o in served)
            if field.type.name == "decimal" and bounded and field.managed == "client" and creates:
                return Injected(app, field.id)
    raise NoPlace


def no_transaction(app: App) -> Injected:
    """What a flow has done before it fails is stored."""
    source = Source(app.text(DATABASE))
    begin = next(c for c in calls(source.tree, "begin"))
    new = 'self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()'
    app = app.with_text(DATABASE, source.replaced(begin, new))
    for operation in app.operations(OperationKind.FLOW):
        ensures = app.index.flows[operation.flow].ensures
        if ensures:
            return Injected(app, ensures[0].id)
    raise NoPlace
