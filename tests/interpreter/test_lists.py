"""Lists: filters, search, order, pages."""

from __future__ import annotations

import pytest

from tests.interpreter.world import NOBODY, Client


@pytest.fixture
def people(app: Client) -> Client:
    app.holder("Ann", quota=3, born="2001-02-03", email="a@b.example")
    app.holder("bob", quota=1, color="RED")
    app.holder("Cid", quota=2, born="2000-01-01", color="RED")
    app.holder("Dan", quota=9, active=False)
    return app


def names(app: Client, **query: str) -> list[str]:
    answer = app.send("Holder.list", query=query)
    assert answer.status == 200, answer
    return [row["name"] for row in answer.body["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Ann", "Cid", "bob"]),
        ({"active": "false"}, ["Dan"]),
        ({"color": "RED"}, ["Cid", "bob"]),
        ({"quota_min": "2"}, ["Ann", "Cid"]),
        ({"quota_min": "2", "quota_max": "2"}, ["Cid"]),
        ({"limit": "2", "offset": "1"}, ["Cid", "bob"]),
        ({"born": "null"}, ["bob"]),
        ({"born": "2000-01-01"}, ["Cid"]),
        ({"born_max": "2001-02-02"}, ["Cid"]),
        ({"email": "a@b.example"}, ["Ann"]),
        ({"q": "B"}, ["Ann", "bob"]),
        ({"q": "%"}, []),
        ({"sort": "name"}, ["Ann", "Cid", "bob"]),
        ({"sort": "born"}, ["Cid", "Ann", "bob"]),
        ({"sort": "-born,name"}, ["bob", "Ann", "Cid"]),
        ({"made_at_min": "2031-05-06T07:08:11.123456Z"}, ["Cid", "bob"]),
    ],
)
def test_what_is_found(people: Client, query: dict[str, str], found: list[str]) -> None:
    assert names(people, **query) == found


def test_pages(people: Client) -> None:
    page = people.send("Holder.list", query={"limit": "2", "total": "true"}).body
    assert {k: v for k, v in page.items() if k != "items"} == {
        "limit": 2,
        "offset": 0,
        "has_more": True,
        "total": 3,
    }
    page = people.send("Holder.list", query={"limit": "2", "offset": "2"}).body
    assert (len(page["items"]), page["has_more"], "total" in page) == (1, False, False)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"offset": "-1"},
        {"sort": "email"},
        {"sort": "name,"},
        {"nonsense": "1"},
        {"color": "PINK"},
        {"quota_min": "x"},
        {"born": "x"},
        {"active": "null"},
        {"total": "maybe"},
        {"ratio": "1"},
    ],
)
def test_bad_queries(people: Client, query: dict[str, str]) -> None:
    answer = people.send("Holder.list", query=query)
    assert (answer.status, answer.problem_code) == (422, "validation_error")


def test_references_and_nested_lists(app: Client) -> None:
    ann = app.holder()
    box = app.box(ann)
    app.ok("Box.shut", box)
    child = app.box(ann, parent_id=box)
    assert [r["id"] for r in app.send("Box.list", query={"parent_id": box}).body["items"]] == [child]
    assert [r["id"] for r in app.send("Box.list", query={"parent_id": "null"}).body["items"]] == [box]
    app.ok("Part.create", child, name="x", weight=1)
    assert app.send("Part.list", box).body["items"] == []
    assert len(app.send("Part.list", child).body["items"]) == 1
    assert app.send("Part.list", NOBODY, query={"nonsense": "1"}).status == 404
