"""Routes that name the outermost missing row of the path before they complain about anything else."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError

from .database import Database
from .errors import NotFound

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PathRow(NamedTuple):
    """A row that the path names: its exists-statement and parameter -> name in the path."""

    entity: str
    exists: Executable
    params: Mapping[str, str]


def route_class(paths: Mapping[str, Sequence[PathRow]]) -> type[APIRoute]:
    """Return the route class of a router; `paths` maps a path to its rows, outermost first."""

    class CheckedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            return checked(super().get_route_handler(), paths.get(self.path_format, ()))

    return CheckedRoute


def checked(handler: Handler, rows: Sequence[PathRow]) -> Handler:
    """Return a handler that looks for the path's rows once something is wrong or not there."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except (RequestValidationError, NotFound, IntegrityError) as error:
            if not _bad_path(error):
                await _require(request, rows)
            raise

    return handle if rows else handler


def _bad_path(error: Exception) -> bool:
    """Whether an id of the path is no id at all."""
    return isinstance(error, RequestValidationError) and any(e["loc"][0] == "path" for e in error.errors())


async def _require(request: Request, rows: Sequence[PathRow]) -> None:
    database: Database = request.app.state.database
    for row in rows:
        params = {bind: UUID(request.path_params[name]) for bind, name in row.params.items()}
        if await database.fetch_one(row.exists, **params) is None:
            raise NotFound(row.entity)
