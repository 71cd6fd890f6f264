"""A generated data layer over the runtime, in a database of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import shutil
import sys
from collections.abc import Coroutine, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from generator import runtime
from generator.emit.finish import take_markers
from generator.emit.models import emit_models
from generator.emit.services.queries import emit_queries
from generator.host.databases import temporary_database
from generator.host.postgres import PostgresServer
from generator.ir.lower import lower
from generator.spec.load import load_app

T = TypeVar("T")

SPEC = """
app: boxes
enums: {Color: [RED, GREEN]}
entities:
  Holder:
    fields:
      name: string unique
      rank: int? = 1
      friends: Holder[]
    list: {filter: [rank, name], sort: [name, rank], search: [name], default_sort: [-rank]}
  Shelf:
    fields:
      label: string
      boxes: Box[] owned
  Box:
    fields:
      holder: -> Holder
      number: int = next(shelf)
      serial: int = next()
      color: Color?
      price: decimal(10,2)
      ratio: float
      open: bool = true
      made_at: datetime
      due: date?
      at: time?
      extra: json?
      order: int
      items: int = 0
      d: string?
      parts: Part[] owned
      total: decimal(12,2) := sum(parts, amount * price)
      late: bool? := due < today()
      third: decimal(8,4)? := price / count(parts)
    states:
      status: {initial: NEW, NEW: [DONE]}
    unique:
      - {fields: [holder, color], while: status == NEW, on_conflict: reuse}
    rules:
      - count(Box, holder == self.holder) < 100
    list:
      filter: [status, price, due, holder, open]
      sort: [price, made_at, order]
      default_filter: open
  Part:
    fields:
      amount: int > 0
      price: decimal(8,2)
      nested: decimal(9,2) := amount * price
"""


def _modules() -> list[str]:
    return [name for name in sys.modules if name == "app" or name.startswith("app.")]


def _write(folder: Path) -> None:
    ir = lower(load_app("a.yaml", lambda _: SPEC)).ir
    for file in [*emit_models(ir), *emit_queries(ir)]:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(take_markers(file.text)[0])
    source = Path(runtime.__path__[0])
    shutil.copytree(source, folder / "app" / "runtime", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[Any]:
    """The modules of the generated data layer, and `url` of a database with its tables."""
    folder = tmp_path_factory.mktemp("app")
    _write(folder)
    sys.path.insert(0, str(folder))
    try:
        base = importlib.import_module("app.entities").Base
        found = SimpleNamespace(base=base)
        for snake in ("holder", "shelf", "box", "part"):
            queries = importlib.import_module(f"app.{snake}.queries")
            models = importlib.import_module(f"app.{snake}.models")
            setattr(found, snake, SimpleNamespace(queries=queries, models=models))
        for name in (
            "database",
            "errors",
            "ids",
            "handlers",
            "routing",
            "failures",
            "numbers",
            "replies",
            "sql",
        ):
            setattr(found, name, importlib.import_module(f"app.runtime.{name}"))
        found.violations = importlib.import_module("app.violations").VIOLATIONS
        with temporary_database(pg_server) as name:
            found.url = pg_server.url(name, "asyncpg")
            engine = sa.create_engine(pg_server.url(name, "psycopg2"))
            base.metadata.create_all(engine)
            found.engine = engine
            yield found
            engine.dispose()
    finally:
        sys.path.remove(str(folder))
        for name in _modules():
            del sys.modules[name]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(work)


class Rows:
    """Makes rows with every column given."""

    def __init__(self, app: Any, database: Any) -> None:
        self._app = app
        self._database = database

    async def holder(self, **values: Any) -> Any:
        key = self._app.ids.new_id()
        row = {"id": key, "name": str(key), "rank": 1, **values}
        await self._database.execute(self._app.holder.queries.INSERT, **row)
        return key

    async def shelf(self) -> Any:
        key = self._app.ids.new_id()
        await self._database.execute(self._app.shelf.queries.INSERT, id=key, label="top")
        return key

    def box_values(self, shelf: Any, holder: Any, **values: Any) -> dict[str, Any]:
        key = self._app.ids.new_id()
        made = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
        return {
            "id": key, "shelf_id": shelf, "holder_id": holder, "number": key.int % 2**30,
            "serial": key.int % 2**30, "color": None, "price": Decimal("2.50"), "ratio": 0.1, "open": True,
            "made_at": made, "due": None, "at": dt.time(9, 30), "extra": {"a": [1, None]}, "order": 3,
            "items": 1, "d": "x", "status": "NEW",
            **values,
        }  # fmt: skip

    async def box(self, shelf: Any, holder: Any, **values: Any) -> Any:
        row = self.box_values(shelf, holder, **values)
        await self._database.execute(self._app.box.queries.INSERT, **row)
        return row["id"]

    async def part(self, box: Any, amount: int, price: str) -> Any:
        key = self._app.ids.new_id()
        row = {"id": key, "box_id": box, "amount": amount, "price": Decimal(price)}
        await self._database.execute(self._app.part.queries.INSERT, **row)
        return key
