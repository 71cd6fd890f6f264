"""Faults of routes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from generator.emit.operations import endpoint
from generator.ir.model import Operation, OperationKind
from tests.faults.app import App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Function, Source, calls, every, says

MAIN = "app/main.py"


def _handlers(app: App, *kinds: str) -> Iterator[tuple[Operation, str, Source, Function]]:
    for operation in app.operations(*kinds):
        path = app.path(operation.entity, "router")
        source = Source(app.text(path))
        yield operation, path, source, source.function(endpoint(app.index, operation).function)


def _decorator(function: Function) -> ast.Call:
    found = function.decorator_list[0]
    assert isinstance(found, ast.Call)
    return found


def _option(function: Function, name: str) -> ast.expr:
    return next(k.value for k in _decorator(function).keywords if k.arg == name)


def missing_method(app: App) -> Injected:
    """A route calls what the service lacks."""
    for operation, path, source, function in _handlers(app, OperationKind.FLOW):
        call = calls(function, operation.name)[0]
        text = source.replaced(call.func, f"service.{operation.name}_it")
        return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def parents_key(app: App) -> Injected:
    """A nested delete is given the key of the owner."""
    for operation, path, source, function in _handlers(app, OperationKind.DELETE):
        if len(operation.rows) > 1:
            call = calls(function, "delete")[-1]
            text = source.replaced(call.args[2], source.of(call.args[1]))
            return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def _annotation(function: Function, name: str) -> ast.expr:
    found = next(a.annotation for a in function.args.args if a.arg == name)
    assert found is not None
    return found


def _with_body(app: App, operation: Operation, old: str, new: str) -> App:
    """Let handler and service of an operation read another body."""
    for kind in ("router", "service"):
        path = app.path(operation.entity, kind)
        source = Source(app.text(path))
        function = source.function(endpoint(app.index, operation).function)
        text = source.replaced(_annotation(function, "data"), new)
        owner = next(e for e in app.ir.domain.entities if new.startswith(e.name))
        assert old != new
        imports = f"from {app.path(owner.name, 'schemas').removesuffix('.py').replace('/', '.')} import {new}"
        app = app.with_text(path, text, imports=imports)
    return app


def update_with_create(app: App) -> Injected:
    """Update reads the body of create: all members are asked for."""
    plain = (o for o in app.operations(OperationKind.UPDATE) if "apply_changes" not in _service(app, o))
    for operation in plain:
        new = f"{operation.entity}Create"
        return Injected(_with_body(app, operation, f"{operation.entity}Update", new), operation.id)
    raise NoPlace


def _service(app: App, operation: Operation) -> str:
    source = Source(app.text(app.path(operation.entity, "service")))
    return source.of(source.function(endpoint(app.index, operation).function))


def item_as_container(app: App) -> Injected:
    """Adding an item reads the body that makes a container."""
    for operation, path, source, function in _handlers(app, OperationKind.CREATE):
        owner = app.index.entities[operation.entity].owner
        if owner:
            new = f"{owner}Create"
            module = app.path(owner, "schemas").removesuffix(".py").replace("/", ".")
            text = source.replaced(_annotation(function, "data"), new)
            text = text.replace("service.create(database, ", "service.create(database, ", 1)
            needed = f"from {module} import {new}\nfrom typing import Any, cast"
            text = Source(text).text.replace(", data)", ', cast("Any", data))', 1)
            return Injected(app.with_text(path, text, imports=needed), operation.id)
    raise NoPlace


def demands_body(app: App) -> Injected:
    """An action without inputs wants a body."""
    for operation, path, source, function in _handlers(app, OperationKind.FLOW):
        if not app.index.flows[operation.flow].inputs:
            given = function.args.args[0]
            text = source.replaced(given, f"{source.of(given)}, data: dict[str, str]")
            return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def declares_200(app: App) -> Injected:
    """Create says that it answers 200."""
    for operation, path, source, function in _handlers(app, OperationKind.CREATE):
        return Injected(
            app.with_text(path, source.replaced(_option(function, "status_code"), "200")), operation.id
        )
    raise NoPlace


def answers_200(app: App) -> Injected:
    """Create says 201 and answers 200."""
    for operation, path, source, function in _handlers(app, OperationKind.CREATE):
        call = calls(function, "stored_reply")[0]
        text = source.replaced(call, "json_reply(stored.document)")
        needed = "from app.runtime.replies import json_reply"
        return Injected(app.with_text(path, text, imports=needed), operation.id)
    raise NoPlace


def answers_content(app: App) -> Injected:
    """Delete says 204 and answers 200."""
    for operation, path, source, function in _handlers(app, OperationKind.DELETE):
        call = calls(function, "no_content")[0]
        needed = "from app.runtime.replies import json_reply"
        text = source.replaced(call, 'json_reply("{}")')
        return Injected(app.with_text(path, text, imports=needed), operation.id)
    raise NoPlace


def body_before_path(app: App) -> Injected:
    """A bad body is complained about before the row of the path is looked for."""
    for operation, path, source, _ in _handlers(app, OperationKind.UPDATE):
        router = next(c for c in calls(source.tree, "APIRouter"))
        option = next(k for k in router.keywords if k.arg == "route_class")
        return Injected(app.with_text(path, source.removed(option)), operation.id)
    raise NoPlace


def _with_path(app: App, operation: Operation, new: str) -> Injected:
    path = app.path(operation.entity, "router")
    source = Source(app.text(path))
    decorator = _decorator(source.function(endpoint(app.index, operation).function))
    return Injected(app.with_text(path, source.replaced(decorator.args[0], f'"{new}"')), operation.id)


def trailing_slash(app: App) -> Injected:
    """A path ends with a slash."""
    operation = app.operations(OperationKind.CREATE)[0]
    return _with_path(app, operation, f"{operation.path}/")


def stray_brace(app: App) -> Injected:
    """A path has a brace too many."""
    operation = next(o for o in app.operations(OperationKind.READ) if o.path.endswith("}"))
    return _with_path(app, operation, operation.path + "}")


def prefix_twice(app: App) -> Injected:
    """The router puts a prefix before paths that have it already."""
    operation = app.operations(OperationKind.CREATE)[0]
    path = app.path(operation.entity, "router")
    source = Source(app.text(path))
    tags = next(k for c in calls(source.tree, "APIRouter") for k in c.keywords if k.arg == "tags")
    text = source.replaced(tags, f'{source.of(tags)}, prefix="{operation.path}"')
    return Injected(app.with_text(path, text), operation.id)


def redirects(app: App) -> Injected:
    """A slash too many is answered with 307."""
    return Injected(app.replaced(MAIN, "redirect_slashes=False", "redirect_slashes=True"), "app")


def shadowed(app: App) -> Injected:
    """Routes are registered as they come, so that one with a parameter takes what is meant for another."""
    fixed = [o for o in app.operations(OperationKind.FLOW) if "{" not in o.path.rpartition("/")[2]]
    for operation in fixed:
        above = operation.path.rpartition("/")[0]
        others = [
            o for o in app.ir.api.operations if o.method == operation.method and o.path == f"{above}/{{id}}"
        ]
        if others:
            lines = "for router in ROUTERS:\n        app.include_router(router)"
            source = Source(app.text(MAIN))
            statement = next(s for s in every(source.tree, ast.Expr) if calls(s, "include"))
            return Injected(app.with_text(MAIN, source.replaced(statement, lines)), operation.id)
    raise NoPlace


def same_id(app: App) -> Injected:
    """Two operations have one id in the description."""
    for operation, path, source, function in _handlers(app, OperationKind.READ):
        other = next(f for f in every(source.tree, ast.AsyncFunctionDef) if f.name != function.name)
        text = source.replaced(_option(function, "operation_id"), source.of(_option(other, "operation_id")))
        return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def cap_removed(app: App) -> Injected:
    """A page may have any size."""
    for operation in app.operations(OperationKind.LIST):
        path = app.path(operation.entity, "filters")
        source = Source(app.text(path))
        cap = next(k for c in calls(source.tree, "Field") for k in c.keywords if k.arg == "le")
        return Injected(app.with_text(path, source.removed(cap)), operation.id)
    raise NoPlace


def filter_missing(app: App) -> Injected:
    """A list can't be filtered by what the spec says."""
    for operation in app.operations(OperationKind.LIST):
        entity = app.index.entities[operation.entity]
        for name in entity.listing.filters:
            field = app.index.field(entity.name, name)
            path, service = app.path(entity.name, "filters"), app.path(entity.name, "service")
            source = Source(app.text(path))
            member = next(a for a in every(source.tree, ast.AnnAssign) if source.of(a.target) == field.wire)
            app = app.with_text(path, source.removed(member))
            text = re.sub(rf"\bquery\.{field.wire}\b", "None", app.text(service), count=1)
            return Injected(app.with_text(service, text), field.id)
    raise NoPlace


def creates_tables(app: App) -> Injected:
    """The application makes its tables itself when it starts."""
    source = Source(app.text(MAIN))
    function = source.function("lifespan")
    kept = next(s for s in every(function, ast.Assign) if calls(s, "Database"))
    lines = (
        "engine = create_async_engine(settings.database_url)\n"
        "    async with engine.begin() as connection:\n"
        "        await connection.run_sync(Base.metadata.create_all)"
    )
    needed = "from sqlalchemy.ext.asyncio import create_async_engine"
    return Injected(app.with_text(MAIN, source.after(kept, lines), imports=needed), "app")


def refusal_not_described(app: App) -> Injected:
    """A route does not say that a row may be missing."""
    for operation, path, source, function in _handlers(app, OperationKind.READ):
        described = _option(function, "responses")
        if isinstance(described, ast.Call) and says(described, 404):
            text = source.replaced(described, source.of(described).replace("404, ", ""))
            return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def newer_release(app: App) -> Injected:
    """A package has lost a name that the application imports."""
    path = app.path(app.ir.api.operations[0].entity, "router")
    return Injected(app.with_text(path, re.sub(r"\bAPIRouter\b", "RouterOfApi", app.text(path))), "app")
