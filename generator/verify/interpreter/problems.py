"""Why a request is refused."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from generator.ir.model import Condition, Field, Transition


class Problem(Exception):  # noqa: N818 - it is an answer, named as RFC 9457 does
    """A refusal; whatever the operation has done is undone."""

    def __init__(
        self, status: int, code: str, detail: str, constraint: str = "", errors: Sequence[Any] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.constraint = constraint
        self.errors = errors

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        found: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase if self.status in _KNOWN else "Error",
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.constraint:
            found["constraint"] = self.constraint
        if self.errors:
            found["errors"] = list(self.errors)
        return found


_KNOWN = {status.value for status in HTTPStatus}


def invalid(loc: Sequence[str | int], message: str, kind: str = "value_error") -> Problem:
    """Return the refusal of a value of the request."""
    error = {"loc": list(loc), "message": message, "type": kind}
    return Problem(422, "validation_error", "The request is not valid", errors=[error])


def not_found(entity: str) -> Problem:
    """Return the refusal for a row that is not there."""
    return Problem(404, "not_found", f"{entity} not found")


def out_of_range(field: Field, message: str, *, declared: bool) -> Problem:
    """Return the refusal of a result that its field can not hold; `declared`: by a bound of the spec."""
    return Problem(422, "out_of_range", f"{field.wire} {message}", field.id if declared else "")


def fail(condition: Condition) -> NoReturn:
    """Refuse because a requirement, rule or postcondition does not hold."""
    raise Problem(condition.status, "guard_failed", condition.message, condition.id)


def refuse_move(effect: Transition) -> NoReturn:
    """Refuse because a row is in no state that the transition starts from."""
    raise Problem(effect.status, "guard_failed", effect.message, effect.id)
