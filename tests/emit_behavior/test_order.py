"""What is said first where two things are wrong: the application, and the interpreter beside it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from generator.frontend import compile_front
from generator.verify.interpreter import MISSING, Interpreter
from generator.verify.plan.replay import Router
from tests.building import running
from tests.emit_behavior.conftest import SPECS, App

SPEC = SPECS / "seats.yaml"
Said = tuple[int, str]


class Both:
    """Sends each request to both; their rows have ids of their own."""

    def __init__(self, app: App) -> None:
        ir = compile_front(SPEC.name, lambda _: SPEC.read_text(encoding="utf-8")).ir
        self._app, self._router, self._interpreter = app, Router(ir.api.operations), Interpreter(ir)
        self._ids: dict[str, str] = {}

    def send(self, method: str, path: str, **body: Any) -> tuple[Said, dict[str, Any]]:
        """Return what both say, with the row that the application answers."""
        answer = self._app.client.request(method, path, json=body or None)
        known = json.dumps([path, body])
        for theirs, ours in self._ids.items():
            known = known.replace(theirs, ours)
        ours_path, ours_body = json.loads(known)
        operation, ids = self._router.find(method, ours_path)
        sent = ours_body or MISSING
        ours = self._interpreter.call(operation.id, ids, {}, sent, now=datetime.now(UTC))
        said = _said(answer)
        assert said == (ours.status, str((ours.body or {}).get("detail", "")))
        found = answer.json() if answer.content else {}
        if answer.is_success and found:
            self._ids[found["id"]] = ours.body["id"]
        return said, found

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        (status, _), made = self.send("POST", path, **body)
        assert status == 201
        return made


def _said(answer: httpx.Response) -> Said:
    return answer.status_code, str(answer.json().get("detail", "")) if answer.content else ""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(SPEC, tmp_path_factory.mktemp("seats")) as session:
        yield App(session.base_url)


@pytest.fixture
def both(app: App) -> Both:
    return Both(app)


@pytest.fixture
def full(both: Both, app: App) -> dict[str, Any]:
    """A row with room for one seat, which has the code "a"."""
    row = both.make("/rows", name=app.name())
    row["seat"] = both.make("/seats", row_id=row["id"], code="a")["id"]
    return row


TAKEN = "Another Seat with the same row, code exists"


@pytest.mark.parametrize(
    ("code", "width", "status", "detail"),
    [
        ("b", 1, 422, "Full"),
        ("a", 1, 409, TAKEN),  # full, too: what all rows are read for comes last
        ("a", 30, 422, "Too wide"),
        ("b", 30, 422, "Too wide"),  # written after the other rule, but asked of the row alone
    ],
)
def test_a_create(both: Both, full: dict[str, Any], code: str, width: int, status: int, detail: str) -> None:
    (said, why), _ = both.send("POST", "/seats", row_id=full["id"], code=code, width=width)
    assert said == status
    assert detail in why


@pytest.mark.parametrize(
    ("code", "width", "status", "detail"),
    [("b", 1, 422, "Full"), ("a", 1, 409, TAKEN), ("a", 30, 422, "Too wide"), ("a", 3, 409, TAKEN)],
)
def test_a_flow(both: Both, full: dict[str, Any], code: str, width: int, status: int, detail: str) -> None:
    (said, why), _ = both.send("POST", f"/rows/{full['id']}/add", code=code, width=width)
    assert said == status
    assert detail in why


def test_an_update(both: Both, full: dict[str, Any], app: App) -> None:
    other = both.make("/rows", name=app.name(), most=2)
    seat = both.make("/seats", row_id=other["id"], code="a")["id"]
    same, _ = both.send("PATCH", f"/seats/{seat}", row_id=full["id"])
    assert same[0] == 409
    assert both.send("PATCH", f"/seats/{seat}", row_id=full["id"], code="c")[0] == (422, "Full")
    assert both.send("PATCH", f"/seats/{seat}", row_id=full["id"], width=30)[0] == (422, "Too wide")


def test_what_must_hold_afterwards_comes_last(both: Both, app: App) -> None:
    row = both.make("/rows", name=app.name(), most=3)
    both.make("/seats", row_id=row["id"], code="b")
    seat = both.make("/seats", row_id=row["id"], code="a")["id"]
    assert both.send("POST", f"/seats/{seat}/name", code="b")[0][0] == 409
    empty = both.make("/rows", name=app.name(), most=3)
    free = both.make("/seats", row_id=empty["id"], code="a")["id"]
    assert both.send("POST", f"/seats/{free}/name", code="b")[0] == (403, "No b")


def test_a_rule_of_what_a_branch_writes_sees_what_it_wrote(
    both: Both, full: dict[str, Any], app: App
) -> None:
    other = both.make("/rows", name=app.name(), most=2)
    seat = both.make("/seats", row_id=other["id"], code="c")["id"]
    assert both.send("POST", f"/seats/{seat}/widen", other_id=full["id"])[0] == (422, "Full")


@pytest.mark.parametrize(
    ("by", "back", "status", "taken"),
    [(1, False, 200, (1, 1)), (2, False, 409, (0, 0)), (1, True, 409, (0, 0)), (-5, True, 200, (0, 1))],
)
def test_rows_behind_a_reference_that_moves_on(
    both: Both, full: dict[str, Any], app: App, by: int, back: bool, status: int, taken: tuple[int, int]
) -> None:
    """What was done to the first row stays, and its rules are checked, though the path leads to another."""
    other = both.make("/rows", name=app.name(), most=2)
    said, _ = both.send("POST", f"/seats/{full['seat']}/shift", other_id=other["id"], by=by, back=back)
    assert said[0] == status
    assert tuple(both.send("GET", f"/rows/{r['id']}")[1]["taken"] for r in (full, other)) == taken


@pytest.fixture
def hall(both: Both) -> dict[str, Any]:
    """A hall whose panels refer to its door, and to each other over two wings."""
    hall = both.make("/halls", name="h")
    at = f"/halls/{hall['id']}"
    door = both.make(f"{at}/doors", label="d")["id"]
    hall |= {"at": at, "door": f"{at}/doors/{door}"}
    before = None
    for wing in ("one", "two"):
        hall[wing] = f"{at}/wings/{both.make(f'{at}/wings', label=wing)['id']}"
        for _ in range(2):
            before = both.make(f"{hall[wing]}/panels", door_id=door, next_id=before)["id"]
    return hall


def test_what_refers_to_each_other_goes_with_its_owner(both: Both, hall: dict[str, Any]) -> None:
    assert both.send("DELETE", hall["door"])[0][0] == 409
    assert both.send("DELETE", hall["one"])[0][0] == 409
    assert both.send("POST", f"{hall['one']}/strip")[0][0] == 409
    assert both.send("DELETE", hall["at"])[0][0] == 204


def test_rows_of_one_effect_go_together(both: Both, hall: dict[str, Any]) -> None:
    assert both.send("POST", f"{hall['two']}/strip")[0][0] == 200
    assert both.send("DELETE", hall["one"])[0][0] == 204
    assert both.send("DELETE", hall["door"])[0][0] == 204


def test_a_flow_that_finds_its_answer_deleted_has_done_nothing(both: Both, app: App) -> None:
    rows = [both.make("/rows", name=app.name(), most=2)["id"] for _ in range(2)]
    assert both.send("POST", f"/rows/{rows[0]}/merge", other_id=rows[0])[0] == (404, "Row not found")
    assert both.send("POST", f"/rows/{rows[0]}/merge", other_id=rows[1])[0][0] == 200
    assert both.send("GET", f"/rows/{rows[0]}")[0][0] == 200


def test_rows_exchange_what_is_unique(both: Both, app: App) -> None:
    """Whether rows are unique is asked of the rows as the flow leaves them."""
    row = both.make("/rows", name=app.name(), most=3)["id"]
    one, two = (both.make("/seats", row_id=row, code=c, width=w)["id"] for c, w in (("a", 7), ("b", 2)))
    (status, _), seat = both.send("POST", f"/seats/{one}/swap", other_id=two)
    assert (status, seat["code"], seat["width"]) == (200, "b", 2)
    assert both.send("POST", f"/seats/{one}/swap", other_id=two, more="c")[0][0] == 200
    assert both.send("POST", f"/seats/{one}/swap", other_id=two, more="b")[0][0] == 409
    assert both.send("POST", "/seats", row_id=row, code="d", width=7)[0] == (409, "One seat of seven")


def test_a_deleted_row_is_in_no_collection(both: Both) -> None:
    hall = both.make("/halls", name="h")["id"]
    one, two = (both.make(f"/halls/{hall}/doors", label="d")["id"] for _ in range(2))
    (status, _), left = both.send("POST", f"/halls/{hall}/shut", door_id=one)
    assert (status, left["left"]) == (200, 1)
    assert both.send("POST", f"/halls/{hall}/shut", door_id=two)[0][0] == 422
    assert both.send("POST", f"/halls/{hall}/refit", label="e")[1]["left"] == 2
    assert both.send("POST", f"/halls/{hall}/refit", label="d")[1]["doors"] == []
