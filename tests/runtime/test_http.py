"""Problems over HTTP: what a client sees when something is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict

from tests.runtime.conftest import Rows, run


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: int


_JSON = {"content-type": "application/json"}


@pytest.fixture
def service(app: Any) -> FastAPI:
    """A service with one route below two rows, and some that fail."""
    routing, queries = app.routing, app.box.queries
    rows = [
        routing.PathRow("Shelf", app.shelf.queries.EXISTS, {"id": "shelf_id"}),
        routing.PathRow("Box", queries.EXISTS_AT, {"id": "box_id", "shelf_id": "shelf_id"}),
    ]
    path = "/shelves/{shelf_id}/boxes/{box_id}"
    router = APIRouter(route_class=routing.route_class({path: rows}))

    @router.post(path)
    async def change(shelf_id: UUID, box_id: UUID, data: Body) -> dict[str, int]:
        return {"amount": data.amount}

    @router.post("/parts")
    async def make(values: dict[str, Any]) -> None:
        key = app.ids.new_id()
        row = {"id": key, "box_id": UUID(values["box_id"]), "amount": values["amount"]}
        await service.state.database.execute(
            app.part.queries.INSERT, **row, price=Decimal(values.get("price", "1"))
        )

    @router.post("/holders")
    async def name(values: dict[str, str]) -> None:
        await service.state.database.execute(app.holder.queries.INSERT, id=app.ids.new_id(), rank=1, **values)

    @router.delete("/holders/{key}")
    async def drop(key: UUID) -> None:
        await service.state.database.execute(app.holder.queries.DELETE, ids=[key])

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret")

    service = FastAPI()
    app.handlers.install(service, app.violations)
    service.include_router(router)
    return service


def talk(app: Any, service: FastAPI, *requests: tuple[str, str, str]) -> list[httpx.Response]:
    """Send requests whose paths may name the rows {shelf}, {other}, {box} and {holder}."""

    async def go() -> list[httpx.Response]:
        database = app.database.Database(app.url)
        service.state.database = database
        rows = Rows(app, database)
        shelf, other, holder = await rows.shelf(), await rows.shelf(), await rows.holder()
        box = await rows.box(shelf, holder)
        names = {"shelf": shelf, "other": other, "box": box, "holder": holder, "none": app.ids.new_id()}
        transport = httpx.ASGITransport(service, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = []
            for method, path, body in requests:
                address, content = path.format(**names), body.format(**names)
                answers.append(await client.request(method, address, content=content, headers=_JSON))
        await database.close()
        return answers

    return run(go())


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"], document["detail"]


BOX = "/shelves/{shelf}/boxes/{box}"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/shelves/{none}/boxes/{box}", "[]", (404, "not_found", "Shelf not found")),
        ("/shelves/{shelf}/boxes/{none}", "", (404, "not_found", "Box not found")),
        ("/shelves/{other}/boxes/{box}", "{{", (404, "not_found", "Box not found")),
        ("/shelves/{shelf}/boxes/nonsense", "[]", (422, "validation_error", "The request is not valid")),
        (BOX, '{{"amount": "x"}}', (422, "validation_error", "The request is not valid")),
    ],
)
def test_rows_of_the_path_come_before_the_body(
    app: Any, service: FastAPI, path: str, body: str, expected: tuple[int, str, str]
) -> None:
    (answer,) = talk(app, service, ("POST", path, body))
    assert problem(answer) == expected


def test_findings_say_where_and_never_echo_the_input(app: Any, service: FastAPI) -> None:
    (answer,) = talk(app, service, ("POST", BOX, '{{"amount": "secret", "more": 1}}'))
    errors = answer.json()["errors"]
    assert [e["loc"] for e in errors] == [["body", "amount"], ["body", "more"]]
    assert {frozenset(e) for e in errors} == {frozenset({"loc", "message", "type"})}
    assert "secret" not in answer.text


def test_malformed_json_is_a_finding(app: Any, service: FastAPI) -> None:
    (answer,) = talk(app, service, ("POST", BOX, "{{"))
    assert problem(answer)[:2] == (422, "validation_error")
    assert answer.json()["errors"][0]["type"] == "json_invalid"


def test_a_good_request_is_answered(app: Any, service: FastAPI) -> None:
    (answer,) = talk(app, service, ("POST", BOX, '{{"amount": 3}}'))
    assert answer.json() == {"amount": 3}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/parts", '{{"box_id": "{none}", "amount": 1}}', (404, "not_found")),
        ("POST", "/parts", '{{"box_id": "{box}", "amount": 0}}', (422, "out_of_range")),
        ("POST", "/parts", '{{"box_id": "{box}", "amount": 3000000000}}', (422, "out_of_range")),
        (
            "POST",
            "/parts",
            '{{"box_id": "{box}", "amount": 1, "price": "12345678.9"}}',
            (422, "out_of_range"),
        ),
        ("POST", "/holders", '{{"name": "{holder}"}}', (409, "conflict")),
        ("POST", "/holders", '{{"name": "\\u0000"}}', (422, "out_of_range")),
        ("DELETE", "/holders/{holder}", "", (409, "in_use")),
        ("GET", "/broken", "", (500, "internal_error")),
        ("GET", "/nowhere", "", (404, "not_found")),
        ("PUT", "/parts", "", (405, "method_not_allowed")),
    ],
)
def test_failures_are_problems(
    app: Any, service: FastAPI, method: str, path: str, body: str, expected: tuple[int, str]
) -> None:
    (answer,) = talk(app, service, (method, path, body))
    assert problem(answer)[:2] == expected
    assert "secret" not in answer.text


def test_an_unreachable_database_is_not_the_clients_fault(app: Any, service: FastAPI) -> None:
    async def go() -> httpx.Response:
        service.state.database = app.database.Database("postgresql+asyncpg://nobody@/x?host=/nowhere/at/all")
        transport = httpx.ASGITransport(service, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/holders", json={"name": "x"})

    assert problem(run(go()))[:2] == (503, "unavailable")
