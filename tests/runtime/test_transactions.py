"""Transactions: records, retries, races; and that a single statement is all that is sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from tests.runtime.conftest import Rows
from tests.runtime.test_statements import play


def test_the_same_row_is_the_same_object_and_only_changes_are_written(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        queries, model = app.holder.queries, app.holder.models.Holder
        one, two = await rows.holder(), await rows.holder()
        written: list[tuple[str, ...]] = []
        engine = database._engine.sync_engine

        @event.listens_for(engine, "before_cursor_execute")
        def remember(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
            written.append(statement)

        async def work(tx: Any) -> None:
            first = await tx.one(model, queries.LOCK, id=one)
            first.rank = 7
            again, other = await tx.all(model, queries.ROWS, ids=[one, two])
            assert again is first
            assert first.rank == 7
            await tx.save(queries.UPDATE, first, other, first)
            await tx.save(queries.UPDATE, first)

        await database.run(work)
        updates = [s for s in written if s.startswith("UPDATE")]
        assert len(updates) == 1
        assert "rank" in updates[0]
        assert "name" not in updates[0].split("WHERE")[0]
        assert (await database.fetch_one(queries.ROW, id=one))["rank"] == 7

    play(app, scene)


def test_a_missing_row_is_not_found(app: Any) -> None:
    async def scene(database: Any, _rows: Rows) -> None:
        async def work(tx: Any) -> None:
            await tx.one(app.holder.models.Holder, app.holder.queries.LOCK, id=app.ids.new_id())

        with pytest.raises(app.errors.NotFound) as caught:
            await database.run(work)
        assert caught.value.detail == "Holder not found"

    play(app, scene)


def test_a_failure_undoes_everything(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        holder = await rows.holder()

        async def work(tx: Any) -> None:
            record = await tx.one(app.holder.models.Holder, app.holder.queries.LOCK, id=holder)
            record.rank = 99
            await tx.save(app.holder.queries.UPDATE, record)
            raise app.errors.GuardFailed("rule:x", "no")

        with pytest.raises(app.errors.GuardFailed):
            await database.run(work)
        assert (await database.fetch_one(app.holder.queries.ROW, id=holder))["rank"] == 1

    play(app, scene)


def test_who_loses_a_race_tries_again(app: Any) -> None:
    async def scene(database: Any, _rows: Rows) -> None:
        model, queries = app.holder.models.Holder, app.holder.queries
        tries = 0

        async def work(tx: Any) -> bool:
            nonlocal tries
            tries += 1
            found = [r for r in await tx.all(model, queries.EVERY_ROW) if r.name == "raced"]
            if found:
                return False
            await asyncio.sleep(0.05)
            await tx.insert(
                queries.INSERT, model(id=app.ids.new_id(), name="raced", rank=1), race=["uq_holders_name"]
            )
            return True

        made = await asyncio.gather(*(database.run(work) for _ in range(4)))
        assert sorted(made) == [False, False, False, True]
        assert tries > 4

    play(app, scene)


def test_a_violation_that_is_no_race_is_raised(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        await rows.holder(name="taken")

        async def work(tx: Any) -> None:
            await tx.insert(
                app.holder.queries.INSERT, app.holder.models.Holder(id=app.ids.new_id(), name="taken", rank=1)
            )

        with pytest.raises(IntegrityError) as caught:
            await database.run(work)
        problem = app.failures.as_problem(caught.value, app.violations)
        assert (problem.status, problem.code, problem.constraint) == (409, "conflict", "field:Holder.name")

    play(app, scene)


def test_deadlocks_are_tried_again(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        model, queries = app.holder.models.Holder, app.holder.queries
        one, two = await rows.holder(rank=0), await rows.holder(rank=0)

        async def add(first: Any, second: Any) -> None:
            async def work(tx: Any) -> None:
                for key in (first, second):
                    record = await tx.one(model, queries.LOCK, id=key)
                    await asyncio.sleep(0.05)
                    record.rank += 1
                    await tx.save(queries.UPDATE, record)

            await database.run(work)

        await asyncio.gather(add(one, two), add(two, one))
        assert [r["rank"] for r in await database.fetch_all(queries.ROWS, ids=[one, two])] == [2, 2]

    play(app, scene)


def test_a_single_statement_begins_no_transaction(app: Any) -> None:
    async def scene(database: Any, rows: Rows) -> None:
        holder = await rows.holder()
        seen: list[bool] = []

        @event.listens_for(database._engine.sync_engine, "after_cursor_execute")
        def look(connection: Any, *_rest: Any) -> None:
            seen.append(connection.connection.driver_connection.is_in_transaction())

        await database.fetch_value(app.holder.queries.DOCUMENT, id=holder)
        await database.execute(app.holder.queries.DELETE, ids=[holder])
        assert seen == [False, False]

    play(app, scene)
