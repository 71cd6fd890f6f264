"""Replies whose JSON text PostgreSQL has made."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from fastapi import Response


class Stored(NamedTuple):
    """The row that an operation answers with; `new` if this operation made it."""

    id: UUID
    document: str
    new: bool = True


def json_reply(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a reply with ready JSON."""
    return Response(text, status, headers, "application/json")


def stored_reply(row: Stored, location: str = "") -> Response:
    """Return a 201 with a new row and where it is found, a 200 with one that was there."""
    if not row.new:
        return json_reply(row.document)
    return json_reply(row.document, 201, {"Location": location} if location else None)


def no_content() -> Response:
    """Return a 204."""
    return Response(status_code=204)
