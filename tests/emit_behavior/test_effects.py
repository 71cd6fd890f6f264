"""What flows and updates change, and that a refusal changes nothing."""

from tests.emit_behavior.conftest import App


def test_a_failed_ensure_undoes_everything(app: App) -> None:
    made = app.bin(units=1)
    path = f"/bins/{made['id']}"
    for weight in (1, 2, 5):
        app.make(f"{path}/parts", weight=weight)
    app.make(f"{path}/slots", key="k", amount=1)
    before = app.get(path)
    answer = app.post(f"{path}/grow", by=5)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Grown too much")
    assert app.get(path) == before


def test_a_loop_changes_what_its_condition_chooses(app: App) -> None:
    path = f"/bins/{app.bin(units=1)['id']}"
    for weight in (1, 2, 5):
        app.make(f"{path}/parts", weight=weight)
    app.make(f"{path}/slots", key="k", amount=1)
    after = app.post(f"{path}/grow", by=3).json()
    assert [part["weight"] for part in after["parts"]] == [1, 5, 8]
    assert (after["units"], after["slots"]) == (1001, [])


def test_a_result_out_of_bounds_is_refused(app: App) -> None:
    one, other = app.bin(units=1), app.bin()
    answer = app.post(f"/bins/{one['id']}/pour", to_id=other["id"], amount=2)
    assert (answer.status_code, answer.json()["code"]) == (422, "out_of_range")


def test_a_row_poured_into_itself_is_one_row(app: App) -> None:
    made = app.bin(units=9)
    after = app.post(f"/bins/{made['id']}/pour", to_id=made["id"], amount=2).json()
    assert (after["units"], after["moved"]) == (9, "0.67")


def test_every_write_touches(app: App) -> None:
    made = app.bin(units=1)
    changed = app.client.patch(f"/bins/{made['id']}", json={"units": 2}).json()
    taken = app.post(f"/bins/{made['id']}/take", amount=1)
    assert taken.status_code == 201
    assert made["updated_at"] < changed["updated_at"] < app.get(f"/bins/{made['id']}")["updated_at"]


def test_links_come_and_go_once(app: App) -> None:
    path = f"/bins/{app.bin()['id']}"
    marks = [app.make("/marks", text=app.name())["id"] for _ in range(3)]
    assert app.post(f"{path}/mark", mark_id=marks[0]).json()["mark_ids"] == [marks[0]]
    assert app.post(f"{path}/mark", mark_id=marks[0]).json()["mark_ids"] == [marks[0]]
    assert app.post(f"{path}/mark", mark_id=marks[1]).status_code == 200
    assert app.post(f"{path}/mark", mark_id=marks[2]).status_code == 422
    assert app.post(f"{path}/mark", mark_id=marks[0], off=True).json()["mark_ids"] == [marks[1]]
    assert app.client.patch(path, json={"mark_ids": marks}).json()["mark_ids"] == sorted(marks)


def test_owned_rows_are_copied_with_defaults_and_counters(app: App) -> None:
    path = f"/bins/{app.bin(units=4)['id']}"
    for weight in (1, 2, 5):
        app.make(f"{path}/parts", weight=weight)
    twin = app.post(f"{path}/clone", name=app.name()).json()
    assert [(part["weight"], part["number"]) for part in twin["parts"]] == [(2, 1), (5, 2)]


def test_a_rule_is_checked_when_its_field_is_sent(app: App) -> None:
    path, elsewhere = f"/bins/{app.bin()['id']}/parts", f"/bins/{app.bin()['id']}/parts"
    part, near, far = app.make(path, weight=1), app.make(path, weight=1), app.make(elsewhere, weight=1)
    wrong = app.client.patch(f"{path}/{part['id']}", json={"next_part_id": far["id"]})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "In another bin")
    right = app.client.patch(f"{path}/{part['id']}", json={"next_part_id": near["id"]})
    assert (right.status_code, right.json()["next_part_id"]) == (200, near["id"])


def test_a_row_in_use_is_not_deleted(app: App) -> None:
    made = app.bin(units=1)
    app.make(f"/bins/{made['id']}/take", amount=1)
    answer = app.client.delete(f"/bins/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


def test_a_delete_may_be_refused(app: App) -> None:
    path = f"/bins/{app.bin()['id']}/parts"
    heavy, light = app.make(path, weight=10), app.make(path, weight=2)
    assert app.client.delete(f"{path}/{heavy['id']}").status_code == 409
    assert app.client.delete(f"{path}/{light['id']}").status_code == 204


def test_snapshots_and_serials(app: App) -> None:
    made = app.bin()
    visits = [app.make("/visits", bin_id=made["id"], day=f"2026-03-0{day}") for day in (1, 2)]
    assert [visit["label"] for visit in visits] == [made["name"]] * 2
    assert visits[1]["serial"] == visits[0]["serial"] + 1
