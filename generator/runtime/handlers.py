"""Answers every failure with a problem document."""

import logging
from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from .errors import OutOfRange, Problem, Violation, render, title
from .failures import as_problem

_LOG = logging.getLogger(__name__)
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}

_PLAINER = {"model_attributes_type": "A JSON object is needed, sent as application/json"}


def install(app: FastAPI, violations: Mapping[str, Violation]) -> None:
    """Register the handlers; `violations` says what a violated constraint means."""

    async def database(_request: Request, error: Exception) -> JSONResponse:
        return _database(cast("DBAPIError", error), violations)

    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(OverflowError, _overflow)
    app.add_exception_handler(OSError, _unavailable)
    app.add_exception_handler(PoolTimeoutError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    return render(cast("Problem", error))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    errors = [_finding(e) for e in cast("RequestValidationError", error).errors()]
    return render(Problem(422, "validation_error", "The request is not valid", errors=errors))


def _finding(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wrong and where, without the client's input, which need not be JSON."""
    return {
        "loc": list(error["loc"]),
        "message": _PLAINER.get(error["type"], error["msg"]),
        "type": error["type"],
    }


async def _http(_request: Request, error: Exception) -> JSONResponse:
    answer = cast("HTTPException", error)
    code = _CODES.get(answer.status_code, "http_error")
    detail = str(answer.detail or title(answer.status_code))
    return render(Problem(answer.status_code, code, detail), answer.headers)


def _database(error: DBAPIError, violations: Mapping[str, Violation]) -> JSONResponse:
    problem = as_problem(error, violations)
    if problem is None:
        _LOG.error("database error", exc_info=error)
        problem = _internal()
    return render(problem)


async def _overflow(_request: Request, _error: Exception) -> JSONResponse:
    return render(OutOfRange("A value is out of range"))


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    _LOG.error("the database does not answer", exc_info=error)
    return render(Problem(503, "unavailable", "The database does not answer"))


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return render(_internal())


def _internal() -> Problem:
    return Problem(500, "internal_error", "Something went wrong on our side")
