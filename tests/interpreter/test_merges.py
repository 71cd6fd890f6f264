"""A create that is merged into an existing row keeps every rule of that row, as the application does."""

from datetime import UTC, datetime

from generator.frontend import compile_front
from generator.verify.interpreter import Interpreter

SPEC = """
app: seats
entities:
  Hall:
    fields: {seats: int, open: bool = true, parties: "Party[] owned"}
  Party:
    fields: {name: string, persons: int}
    unique: [{fields: [hall, name], on_conflict: add persons}]
    rules:
      - sum(hall.parties, persons) <= hall.seats else 409 "Full"
      - hall.open else 409 "Closed"
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_rules_that_do_not_read_the_targets_hold_for_a_merged_row() -> None:
    interpreter = Interpreter(compile_front("app.yaml", lambda _: SPEC).ir)

    def call(operation: str, path: dict[str, str], body: object) -> tuple[int, dict[str, str]]:
        answer = interpreter.call(f"operation:{operation}", path, {}, body, now=NOW)
        return answer.status, answer.body

    _, hall = call("Hall.create", {}, {"seats": 10})
    assert call("Party.create", {"hall_id": hall["id"]}, {"name": "a", "persons": 6})[0] == 201
    assert call("Party.create", {"hall_id": hall["id"]}, {"name": "a", "persons": 4})[0] == 200
    assert call("Party.create", {"hall_id": hall["id"]}, {"name": "a", "persons": 1})[0] == 409
    call("Hall.update", {"id": hall["id"]}, {"open": False, "seats": 20})
    assert call("Party.create", {"hall_id": hall["id"]}, {"name": "a", "persons": 1})[1]["detail"] == "Closed"
