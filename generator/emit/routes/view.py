"""What each router and the main module say: every decision, no text layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.core.names import kebab
from generator.emit.listing import query_class
from generator.emit.operations import (
    Answer,
    Endpoint,
    PathArgument,
    called,
    checked_rows,
    endpoints_of,
    exists_statement,
    returned_entity,
)
from generator.emit.python import Imports, literal, module
from generator.emit.routes.refusals import refusals
from generator.ir.index import Index
from generator.ir.model import Entity, OperationKind

_RUNTIME = "app.runtime"


@dataclass(frozen=True)
class CheckedRow:
    """A row of a path: the statement that finds it, and (bind, path parameter) pairs."""

    entity: str
    statement: str
    params: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CheckedPath:
    """A path whose rows are looked for before a bad body is complained about."""

    path: str
    rows: tuple[CheckedRow, ...]


@dataclass(frozen=True)
class Handler:
    """One handler, ready to print."""

    node: str
    function: str
    method: str
    path: str
    operation_id: str
    status: int
    model: str
    responses: str
    parameters: tuple[str, ...]
    description: str
    body: tuple[str, ...]


@dataclass(frozen=True)
class RouterView:
    """One router module."""

    title: str
    tag: str
    imports: str
    api_router: str
    route_class: str
    path_row: str
    response: str
    checked: tuple[CheckedPath, ...]
    handlers: tuple[Handler, ...]


def router_view(index: Index, entity: Entity, names: Mapping[str, str]) -> RouterView:
    """Return the view of an entity's router; `names` are those of operations in the OpenAPI document."""
    return _Router(index, entity, names).view()


class _Router:
    """Builds one router's view; imports are collected on the way."""

    def __init__(self, index: Index, entity: Entity, names: Mapping[str, str]) -> None:
        self._index = index
        self._names = names
        self._entity = entity
        self._endpoints = endpoints_of(index, entity)
        self._imports = Imports({"router", *(e.function for e in self._endpoints)})
        self._service = self._imports.module(module(entity.snake, "service"), "service")

    def view(self) -> RouterView:
        handlers = tuple(self._handler(e) for e in self._endpoints)
        checked = self._checked()
        symbol = self._imports.symbol
        return RouterView(
            title=f"HTTP of {self._entity.plural.replace('_', ' ')}.",
            tag=self._entity.name,
            api_router=symbol("fastapi", "APIRouter"),
            route_class=symbol(f"{_RUNTIME}.routing", "route_class") if checked else "",
            path_row=symbol(f"{_RUNTIME}.routing", "PathRow") if checked else "",
            response=symbol("fastapi", "Response"),
            checked=checked,
            handlers=handlers,
            imports=self._imports.text(),
        )

    def _handler(self, point: Endpoint) -> Handler:
        operation = point.operation
        return Handler(
            node=operation.id,
            function=point.function,
            method=operation.method.lower(),
            path=point.path,
            operation_id=self._names[operation.id],
            status=operation.status,
            model=self._model(point),
            responses=self._responses(point),
            parameters=tuple(self._parameters(point)),
            description=_description(point),
            body=self._body(point),
        )

    def _model(self, point: Endpoint) -> str:
        name = returned_entity(point)
        if not name:
            return ""
        kind = "Page" if point.kind is OperationKind.LIST else "Read"
        entity = self._index.entities[name]
        return self._imports.symbol(module(entity.snake, "schemas"), f"{name}{kind}")

    def _responses(self, point: Endpoint) -> str:
        problems = self._imports.symbol(f"{_RUNTIME}.endpoints", "problems")
        statuses = ", ".join(str(s) for s in refusals(self._index, point))
        refused = f"{problems}({statuses})"
        if point.kind is OperationKind.CREATE and _may_reuse(point.entity):
            return f'{{200: {{"model": {self._model(point)}}}, **{refused}}}'
        return refused

    def _parameters(self, point: Endpoint) -> list[str]:
        parameters = [f"{a.name}: {self._id_type(a)}" for a in point.arguments]
        if point.body:
            schemas = module(self._entity.snake, "schemas")
            parameters.append(f"data: {self._imports.symbol(schemas, point.body)}")
        if point.kind is OperationKind.LIST:
            query = self._imports.symbol(module(self._entity.snake, "filters"), query_class(self._entity))
            annotated, of_query = (
                self._imports.symbol("typing", "Annotated"),
                self._imports.symbol("fastapi", "Query"),
            )
            parameters.append(f"query: {annotated}[{query}, {of_query}()]")
        connected = self._imports.symbol(f"{_RUNTIME}.endpoints", "Connected")
        return [*parameters, f"database: {connected}"]

    def _id_type(self, argument: PathArgument) -> str:
        uuid = self._imports.symbol("uuid", "UUID")
        if argument.name == argument.param:
            return uuid
        if argument.param == "id":
            return self._imports.symbol(f"{_RUNTIME}.endpoints", "RowId")
        annotated, path = self._imports.symbol("typing", "Annotated"), self._imports.symbol("fastapi", "Path")
        return f"{annotated}[{uuid}, {path}(alias={literal(argument.param)})]"

    def _body(self, point: Endpoint) -> tuple[str, ...]:
        arguments = ["database", *(a.name for a in point.arguments)]
        if point.body:
            arguments.append("data")
        if point.kind is OperationKind.LIST:
            arguments.append("query")
        call = f"await {self._service}.{point.function}({', '.join(arguments)})"
        match point.answer:
            case Answer.NOTHING:
                return (call, f"return {self._reply('no_content')}()")
            case Answer.DOCUMENT:
                return (f"return {self._reply('json_reply')}({call})",)
            case Answer.STORED:
                shown = ", ".join(filter(None, ("stored", self._location(point))))
                return (f"stored = {call}", f"return {self._reply('stored_reply')}({shown})")

    def _reply(self, name: str) -> str:
        return self._imports.symbol(f"{_RUNTIME}.replies", name)

    def _location(self, point: Endpoint) -> str:
        """Return the f-string of the path where the row can be read; nothing when it can't be said."""
        entity = self._index.entities[returned_entity(point)]
        ids = {a.entity.name: a.name for a in point.arguments} | {entity.name: "stored.id"}
        path, rows = self._home(entity, point)
        if not path or not all(row.entity.name in ids for row in rows):
            return ""
        for row in rows:
            path = path.replace("{" + row.param + "}", "{" + ids[row.entity.name] + "}")
        return f"f{literal(path)}"

    def _home(self, entity: Entity, point: Endpoint) -> tuple[str, tuple[PathArgument, ...]]:
        """Return the path of one row of an entity, and the rows in it; nothing if only its owner shows it."""
        for other in endpoints_of(self._index, entity):
            if other.kind is OperationKind.READ:
                return other.path, other.arguments
        if point.kind is OperationKind.CREATE:
            return f"{point.path}/{{stored.id}}", point.arguments
        if not entity.owner:
            return f"/{kebab(entity.plural)}/{{stored.id}}", ()
        return "", ()

    def _checked(self) -> tuple[CheckedPath, ...]:
        """Return the paths whose requests may be found invalid after their rows."""
        paths: dict[str, CheckedPath] = {}
        for point in self._endpoints:
            known = paths.get(point.path, CheckedPath(point.path, ()))
            rows = checked_rows(point)
            if len(rows) > len(known.rows):
                paths[point.path] = CheckedPath(point.path, tuple(self._row(a) for a in rows))
        return tuple(paths.values())

    def _row(self, argument: PathArgument) -> CheckedRow:
        entity = argument.entity
        queries = self._imports.module(module(entity.snake, "queries"), f"{entity.snake}_queries")
        owners = tuple((f"{o.entity.snake}_id", o.param) for o in argument.owners)
        statement = f"{queries}.{exists_statement(argument)}"
        return CheckedRow(entity.name, statement, (("id", argument.param), *owners))


def _may_reuse(entity: Entity) -> bool:
    return any(u.on_conflict != "reject" for u in entity.uniques)


def _description(point: Endpoint) -> str:
    thing = called(point.entity)
    match point.kind:
        case OperationKind.CREATE:
            return f"Create {thing}."
        case OperationKind.READ:
            return f"Return {thing}."
        case OperationKind.UPDATE:
            return f"Change some fields of {thing}."
        case OperationKind.DELETE:
            return f"Delete {thing}."
        case OperationKind.LIST:
            return f"Return a page of {point.entity.plural.replace('_', ' ')}."
        case OperationKind.FLOW:
            said = point.flow.description if point.flow is not None else ""
            return said or f"{point.operation.name.replace('_', ' ').capitalize()} {thing}."
