"""Service modules: one function for each operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from generator.emit.operations import Endpoint, endpoints_of
from generator.emit.physical import physical
from generator.emit.python import Imports, docstring, module_path
from generator.emit.services.create import create
from generator.emit.services.delete import delete
from generator.emit.services.flows import flow
from generator.emit.services.function import Home
from generator.emit.services.queries import Values
from generator.emit.services.reads import list_page, read
from generator.emit.services.update import update
from generator.emit.tree import EmittedFile
from generator.guards.model import FlowGuards, FlowKey, GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Entity, OperationKind

Guards = Mapping[FlowKey, FlowGuards]


def service_files(ir: ApplicationIR, guards: GuardIR) -> list[EmittedFile]:
    """Return the service module of every entity that has operations."""
    index = Index(ir)
    values, constraints, known = Values(index), _constraint_names(ir), guards.as_dict()
    files = []
    for entity in ir.domain.entities:
        points = endpoints_of(index, entity)
        if points:
            text = _module_text(_Frame(index, values, constraints, entity, known), points)
            files.append(EmittedFile(module_path(entity.snake, "service"), text))
    return files


def _constraint_names(ir: ApplicationIR) -> dict[str, str]:
    """Return a unique's id -> its name in the database."""
    names: dict[str, str] = {}
    for table in physical(ir).tables:
        names |= {u.node: u.name for u in table.uniques}
        names |= {i.node: i.name for i in table.indexes if i.unique}
        names |= {x.node: x.name for x in table.exclusions}
    return names


class _Frame:
    """What one module is made from."""

    def __init__(
        self, index: Index, values: Values, constraints: Mapping[str, str], entity: Entity, guards: Guards
    ) -> None:
        self._parts = (index, values, entity)
        self._constraints = constraints
        self._guards = guards
        self.entity = entity

    def home(self, points: list[Endpoint], variables: set[str]) -> Home:
        """Return a module whose imports hide neither functions nor these variables."""
        functions = frozenset(p.function for p in points)
        imports = Imports({*functions, *variables})
        return Home(*self._parts, imports, functions, self._constraints)

    def function(self, home: Home, point: Endpoint) -> str:
        """Return the text of one function."""
        guards = self._guards.get(FlowKey(point.entity.name, point.operation.name), FlowGuards())
        match point.kind:
            case OperationKind.CREATE:
                return create(home, point, guards)
            case OperationKind.READ:
                return read(home, point, guards)
            case OperationKind.UPDATE:
                return update(home, point, guards)
            case OperationKind.DELETE:
                return delete(home, point, guards)
            case OperationKind.LIST:
                return list_page(home, point)
            case OperationKind.FLOW:
                return flow(home, point, guards)
            case _:
                assert_never(point.kind)


def _module_text(frame: _Frame, points: list[Endpoint]) -> str:
    """Return a module; made twice, so that imports keep clear of the variables that there are."""
    first = frame.home(points, set())
    for point in points:
        frame.function(first, point)
    home = frame.home(points, first.variables)
    functions = [frame.function(home, point) for point in points]
    title = docstring(f"What can be done with {frame.entity.plural.replace('_', ' ')}.")
    return "\n\n\n".join([f"{title}\n\n{home.imports.text()}", *functions]) + "\n"
