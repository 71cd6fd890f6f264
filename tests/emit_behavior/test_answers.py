"""What services and routes answer, over HTTP."""

from uuid import uuid4

from tests.emit_behavior.conftest import App


def test_a_new_row_says_where_it_is(app: App) -> None:
    answer = app.post("/bins", name=app.name())
    assert answer.status_code == 201
    assert app.get(answer.headers["location"]) == answer.json()


def test_a_row_made_by_a_flow_says_where_it_is(app: App) -> None:
    made = app.bin(units=3)
    answer = app.post(f"/bins/{made['id']}/take", amount=2)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/picks/{answer.json()['id']}"


def test_a_merged_row_has_no_location(app: App) -> None:
    path = f"/bins/{app.bin()['id']}/slots"
    first, second = (app.post(path, key="k", amount=1) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert "location" not in second.headers
    assert second.json() == {**first.json(), "amount": 2}


def test_missing_rows_come_before_a_bad_body(app: App) -> None:
    answer = app.client.post(f"/bins/{uuid4()}/parts", json={"weight": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "Bin not found")
    answer = app.client.post("/bins/no-id/parts", json={"weight": "x"})
    assert answer.status_code == 422


def test_the_outermost_missing_row_is_named(app: App) -> None:
    part = app.make(f"/bins/{app.bin()['id']}/parts", weight=2)
    for method in ("GET", "PATCH", "DELETE"):
        body = {"json": {}} if method == "PATCH" else {}
        answer = app.client.request(method, f"/bins/{uuid4()}/parts/{part['id']}", **body)
        assert (answer.status_code, answer.json()["detail"]) == (404, "Bin not found")
        answer = app.client.request(method, f"/bins/{app.bin()['id']}/parts/{part['id']}", **body)
        assert (answer.status_code, answer.json()["detail"]) == (404, "Part not found")


def test_a_missing_row_in_the_body_is_named(app: App) -> None:
    made = app.bin(units=5)
    answer = app.post(f"/bins/{made['id']}/pour", to_id=str(uuid4()), amount=1)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = app.post("/visits", bin_id=str(uuid4()), day="2026-01-01")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Bin not found")


def test_a_fixed_path_is_not_hidden_by_a_parameter(app: App) -> None:
    answer = app.post("/bins/register", bin_id=app.bin()["id"])
    assert (answer.status_code, answer.json()["amount"]) == (201, 7)


def test_unknown_query_parameters_are_refused(app: App) -> None:
    answer = app.client.get("/bins", params={"colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["query", "colour"]


def test_no_redirects_for_slashes(app: App) -> None:
    assert app.client.get("/bins/").status_code == 404


def test_health(app: App) -> None:
    assert app.get("/health") == {"status": "ok"}


def test_every_refusal_is_described(app: App) -> None:
    paths = app.get("/openapi.json")["paths"]
    assert set(paths["/bins/{id}/take"]["post"]["responses"]) == {"201", "404", "422"}
    assert set(paths["/bins/{id}/book"]["post"]["responses"]) == {"204", "404", "409", "422"}
    assert set(paths["/bins/{bin_id}/slots"]["post"]["responses"]) == {"200", "201", "404", "409", "422"}
