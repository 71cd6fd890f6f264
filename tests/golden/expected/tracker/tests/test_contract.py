"""Replies are what the OpenAPI document says: the database writes the JSON, the schemas describe it."""

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from app.main import create_app
from app.runtime.endpoints import ProblemDocument
from smoke.run import Reply
from tests.conftest import Exercised

ROUTES = [r for r in create_app().routes if isinstance(r, APIRoute)]


def methods_of(route: APIRoute) -> set[str]:
    """Return the methods that a route serves."""
    return route.methods or set()


def route_of(method: str, path: str) -> APIRoute | None:
    """Return the route that serves a request."""
    found = [r for r in ROUTES if method in methods_of(r) and r.path_regex.match(path)]
    return found[0] if found else None


def replies_of(exercised: Exercised, route: APIRoute) -> list[Reply]:
    """Return every reply that a route gave."""
    return [
        reply for request, reply in exercised.exchanges if route_of(request.method, request.path) is route
    ]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{min(methods_of(r))} {r.path}")
def test_replies_fit_the_schema(exercised: Exercised, route: APIRoute) -> None:
    for reply in replies_of(exercised, route):
        if reply.status >= 400:
            ProblemDocument.model_validate(reply.body)
        elif route.response_model is not None:
            TypeAdapter(route.response_model).validate_json(reply.text)
        elif reply.status == 204:
            assert not reply.text


def test_the_openapi_document_has_every_route() -> None:
    document = create_app().openapi()
    assert {r.path for r in ROUTES if r.include_in_schema} == set(document["paths"])
