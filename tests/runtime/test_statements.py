"""The prebuilt statements on a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.runtime.conftest import Rows, run

Scene = Callable[[Any, Rows], Awaitable[None]]


def play(app: Any, scene: Scene) -> None:
    async def go() -> None:
        database = app.database.Database(app.url)
        try:
            await scene(database, Rows(app, database))
        finally:
            await database.close()

    run(go())


def test_a_decimal_is_no_integer_even_without_decimals(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        del rows
        wide = app.sql.const(2**31 - 1) * app.sql.const(Decimal(100))
        assert await database.fetch_value(sa.select(wide)) == (2**31 - 1) * 100

    play(app, scene)


def test_a_document_has_every_member_in_its_wire_form(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        shelf, holder = await rows.shelf(), await rows.holder()
        box = await rows.box(shelf, holder, due=dt.date(2020, 1, 1), at=dt.time(9, 30, 1, 5))
        one, two = await rows.part(box, 2, "1.25"), await rows.part(box, 1, "0.10")
        found = json.loads(await database.fetch_value(app.box.queries.DOCUMENT, id=box))
        assert list(found) == [
            "id", "shelf_id", "holder_id", "number", "serial", "color", "price", "ratio", "open", "made_at",
            "due", "at", "extra", "order", "items", "d", "total", "late", "third", "status", "parts",
        ]  # fmt: skip
        assert found["price"] == "2.50"
        assert found["total"] == "2.60"
        assert found["third"] == "1.2500"
        assert found["late"] is True
        assert found["made_at"] == "2026-01-31T09:30:00.000000Z"
        assert found["at"] == "09:30:01.000005"
        assert found["due"] == "2020-01-01"
        assert found["extra"] == {"a": [1, None]}
        assert found["ratio"] == 0.1
        assert [p["id"] for p in found["parts"]] == [str(one), str(two)]
        assert found["parts"][0]["nested"] == "2.50"
        shelf_document = json.loads(await database.fetch_value(app.shelf.queries.DOCUMENT, id=shelf))
        assert shelf_document["boxes"] == [found]

    play(app, scene)


def test_a_time_without_a_fraction_has_none(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        box = await rows.box(await rows.shelf(), await rows.holder())
        assert json.loads(await database.fetch_value(app.box.queries.DOCUMENT, id=box))["at"] == "09:30:00"

    play(app, scene)


def test_writing_statements_return_the_same_document_as_reading(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        queries = app.box.queries
        shelf = await rows.shelf()
        values = rows.box_values(shelf, await rows.holder())
        made = await database.fetch_value(queries.CREATE, **values)
        read = await database.fetch_value(queries.DOCUMENT, id=values["id"])
        assert json.loads(made) == json.loads(read)
        at = {"_id": values["id"], "_shelf_id": shelf}
        changed = await database.fetch_value(queries.PATCH, **at, price=Decimal("7.1"), color="RED")
        assert json.loads(changed) == {**json.loads(read), "price": "7.10", "color": "RED"}
        assert (
            await database.fetch_value(queries.PATCH, _id=values["id"], _shelf_id=values["id"], order=1)
            is None
        )

    play(app, scene)


def test_statements_at_a_path_look_below_its_owners_only(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        shelf, other = await rows.shelf(), await rows.shelf()
        box = await rows.box(shelf, await rows.holder())
        part, queries = await rows.part(box, 1, "1"), app.part.queries
        assert await database.fetch_value(queries.DOCUMENT_AT, id=part, box_id=box, shelf_id=shelf)
        assert await database.fetch_value(queries.DOCUMENT_AT, id=part, box_id=box, shelf_id=other) is None
        assert await database.fetch_one(queries.EXISTS_AT, id=part, box_id=part, shelf_id=shelf) is None
        assert await database.execute(queries.DELETE_AT, id=part, box_id=box, shelf_id=other) == 0
        assert await database.execute(queries.DELETE_AT, id=part, box_id=box, shelf_id=shelf) == 1

    play(app, scene)


def test_counters_count_on_within_their_scope(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        one, two, queries = await rows.shelf(), await rows.shelf(), app.box.queries
        numbers = [await database.fetch_value(queries.NEXT_NUMBER, shelf_id=s) for s in (one, one, two, one)]
        assert numbers == [1, 2, 1, 3]
        first = await database.fetch_value(queries.NEXT_SERIAL)
        assert await database.fetch_value(queries.NEXT_SERIAL) == first + 1

    play(app, scene)


def test_links_are_idempotent(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        queries = app.holder.queries
        one, two, three = await rows.holder(), await rows.holder(), await rows.holder()
        assert await database.execute(queries.ADD_FRIENDS, id=one, ids=[two, three]) == 2
        assert await database.execute(queries.ADD_FRIENDS, id=one, ids=[two]) == 0
        pairs = await database.fetch_all(queries.LINKS_FRIENDS, ids=[one, two])
        assert [(p["source"], p["target"]) for p in pairs] == [(one, two), (one, three)]
        found = json.loads(await database.fetch_value(queries.DOCUMENT, id=one))
        assert found["friend_ids"] == [str(two), str(three)]
        assert await database.execute(queries.REMOVE_FRIENDS, id=one, ids=[three]) == 1
        assert await database.execute(queries.CLEAR_FRIENDS, id=one) == 1

    play(app, scene)


def test_the_row_of_a_conflict_is_found_while_its_condition_holds(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        shelf, holder = await rows.shelf(), await rows.holder()
        box = await rows.box(shelf, holder, color="RED")
        await rows.box(shelf, holder, color="GREEN", status="DONE")
        same = app.box.queries.EXISTING_BY_HOLDER_COLOR
        found = await database.fetch_one(same, holder_id=holder, color="RED")
        assert found["id"] == box
        assert await database.fetch_one(same, holder_id=holder, color="GREEN") is None

    play(app, scene)


def test_a_value_over_all_rows(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        shelf, holder = await rows.shelf(), await rows.holder()
        for _ in range(3):
            await rows.box(shelf, holder)
        assert await database.fetch_value(app.box.queries.COUNT_1, self_holder_id=holder) == 3

    play(app, scene)


@pytest.fixture
def listed(app: Any) -> Callable[..., list[dict[str, Any]]]:
    def page(**asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []

        async def scene(database: Any, rows: Rows) -> None:
            shelf, holder = await rows.shelf(), await rows.holder()
            for number, (price, due) in enumerate([("3", None), ("1", dt.date(2026, 1, 1)), ("2", None)]):
                box = await rows.box(
                    shelf, holder, price=Decimal(price), due=due, order=number, open=number != 2
                )
                await rows.part(box, number + 1, price)
            arguments = {"limit": 10, "offset": 0, "filters": {}, **asked}
            text = await app.box.queries.LISTING.page(database, shelf_id=shelf, **arguments)
            found.append(json.loads(text))

        play(app, scene)
        return found

    return page


@pytest.mark.parametrize(
    ("asked", "orders"),
    [
        ({}, [0, 1]),
        ({"filters": {"open": False}}, [2]),
        ({"filters": {"status": "NEW", "open": None}}, [0, 1]),
        ({"filters": {"due": "null"}}, [0]),
        ({"filters": {"due": dt.date(2026, 1, 1)}}, [1]),
        ({"filters": {"price_min": Decimal(2), "price_max": Decimal(3), "open": True}}, [0]),
        ({"sort": "price"}, [1, 0]),
        ({"sort": "-order,price"}, [1, 0]),
        ({"limit": 1, "offset": 1}, [1]),
    ],
)
def test_lists(listed: Any, asked: dict[str, Any], orders: list[int]) -> None:
    (page,) = listed(**asked)
    assert [row["order"] for row in page["items"]] == orders


def test_a_page_says_whether_there_is_more(listed: Any) -> None:
    (page,) = listed(limit=1, total=True)
    assert (page["limit"], page["offset"], page["has_more"], page["total"]) == (1, 0, True, 2)
    (page,) = listed(limit=2)
    assert page["has_more"] is False
    assert "total" not in page


def test_search_takes_wildcards_literally_and_knows_more_than_ascii(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        for name in ("50% Éclair", "50 pieces", "under_score"):
            await rows.holder(name=name, rank=None)

        async def names(**asked: Any) -> list[str]:
            page = await app.holder.queries.LISTING.page(database, limit=50, offset=0, filters={}, **asked)
            return [row["name"] for row in json.loads(page)["items"]]

        assert await names(q="50%") == ["50% Éclair"]
        assert await names(q="éCL") == ["50% Éclair"]
        assert await names(q="r_s") == ["under_score"]
        assert (await names(sort="rank"))[-1] == "under_score"

    play(app, scene)


def test_an_unknown_sort_key_is_invalid(app: Any, listed: Any) -> None:
    with pytest.raises(app.errors.Problem) as caught:
        listed(sort="secret")
    assert caught.value.status == 422
    assert caught.value.errors[0]["loc"] == ["query", "sort"]
