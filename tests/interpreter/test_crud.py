"""Create, read, update, delete: bodies, defaults, order of checks, conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from generator.verify.interpreter import MISSING
from tests.interpreter.world import NOBODY, Client

VALIDATION = (422, "validation_error", "The request is not valid")


def test_defaults_and_the_form_of_values(app: Client) -> None:
    answer = app.send("Holder.create", name="Ann")
    assert answer.status == 201
    row = answer.body
    assert answer.headers == {"location": f"/holders/{row['id']}"}
    assert row == {
        "id": row["id"],
        "name": "Ann",
        "email": None,
        "home": None,
        "code": None,
        "color": "GREEN",
        "credit": "100.00",
        "quota": 10,
        "ratio": 0.5,
        "active": True,
        "born": None,
        "wakes": None,
        "extra": None,
        "made_at": "2031-05-06T07:08:10.123456Z",
        "seen_at": "2031-05-06T07:08:10.123456Z",
        "badge": "none",
        "tag_ids": [],
    }
    assert app.ok("Holder.read", row["id"]) == row


@pytest.mark.parametrize(
    ("member", "sent", "kept"),
    [
        ("credit", 12.5, "12.50"),
        ("credit", "7.500", "7.50"),
        ("ratio", 2, 2.0),
        ("born", "2001-02-03", "2001-02-03"),
        ("wakes", "07:30", "07:30:00"),
        ("wakes", "07:30:00.5", "07:30:00.500000"),
        ("extra", {"a": [1, None, "x"]}, {"a": [1, None, "x"]}),
        ("email", None, None),
        ("code", "ABC", "ABC"),
        ("home", "https://example.org/x?y=1", "https://example.org/x?y=1"),
    ],
)
def test_accepted_values(app: Client, member: str, sent: Any, kept: Any) -> None:
    assert app.ok("Holder.create", **{"name": "Ann", member: sent})[member] == kept


@pytest.mark.parametrize(
    ("member", "sent"),
    [
        ("name", "A"),
        ("name", "A" * 41),
        ("name", None),
        ("name", 3),
        ("name", "a\0b"),
        ("name", "\ud800b"),
        ("email", "nobody"),
        ("home", "ftp://example.org"),
        ("code", "ABCD"),
        ("code", "xABC"),
        ("color", "PINK"),
        ("color", "green"),
        ("credit", "-0.01"),
        ("credit", "1.001"),
        ("credit", "1000000"),
        ("credit", "1e3"),
        ("credit", True),
        ("quota", 1001),
        ("quota", 1.0),
        ("quota", "1"),
        ("quota", True),
        ("quota", None),
        ("ratio", 0),
        ("ratio", "0.5"),
        ("active", 1),
        ("active", "true"),
        ("born", "2030-01-02"),
        ("born", "2001-02-30"),
        ("born", "2001-02-03T00:00:00Z"),
        ("wakes", "25:00"),
        ("badge", "ab"),
        ("tag_ids", "x"),
        ("tag_ids", ["x"]),
        ("tag_ids", None),
        ("id", NOBODY),
        ("made_at", "2031-05-06T07:08:10Z"),
        ("seen_at", "2031-05-06T07:08:10Z"),
        ("nonsense", 1),
    ],
)
def test_refused_values(app: Client, member: str, sent: Any) -> None:
    assert app.refused("Holder.create", **{"name": "Ann", member: sent}) == VALIDATION


@pytest.mark.parametrize("body", [MISSING, None, [], "x", {}])
def test_bodies_that_are_no_objects_or_lack_members(app: Client, body: Any) -> None:
    assert app.raw("Holder.create", {}, {}, body).status == 422


def test_order_of_checks(app: Client) -> None:
    assert app.refused("Holder.update", "no-uuid", nonsense=1)[0] == 422
    assert app.refused("Holder.update", NOBODY, nonsense=1) == (404, "not_found", "Holder not found")
    assert app.refused("Box.create", holder_id=NOBODY, nonsense=1) == VALIDATION
    assert app.refused("Box.create", holder_id=NOBODY, parent_id=NOBODY) == (
        404,
        "not_found",
        "Holder not found",
    )
    assert app.refused("Holder.create", name="Ann", tag_ids=[NOBODY]) == (404, "not_found", "Tag not found")
    app.holder()
    assert app.refused("Holder.create", name="Ann", credit="4") == (409, "guard_failed", "Too little credit")
    assert app.refused("Holder.create", name="Ann")[:2] == (409, "conflict")


def test_update_is_partial_and_touches(app: Client) -> None:
    ann = app.holder(quota=3)
    row = app.ok("Holder.update", ann, credit="6")
    assert (row["credit"], row["quota"], row["seen_at"]) == ("6.00", 3, "2031-05-06T07:08:11.123456Z")
    assert app.refused("Holder.update", ann, badge="other") == VALIDATION
    assert app.refused("Holder.update", ann, name=None) == VALIDATION
    assert app.refused("Holder.update", ann, credit="4") == (409, "guard_failed", "Too little credit")
    assert app.ok("Holder.update", ann, credit="4", active=False)["active"] is False
    assert app.ok("Holder.update", ann, quota=4)["quota"] == 4
    assert app.refused("Holder.read", ann) == (403, "guard_failed", "Hidden")


def test_requires_of_delete(app: Client) -> None:
    ann = app.holder(quota=100)
    assert app.refused("Holder.delete", ann)[:2] == (422, "guard_failed")
    app.ok("Holder.update", ann, quota=99)
    assert app.send("Holder.delete", ann).status == 204
    assert app.refused("Holder.read", ann)[0] == 404


def test_links(app: Client) -> None:
    tags = [app.ok("Tag.create", label=x)["id"] for x in "abc"]
    ann = app.holder(tag_ids=[tags[1], tags[0], tags[1]])
    assert app.ok("Holder.read", ann)["tag_ids"] == tags[:2]
    assert app.refused("Holder.create", name="Bob", tag_ids=tags) == (422, "guard_failed", "Too many tags")
    assert app.ok("Holder.update", ann, tag_ids=[tags[2]])["tag_ids"] == [tags[2]]
    app.ok("Tag.delete", tags[2])
    assert app.ok("Holder.read", ann)["tag_ids"] == []


def test_reuse_counter_and_snapshot(app: Client) -> None:
    ann, bob = app.holder(credit="12.34"), app.holder("Bob")
    box = app.ok("Box.create", holder_id=ann)
    assert (box["number"], box["price"], box["status"], box["total"]) == (1, "12.34", "OPEN", "0.00")
    app.ok("Holder.update", ann, credit="50")
    again = app.send("Box.create", holder_id=ann)
    assert (again.status, again.body) == (200, box)
    app.ok("Box.shut", box["id"])
    second = app.ok("Box.create", holder_id=ann)
    assert (second["number"], second["price"]) == (2, "50.00")
    assert app.ok("Box.create", holder_id=bob)["number"] == 1
    app.ok("Box.shut", second["id"])
    app.ok("Box.delete", second["id"])
    third = app.ok("Box.create", holder_id=ann)
    assert third["number"] == 3
    app.ok("Box.shut", third["id"])
    app.ok("Box.shut", app.box(ann))
    assert app.refused("Box.create", holder_id=ann) == (422, "guard_failed", "Three boxes at most")


def test_nested_rows_merge_and_derive(app: Client) -> None:
    box = app.box()
    answer = app.send("Part.create", box, name="x", weight=10)
    part = answer.body
    assert answer.headers == {"location": f"/boxes/{box}/parts/{part['id']}"}
    merged = app.send("Part.create", box, name="x", weight=5, amount="9")
    assert (merged.status, merged.body["id"], merged.body["weight"], merged.body["amount"]) == (
        200,
        part["id"],
        15,
        "1.50",
    )
    app.ok("Part.create", box, name="y", weight=45, amount="2")
    assert app.refused("Part.create", box, name="z", weight=1) == (422, "guard_failed", "Too heavy")
    assert app.refused("Part.update", box, part["id"], weight=14)[2] == "Weights only grow"
    row = app.ok("Box.read", box)
    assert (row["total"], row["heaviest"], [p["name"] for p in row["parts"]]) == ("112.50", 45, ["x", "y"])


def test_a_merged_result_out_of_bounds(app: Client) -> None:
    box = app.box()
    app.ok("Part.create", box, name="x", weight=30)
    assert app.refused("Part.create", box, name="x", weight=21)[:2] == (422, "out_of_range")


def test_replace(app: Client) -> None:
    box = app.box()
    part = app.ok("Part.create", box, name="x", weight=1)["id"]
    bit = app.ok("Bit.create", box, part, value=3)
    replaced = app.send("Bit.create", box, part, value=9)
    assert (replaced.status, replaced.body) == (200, {**bit, "value": 9})
    assert app.ok("Box.read", box)["parts"][0]["bits"] == [{**bit, "value": 9}]


def test_rows_of_another_owner_are_not_found(app: Client) -> None:
    box, other = app.box(), app.box(app.holder("Bob"))
    part = app.ok("Part.create", box, name="x", weight=1)["id"]
    assert app.refused("Part.read", other, part) == (404, "not_found", "Part not found")
    assert app.refused("Part.read", NOBODY, part) == (404, "not_found", "Box not found")
    assert app.refused("Part.read", NOBODY, "x")[0] == 422


def test_delete_takes_what_is_owned_and_spares_what_is_used(app: Client) -> None:
    ann = app.holder()
    box = app.box(ann)
    part = app.ok("Part.create", box, name="x", weight=1)["id"]
    app.ok("Bit.create", box, part, value=1)
    assert app.refused("Holder.delete", ann) == (409, "in_use", "boxes refer to this row")
    app.ok("Box.shut", box)
    child = app.box(ann, parent_id=box)
    assert app.refused("Box.delete", box)[:2] == (409, "in_use")
    app.ok("Box.delete", child)
    app.ok("Box.delete", box)
    assert not any(app.machine.rows(e) for e in ("Box", "Part", "Bit"))
    app.ok("Holder.delete", ann)


def test_overlap(app: Client) -> None:
    ann, bob = app.holder(), app.holder("Bob")

    def slot(start: str, end: str, holder: str = ann) -> dict[str, Any]:
        day = "2031-06-01T"
        return {"holder_id": holder, "starts_at": f"{day}{start}:00Z", "ends_at": f"{day}{end}:00+00:00"}

    first = app.ok("Slot.create", **slot("10:00", "11:00"))["id"]
    assert app.refused("Slot.create", **slot("10:30", "10:45"))[:2] == (409, "conflict")
    assert app.refused("Slot.create", **slot("09:00", "10:01"))[:2] == (409, "conflict")
    app.ok("Slot.create", **slot("09:00", "10:00"))
    app.ok("Slot.create", **slot("11:00", "12:00"))
    app.ok("Slot.create", **slot("10:00", "11:00", bob))
    app.ok("Slot.create", **slot("10:00", "11:00"), cancelled=True)
    app.ok("Slot.update", first, cancelled=True)
    second = app.ok("Slot.create", **slot("10:30", "10:45"))["id"]
    assert app.refused("Slot.update", first, cancelled=False)[:2] == (409, "conflict")
    app.ok("Slot.delete", second)
    app.ok("Slot.update", first, cancelled=False)
