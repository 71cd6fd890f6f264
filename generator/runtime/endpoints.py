"""What the handlers of every entity share: the database, problem responses, health."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Path, Request
from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from .database import Database
from .errors import Problem, render, title
from .pagination import NULL

_SCHEMA = "ProblemDocument"
_ALIVE = select(text("1"))


class Finding(BaseModel):
    """One invalid value of a request."""

    loc: list[str | int]
    message: str
    type: str


class ProblemDocument(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    constraint: str | None = Field(None, description="The guard, rule or unique constraint that refused it")
    errors: list[Finding] | None = Field(None, description="The invalid values of the request")


class Application(FastAPI):
    """An application whose OpenAPI document describes problems."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if _SCHEMA not in schemas:
            schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**schema.pop("$defs"), _SCHEMA: schema}
        return document


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of the statuses that an operation may refuse with."""
    schema = {"$ref": f"#/components/schemas/{_SCHEMA}"}
    content = {"application/problem+json": {"schema": schema}}
    return {s: {"description": title(s), "content": content} for s in statuses}


def _or_null(value: object, read: ValidatorFunctionWrapHandler) -> object:
    return value if value == NULL else read(value)


OR_NULL = WrapValidator(_or_null)  # a filter that finds null, too


class ListQuery(BaseModel):
    """The query parameters that every list has; one that it does not have is refused."""

    model_config = ConfigDict(extra="forbid")

    offset: Annotated[int, Field(ge=0, le=2147483647)] = 0
    total: Annotated[bool, Field(description="Also count all rows")] = False


async def connected(request: Request) -> Database:
    """Return the database of the application that serves a request."""
    database: Database = request.app.state.database
    return database


Connected = Annotated[Database, Depends(connected)]
RowId = Annotated[UUID, Path(alias="id")]


def include(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Register every route, fixed segments before parameters, so that none hides another."""
    routes = [route for router in routers for route in router.routes]
    app.router.routes.extend(sorted(routes, key=_parameters))


def _parameters(route: Any) -> list[bool]:
    return [segment.startswith("{") for segment in route.path.split("/")]


async def health(database: Connected) -> Response:
    """Say whether the service can reach its database."""
    try:
        await database.fetch_value(_ALIVE)
    except (SQLAlchemyError, OSError, TimeoutError):
        return render(Problem(503, "unavailable", "The database does not answer"))
    return JSONResponse({"status": "ok"})
