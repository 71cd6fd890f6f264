"""The interpreter, emitted Python, emitted Core and DDL text give the same value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.expr.model import Expr
from generator.host.databases import temporary_database
from generator.host.postgres import PostgresServer
from tests.exprs.readers import interpreted, run_ddl, run_python, run_sql
from tests.exprs.strategies import (
    every_leaf,
    every_local_leaf,
    texts_of_expressions,
    texts_of_local_expressions,
    worlds,
)
from tests.exprs.world import LOCAL, METADATA, World, typed


def cases(examples: int) -> settings:
    """A few random worlds, the same in every run."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks)


@pytest.fixture(scope="module")
def connection(pg_server: PostgresServer) -> Iterator[sa.Connection]:
    with temporary_database(pg_server) as name:
        engine = sa.create_engine(pg_server.url(name, "psycopg2"))
        with engine.connect() as connection:
            METADATA.create_all(connection)
            connection.commit()
            yield connection
        engine.dispose()


def same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def check(text: str, expr: Expr, world: World, connection: sa.Connection) -> None:
    for box in world.rows["Box"]:
        key = box["id"]
        wanted = interpreted(expr, world, key)
        got = {
            "python": run_python(expr, "value", world, key, connection),
            "sql": run_sql(expr, world, key, connection),
        }
        for reader, value in got.items():
            assert same(wanted, value), (text, reader, wanted, value)
        if expr.type.name == "bool":
            ways = {"holds": wanted is True, "not_true": wanted is not True}
            ways |= {"is_false": wanted is False, "not_false": wanted is not False}
            for way, truth in ways.items():
                assert run_python(expr, way, world, key, connection) is truth, (text, way, wanted)


@cases(5)
@given(worlds())
def test_every_leaf(connection: sa.Connection, world: World) -> None:
    with world.stored(connection):
        for text in every_leaf:
            check(text, typed(text), world, connection)


@cases(12)
@given(worlds(), st.lists(texts_of_expressions, min_size=12, max_size=12))
def test_expressions(connection: sa.Connection, world: World, texts: list[str]) -> None:
    with world.stored(connection):
        for text in texts:
            check(text, typed(text), world, connection)


@cases(5)
@given(worlds(), st.lists(texts_of_local_expressions, min_size=20, max_size=20))
def test_ddl(connection: sa.Connection, world: World, texts: list[str]) -> None:
    with world.stored(connection):
        for text in [*every_local_leaf, *texts]:
            expr = typed(text, LOCAL)
            for box in world.rows["Box"]:
                wanted = interpreted(expr, world, box["id"])
                got = run_ddl(expr, box["id"], connection)
                assert same(wanted, got), (text, wanted, got)


def test_decimals_are_exact() -> None:
    assert not same(Decimal("0.10"), Decimal("0.1000000001"))
