"""How an operation is spelled in Python: what services define and routes call."""

from __future__ import annotations

import builtins
import keyword
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from generator.core.names import pascal
from generator.emit.python import free_name
from generator.ir.index import Index
from generator.ir.model import Entity, Flow, Operation, OperationKind

_TAKEN_FUNCTIONS = frozenset(
    {"create", "read", "update", "delete", "list_page", "queries", "service", "router"}
)
_TAKEN_ARGUMENTS = frozenset({"database", "data", "query", "stored"})


class Answer(Enum):
    """What a service function returns."""

    DOCUMENT = auto()  # JSON text
    STORED = auto()  # a `Stored`: JSON text, id, and whether the row is new
    NOTHING = auto()


@dataclass(frozen=True)
class PathArgument:
    """A row that the path names (as `param`); `owners` are the rows above that own it, outermost first."""

    name: str
    param: str
    entity: Entity
    owners: tuple[PathArgument, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """One operation: names, arguments and answer of its service function and its handler."""

    operation: Operation
    entity: Entity
    flow: Flow | None
    function: str
    arguments: tuple[PathArgument, ...]
    path: str
    body: str  # schema class of the body, or ""
    answer: Answer

    @cached_property
    def kind(self) -> OperationKind:
        """What the endpoint does."""
        return self.operation.kind


def called(entity: Entity) -> str:
    """Return an entity's name in a sentence: "a thing", "an owned thing"."""
    thing = entity.snake.replace("_", " ")
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def checked_rows(point: Endpoint) -> tuple[PathArgument, ...]:
    """Return the rows of the path that are looked for when something else is wrong.

    Where nothing else is sent, the innermost row is what the service itself asks for first.
    """
    sends = bool(point.body) or point.kind is OperationKind.LIST
    return point.arguments if sends else point.arguments[:-1]


def exists_statement(argument: PathArgument) -> str:
    """Return the name of the statement that looks for a row of the path."""
    return "EXISTS_AT" if argument.owners else "EXISTS"


def endpoint(index: Index, operation: Operation) -> Endpoint:
    """Return the Python side of an operation."""
    flow = index.flows[operation.flow] if operation.flow else None
    names = _argument_names(index, operation)
    return Endpoint(
        operation=operation,
        entity=index.entities[operation.entity],
        flow=flow,
        function=function_name(operation),
        arguments=_arguments(index, operation, names),
        path=operation.path,
        body=_body(operation, flow),
        answer=_answer(operation, flow),
    )


def operation_ids(index: Index) -> dict[str, str]:
    """Return operation -> its name in the OpenAPI document, no two alike."""
    named: dict[str, str] = {}
    for operation in index.ir.api.operations:
        wanted = f"{operation.name}_{index.entities[operation.entity].snake}"
        named[operation.id] = free_name(wanted, named.values())
    return named


def endpoints_of(index: Index, entity: Entity) -> list[Endpoint]:
    """Return an entity's endpoints in table order."""
    return [endpoint(index, o) for o in index.operations_of(entity.name)]


def function_name(operation: Operation) -> str:
    """Return the name of the service function and of the handler."""
    match operation.kind:
        case OperationKind.LIST:
            return "list_page"
        case OperationKind.FLOW:
            return _flow_function(operation.name)
        case _:
            return operation.name


def _flow_function(name: str) -> str:
    """Return a flow's function: nothing else in the module has the name, no builtin is hidden."""
    if keyword.iskeyword(name) or name in _TAKEN_FUNCTIONS or hasattr(builtins, name):
        return f"{name}_"
    return name


def _argument_names(index: Index, operation: Operation) -> dict[str, str]:
    """Return path parameter -> argument; a bare `id` is called after its row."""
    names: dict[str, str] = {}
    for row in operation.rows:
        wanted = f"{index.entities[row.entity].snake}_id" if row.param == "id" else row.param
        names[row.param] = free_name(wanted, _TAKEN_ARGUMENTS | set(names.values()))
    return names


def _arguments(index: Index, operation: Operation, names: dict[str, str]) -> tuple[PathArgument, ...]:
    made: list[PathArgument] = []
    for row in operation.rows:
        entity = index.entities[row.entity]
        chain = owner_chain(index, entity)
        above = tuple(made)
        owned_here = bool(chain) and [a.entity.name for a in above] == [e.name for e in chain]
        made.append(PathArgument(names[row.param], row.param, entity, above if owned_here else ()))
    return tuple(made)


def owner_chain(index: Index, entity: Entity) -> list[Entity]:
    """Return the entities that own a row of `entity`, outermost first."""
    chain: list[Entity] = []
    while entity.owner:
        entity = index.entities[entity.owner]
        chain.insert(0, entity)
    return chain


def input_schema(entity: str, operation: str) -> str:
    """Return the schema class of a flow's body."""
    return f"{entity}{pascal(operation)}Input"


def _body(operation: Operation, flow: Flow | None) -> str:
    match operation.kind:
        case OperationKind.CREATE:
            return f"{operation.entity}Create"
        case OperationKind.UPDATE:
            return f"{operation.entity}Update"
        case OperationKind.FLOW if flow is not None and flow.inputs:
            return input_schema(operation.entity, operation.name)
        case _:
            return ""


def _answer(operation: Operation, flow: Flow | None) -> Answer:
    match operation.kind:
        case OperationKind.CREATE:
            return Answer.STORED
        case OperationKind.DELETE:
            return Answer.NOTHING
        case OperationKind.FLOW if flow is not None:
            if not flow.returns:
                return Answer.NOTHING
            return Answer.STORED if operation.status == 201 else Answer.DOCUMENT
        case _:
            return Answer.DOCUMENT


def returned_entity(endpoint: Endpoint) -> str:
    """Return the entity whose document the operation answers with, or nothing."""
    if endpoint.answer is Answer.NOTHING:
        return ""
    if endpoint.flow is None:
        return endpoint.entity.name
    return endpoint.flow.names[endpoint.flow.returns]
