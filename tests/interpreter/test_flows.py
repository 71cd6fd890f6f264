"""Flows: effects see each other, all or nothing, in the documented order."""

from __future__ import annotations

from tests.interpreter.world import NOBODY, Client


def test_transitions(app: Client) -> None:
    box = app.box()
    assert app.ok("Box.shut", box)["status"] == "SHUT"
    assert app.refused("Box.shut", box)[:2] == (422, "guard_failed")
    assert app.refused("Box.bounce", box)[:2] == (422, "guard_failed")
    assert app.ok("Box.lose", box)["status"] == "LOST"
    assert app.refused("Box.lose", box) == (409, "guard_failed", "Gone")


def test_a_chain_of_moves(app: Client) -> None:
    assert app.ok("Box.bounce", app.box())["status"] == "LOST"


def test_assignment_input_and_old(app: Client) -> None:
    ann, bob = app.holder(), app.holder("Bob")
    row = app.ok("Holder.pay", ann, to_id=bob, sum="30.50")
    assert row["credit"] == "69.50"
    assert row["seen_at"] == "2031-05-06T07:08:12.123456Z"
    assert app.ok("Holder.read", bob)["credit"] == "130.50"


def test_refusals_in_order(app: Client) -> None:
    ann, bob = app.holder(), app.holder("Bob")
    assert app.refused("Holder.pay", NOBODY, to_id=bob, sum="x")[0] == 404
    assert app.refused("Holder.pay", ann, to_id=NOBODY, sum="0")[:2] == (422, "validation_error")
    assert app.refused("Holder.pay", ann, to_id=NOBODY, sum="1") == (404, "not_found", "Holder not found")
    assert app.refused("Holder.pay", ann, to_id=ann, sum="1") == (422, "guard_failed", "To whom?")
    assert app.refused("Holder.pay", ann, to_id=bob, sum="99") == (409, "guard_failed", "Too little credit")
    app.ok("Holder.update", ann, active=False)
    assert app.refused("Holder.pay", ann, to_id=bob, sum="101", note="too long")[:2] == (422, "out_of_range")
    assert app.refused("Holder.pay", ann, to_id=bob, sum="1", note="too long") == (
        418,
        "guard_failed",
        "Too long",
    )


def test_a_result_that_is_too_large(app: Client) -> None:
    ann, bob = app.holder(), app.holder("Bob", credit="999999.99")
    assert app.refused("Holder.pay", ann, to_id=bob, sum="1")[:2] == (422, "out_of_range")


def test_rounding_of_what_is_stored(app: Client) -> None:
    ann = app.holder(credit="50.00", quota=9)
    row = app.ok("Holder.halve", ann)
    assert (row["credit"], row["quota"]) == ("16.67", 4)


def test_create_copy_each_if_delete(app: Client) -> None:
    bob = app.holder("Bob")
    box = app.box()
    for name, weight in (("a", 10), ("b", 5), ("c", 20)):
        app.ok("Part.create", box, name=name, weight=weight, amount="2")
    answer = app.send("Box.move", box, to_id=bob)
    assert answer.status == 201
    copy = answer.body
    assert (copy["holder_id"], copy["parent_id"], copy["number"]) == (bob, box, 1)
    assert [(p["name"], p["weight"], p["amount"]) for p in copy["parts"]] == [
        ("a", 10, "2.00"),
        ("c", 20, "2.00"),
    ]
    left = app.ok("Box.read", box)
    assert [(p["name"], p["weight"]) for p in left["parts"]] == [("b", 6)]
    assert left["status"] == "OPEN"


def test_the_other_branch(app: Client) -> None:
    bob = app.holder("Bob")
    box = app.box()
    app.ok("Part.create", box, name="a", weight=10)
    app.ok("Box.move", box, to_id=bob)
    assert app.ok("Box.read", box)["status"] == "LOST"


def test_links_are_idempotent(app: Client) -> None:
    tags = [app.ok("Tag.create", label=x)["id"] for x in "abc"]
    ann = app.holder()
    for tag in (tags[1], tags[0], tags[1]):
        assert app.send("Holder.tag", ann, tag_id=tag).status == 204
    assert app.ok("Holder.untag", ann, tag_id=tags[2])["tag_ids"] == tags[:2]
    assert app.ok("Holder.untag", ann, tag_id=tags[0])["tag_ids"] == [tags[1]]


def test_deleting_in_a_flow(app: Client) -> None:
    ann = app.holder()
    box = app.box(ann)
    app.ok("Part.create", box, name="a", weight=10)
    assert app.send("Holder.purge", ann).status == 204
    assert not any(app.machine.rows(e) for e in ("Holder", "Box", "Part"))


def test_a_flow_without_a_subject(app: Client) -> None:
    answer = app.send("Box.begin", name="Cid")
    assert answer.status == 201
    assert app.ok("Holder.read", answer.body["holder_id"])["name"] == "Cid"
    assert app.refused("Box.begin", name="Cid") == (409, "conflict", "name is already taken")
    assert app.refused("Box.begin", name="C")[:2] == (422, "out_of_range")
