"""What a database error means: a lost race, a violated constraint, a value out of range."""

from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

from .errors import Conflict, NotFound, OutOfRange, Problem, Retry, Violation
from .sql import BELOW

_TRANSIENT = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_UNREACHABLE = frozenset({"08", "57"})  # connection lost, server shutting down
_DELETIONS = ("DELETE ", f"WITH {BELOW}")
_REFERENCE = frozenset({"23503", "23001"})  # foreign key, restrict


def sqlstate_of(error: DBAPIError) -> str:
    """Return PostgreSQL's five-character code, or nothing."""
    return str(getattr(error.orig, "sqlstate", "") or "")


def constraint_of(error: DBAPIError) -> str:
    """Return the name of the violated constraint, or nothing."""
    cause = getattr(error.orig, "__cause__", None)
    return str(getattr(cause, "constraint_name", "") or "")


def is_transient(error: Exception) -> bool:
    """Whether the same work may succeed when it is done again."""
    return isinstance(error, Retry) or (isinstance(error, DBAPIError) and sqlstate_of(error) in _TRANSIENT)


def as_problem(error: DBAPIError, violations: Mapping[str, Violation]) -> Problem | None:
    """Return the answer for a database error; None when it is the server's own fault."""
    state = sqlstate_of(error)
    if error.connection_invalidated or state[:2] in _UNREACHABLE:
        return Problem(503, "unavailable", "The database does not answer")
    known = violations.get(constraint_of(error))
    if state in _REFERENCE and not _deletes(error):
        return NotFound(known.missing if known else "A row")
    if known is not None:
        return Problem(known.status, known.code, known.message, constraint=known.constraint)
    return _by_state(state, constraint_of(error))


def _by_state(state: str, constraint: str) -> Problem | None:
    match state[:2], state:
        case _, "40001" | "40P01":
            return Problem(503, "unavailable", "Too many requests want the same rows: try again")
        case _, "23505" | "23P01":
            return Conflict(constraint, "Such a row exists already")
        case _, "23503" | "23001":
            return Problem(409, "in_use", "The row is still referred to by others", constraint=constraint)
        case _, "23502" | "23514":
            return OutOfRange("A value is not allowed", constraint)
        case "22", _:
            return OutOfRange("A value is out of range")
        case _:
            return None


def _deletes(error: DBAPIError) -> bool:
    return (error.statement or "").lstrip().startswith(_DELETIONS)
