"""Emits `app/<entity>/router.py`, `app/<entity>/filters.py` and `app/main.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.emit.operations import operation_ids
from generator.emit.python import Imports, module, module_path
from generator.emit.routes.filters import filters_text
from generator.emit.routes.view import router_view
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Entity, OperationKind

__all__ = ["emit_routes"]

# What the template of the main module binds itself.
_BOUND = """
    ROUTERS app create_app lifespan AsyncIterator asynccontextmanager FastAPI extensions Settings Base
    Database Application health include problems install VIOLATIONS database settings
"""
_MAIN_NAMES = frozenset(_BOUND.split())


def emit_routes(ir: ApplicationIR) -> list[EmittedFile]:
    """Return the routers, the query classes of lists, and the main module."""
    index = Index(ir)
    exposed = [e for e in ir.domain.entities if index.operations_of(e.name)]
    names = operation_ids(index)
    files = [file for entity in exposed for file in _files(index, entity, names)]
    return [*files, EmittedFile("app/main.py", _main(ir, exposed))]


def _files(index: Index, entity: Entity, names: Mapping[str, str]) -> Iterator[EmittedFile]:
    if any(o.kind is OperationKind.LIST for o in index.operations_of(entity.name)):
        yield EmittedFile(module_path(entity.snake, "filters"), filters_text(index, entity))
    view = router_view(index, entity, names)
    text = render(__name__, "router.py.jinja", **vars(view))
    yield EmittedFile(module_path(entity.snake, "router"), text)


def _main(ir: ApplicationIR, exposed: list[Entity]) -> str:
    imports = Imports(_MAIN_NAMES)
    routers = [f"{imports.module(module(e.snake, 'router'), f'{e.snake}_router')}.router" for e in exposed]
    return render(
        __name__,
        "main.py.jinja",
        title=f"The application: `uvicorn app.main:app` serves {ir.name}.",
        name=ir.name,
        description=ir.description,
        routers=routers,
        imports=imports.text(),
    )
