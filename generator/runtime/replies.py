"""Replies whose JSON text PostgreSQL has made."""

from collections.abc import Mapping

from fastapi import Response


def json_reply(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a reply with ready JSON."""
    return Response(text, status, headers, "application/json")


def created(text: str, location: str) -> Response:
    """Return a 201 with the row and where it is found."""
    return json_reply(text, 201, {"Location": location})


def no_content() -> Response:
    """Return a 204."""
    return Response(status_code=204)
