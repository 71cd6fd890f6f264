"""Many requests at the same time: nothing is sold twice, nothing is lost, nothing fails."""

from tests.emit_behavior.conftest import App


def test_ten_units_are_taken_ten_times(app: App) -> None:
    made = app.bin(units=10)
    path = f"/bins/{made['id']}/take"
    statuses = app.at_once(lambda c: [c.post(path, json={"amount": 1}) for _ in range(50)])
    assert statuses == [201] * 10 + [422] * 40
    assert app.get(f"/bins/{made['id']}")["units"] == 0


def test_pouring_back_and_forth_keeps_the_total(app: App) -> None:
    one, other = app.bin(units=500), app.bin(units=500)
    ways = [(one["id"], other["id"]), (other["id"], one["id"])]
    statuses = app.at_once(
        lambda c: [
            c.post(f"/bins/{a}/pour", json={"to_id": b, "amount": 7}) for _ in range(20) for a, b in ways
        ]
    )
    assert statuses == [200] * 40
    left = [app.get(f"/bins/{made['id']}") for made in (one, other)]
    assert [made["units"] for made in left] == [500, 500]
    assert [made["moved"] for made in left] == ["46.60", "46.60"]


def test_a_value_over_all_rows_is_a_limit(app: App) -> None:
    made = app.bin()
    statuses = app.at_once(lambda c: [c.post(f"/bins/{made['id']}/book") for _ in range(30)])
    assert statuses == [204] * 5 + [409] * 25


def test_a_row_is_merged_and_never_lost(app: App) -> None:
    made = app.bin()
    path = f"/bins/{made['id']}/slots"
    statuses = app.at_once(lambda c: [c.post(path, json={"key": "k", "amount": 5}) for _ in range(25)])
    assert statuses == [200] * 19 + [201] + [422] * 5
    assert [slot["amount"] for slot in app.get(f"/bins/{made['id']}")["slots"]] == [100]


def test_a_row_is_reused(app: App) -> None:
    made = app.bin()
    body = {"bin_id": made["id"], "day": "2026-05-01"}
    statuses = app.at_once(lambda c: [c.post("/visits", json=body) for _ in range(20)])
    assert statuses == [200] * 19 + [201]


def test_counters_have_no_gaps(app: App) -> None:
    made = app.bin()
    path = f"/bins/{made['id']}/parts"
    bodies = [{"weight": 1} for _ in range(15)] + [{"weight": 11}] * 5
    statuses = app.at_once(lambda c: [c.post(path, json=body) for body in bodies])
    assert statuses == [201] * 15 + [422] * 5
    numbers = sorted(part["number"] for part in app.get(f"/bins/{made['id']}")["parts"])
    assert numbers == list(range(1, 16))


def test_a_rule_over_owned_rows_holds(app: App) -> None:
    made = app.bin()
    path = f"/bins/{made['id']}/parts"
    statuses = app.at_once(lambda c: [c.post(path, json={"weight": 3}) for _ in range(20)])
    assert statuses == [201] * 6 + [422] * 14


def test_a_rule_over_all_rows_holds(app: App) -> None:
    made = app.bin()
    days = [f"2026-04-{day:02}" for day in range(1, 21)]
    statuses = app.at_once(
        lambda c: [c.post("/visits", json={"bin_id": made["id"], "day": day}) for day in days]
    )
    assert statuses == [201] * 4 + [409] * 16
