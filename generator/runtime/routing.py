"""Routes that answer 404 for a missing row of the path before 422 for the body."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Executable

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
    """Return a handler that looks for the path's rows once the request is found invalid."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except RequestValidationError as error:
            if not any(e["loc"][0] == "path" for e in error.errors()):
                await _require(request, rows)
            raise

    return handle if rows else handler


async def _require(request: Request, rows: Sequence[PathRow]) -> None:
    database: Database = request.app.state.database
    for row in rows:
        params = {bind: UUID(request.path_params[name]) for bind, name in row.params.items()}
        if await database.fetch_one(row.exists, **params) is None:
            raise NotFound(row.entity)
