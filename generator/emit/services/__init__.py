"""Emits `app/<entity>/queries.py` and `app/<entity>/service.py`."""

from __future__ import annotations

from generator.emit.operations import checked_rows, endpoints_of, exists_statement
from generator.emit.services.module import service_files
from generator.emit.services.queries import emit_queries, used_names
from generator.emit.tree import EmittedFile
from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR

__all__ = ["emit_services"]


def emit_services(ir: ApplicationIR, guards: GuardIR) -> list[EmittedFile]:
    """Return the statements and the services of every entity."""
    services = service_files(ir, guards)
    used = {entity: set(names) for entity, names in used_names(ir, services).items()}
    for entity, name in _used_by_routes(Index(ir)):
        used[entity].add(name)
    return [*emit_queries(ir, used=used), *services]


def _used_by_routes(index: Index) -> set[tuple[str, str]]:
    """Return (entity, statement) of what routers look for in paths."""
    points = (point for entity in index.entities.values() for point in endpoints_of(index, entity))
    return {(row.entity.name, exists_statement(row)) for point in points for row in checked_rows(point)}
