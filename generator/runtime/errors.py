"""Problems: what a request is answered when it can't be carried out (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from starlette.responses import JSONResponse

T = TypeVar("T")


class Violation(NamedTuple):
    """How a violated database constraint is answered; `missing` is what a foreign key refers to."""

    status: int
    code: str
    constraint: str
    message: str
    missing: str = ""


class Problem(Exception):  # noqa: N818 - it is an answer, named as RFC 9457 does
    """A request that is refused; everything here is shown to the client."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        constraint: str = "",
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.constraint = constraint
        self.errors = errors


class NotFound(Problem):
    """There is no such row."""

    def __init__(self, entity: str) -> None:
        super().__init__(404, "not_found", f"{entity} not found")


class GuardFailed(Problem):
    """A guard, rule or transition does not allow the operation."""

    def __init__(self, constraint: str, message: str, status: int = 422) -> None:
        super().__init__(status, "guard_failed", message, constraint=constraint)


class Conflict(Problem):
    """Another row is in the way."""

    def __init__(self, constraint: str, message: str, status: int = 409) -> None:
        super().__init__(status, "conflict", message, constraint=constraint)


class OutOfRange(Problem):
    """A result does not fit the field that it is stored in."""

    def __init__(self, message: str, constraint: str = "") -> None:
        super().__init__(422, "out_of_range", message, constraint=constraint)


class Invalid(Problem):
    """One value of the request is wrong; `loc` says where it stands."""

    def __init__(self, loc: Sequence[str | int], message: str, kind: str = "value_error") -> None:
        errors = [{"loc": list(loc), "message": message, "type": kind}]
        super().__init__(422, "validation_error", "The request is not valid", errors=errors)


class Retry(Exception):  # noqa: N818 - a request to the transaction, not a failure
    """Raised inside a transaction that lost a race: undo it and run it again."""


def found(value: T | None, entity: str) -> T:
    """Return what was found; NotFound when it is nothing."""
    if value is None:
        raise NotFound(entity)
    return value


def title(status: int) -> str:
    """Return the reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def render(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the problem document."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title(problem.status),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.constraint:
        document["constraint"] = problem.constraint
    if problem.errors:
        document["errors"] = list(problem.errors)
    return JSONResponse(document, problem.status, headers, media_type="application/problem+json")
