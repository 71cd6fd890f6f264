"""The narrow way to PostgreSQL: prebuilt statements with named parameters."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import CursorResult, Executable, RowMapping
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.util import greenlet_spawn

from .errors import NotFound, Retry, found
from .failures import constraint_of, is_transient
from .loading import load, relation_of, set_links
from .records import Records, columns_of
from .sql import constraints_wait

M = TypeVar("M")
T = TypeVar("T")
Params = Mapping[str, Any]
Way = Callable[[CursorResult[Any]], T]

ATTEMPTS = 12
_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 0.25
_LONGEST_NAME = 63 + 6  # labels name the members of a reply: SQLAlchemy cuts them six short of this


class Transaction:
    """Statements and records of one unit of work; all of it is stored or nothing."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.now = now
        self._connection = connection
        self._records = Records()

    async def fetch_one(self, statement: Executable, /, **params: Any) -> RowMapping | None:
        """Return the first row, if there is one."""
        return _first(await self._sent(statement, params))

    async def fetch_all(self, statement: Executable, /, **params: Any) -> Sequence[RowMapping]:
        """Return all rows."""
        return _all(await self._sent(statement, params))

    async def fetch_value(self, statement: Executable, /, **params: Any) -> Any:
        """Return the first column of the first row, or None."""
        return _value(await self._sent(statement, params))

    async def _sent(self, statement: Executable, params: Params) -> CursorResult[Any]:
        return await self._connection.execute(statement, {"_now": self.now, **params})

    async def document(self, entity: str, statement: Executable, /, **params: Any) -> str:
        """Return the JSON text of one row; NotFound when there is none."""
        return str(found(await self.fetch_value(statement, **params), entity))

    async def execute(self, statement: Executable, /, **params: Any) -> int:
        """Carry out a statement; return how many rows it touched."""
        return _count(await self._connection.execute(statement, params))

    async def maybe(self, model: type[M], statement: Executable, /, **params: Any) -> M | None:
        """Return the record of the first row, if there is one."""
        row = await self.fetch_one(statement, **params)
        return None if row is None else self._records.take(model, row)

    async def one(self, model: type[M], statement: Executable, /, **params: Any) -> M:
        """Return the record of the first row; NotFound when there is none."""
        record = await self.maybe(model, statement, **params)
        if record is None:
            raise NotFound(model.__name__)
        return record

    async def all(self, model: type[M], statement: Executable, /, **params: Any) -> list[M]:
        """Return the records of all rows; a row that is already here is the same object."""
        return [self._records.take(model, row) for row in await self.fetch_all(statement, **params)]

    async def rows(self, model: type[M], statement: Executable, /, *ids: UUID) -> list[M]:
        """Return the records of these ids, in their order; NotFound when one is missing."""
        found = {cast("Any", r).id: r for r in await self.all(model, statement, ids=list(ids))}
        if not found.keys() >= set(ids):
            raise NotFound(model.__name__)
        return [found[key] for key in ids]

    async def load(
        self, attribute: InstrumentedAttribute[Any], statement: Executable, /, *records: object | None
    ) -> None:
        """Set a reference or an owned collection of records; referenced rows here are not read again."""
        relation = relation_of(attribute)

        async def fetch(model: type[Any], ids: list[UUID]) -> list[Any]:
            known = self._records.known(model, ids) if relation.to_one else []
            missing = [i for i in ids if i not in {r.id for r in known}]
            return known + (await self.all(model, statement, ids=missing) if missing else [])

        await load(relation, [r for r in records if r is not None], fetch)

    async def load_links(
        self,
        attribute: InstrumentedAttribute[Any],
        links: Executable,
        statement: Executable,
        /,
        *records: object | None,
    ) -> None:
        """Set a collection of links of records; `links` gives the linked pairs."""
        holders: list[Any] = [r for r in records if r is not None]
        relation = relation_of(attribute)
        pairs = await self.fetch_all(links, ids=[r.id for r in holders])
        rows = await self.all(relation.target, statement, ids=sorted({p["target"] for p in pairs}))
        found = {row.id: row for row in rows}
        set_links(relation, holders, [(p["source"], found[p["target"]]) for p in pairs])

    def old(self, record: object | None, name: str) -> Any:
        """Return what an attribute was when the row was first read; None for a row that is new."""
        return None if record is None else self._records.old(record, name)

    async def defer(self, *constraints: str) -> None:
        """Let rows exchange what these constraints are about, until they are settled."""
        await self.execute(constraints_wait(constraints, until_asked=True))

    async def settle(self, *constraints: str) -> None:
        """Check these constraints; what was put off fails now."""
        await self.execute(constraints_wait(constraints, until_asked=False))

    async def flush(self, model: type[Any], statement: Executable, /) -> None:
        """Write every change of the known records of a model."""
        await self.save(statement, *self._records.of(model))

    async def insert(self, statement: Executable, /, *records: object, race: Sequence[str] = ()) -> None:
        """Insert records; losing the race for a constraint in `race` runs the work again."""
        if not records:
            return
        try:
            await self._connection.execute(statement, [columns_of(r) for r in records])
        except IntegrityError as error:
            if constraint_of(error) in race:
                raise Retry from error
            raise
        self._records.written(records)

    async def save(self, statement: Executable, /, *records: object) -> None:
        """Write the columns of the records that differ from their rows."""
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for record in {id(r): r for r in records}.values():
            changes = self._records.changes(record)
            if changes:
                values = {"_id": columns_of(record)["id"], **changes}
                groups.setdefault(tuple(changes), []).append(values)
        for rows in groups.values():
            await self._connection.execute(statement, rows)
        self._records.written(records)

    async def delete(self, statement: Executable, /, *records: object) -> None:
        """Delete the rows of the records."""
        if records:
            await self.execute(statement, ids=[columns_of(r)["id"] for r in records])
            self._records.forget(records)


class Database:
    """The process's pool of connections; single statements run in autocommit."""

    def __init__(self, url: str, *, pool_size: int = 10, statement_cache: int = 500) -> None:
        self._engine = _engine(url, pool_size, statement_cache)
        self._single = self._engine.sync_engine.execution_options(isolation_level="AUTOCOMMIT")

    async def fetch_one(self, statement: Executable, /, **params: Any) -> RowMapping | None:
        """Return the first row, if there is one."""
        return await self._alone(_first, statement, {"_now": _now(), **params})

    async def fetch_all(self, statement: Executable, /, **params: Any) -> Sequence[RowMapping]:
        """Return all rows."""
        return await self._alone(_all, statement, {"_now": _now(), **params})

    async def fetch_value(self, statement: Executable, /, **params: Any) -> Any:
        """Return the first column of the first row, or None."""
        return await self._alone(_value, statement, {"_now": _now(), **params})

    async def document(self, entity: str, statement: Executable, /, **params: Any) -> str:
        """Return the JSON text of one row; NotFound when there is none."""
        return str(found(await self.fetch_value(statement, **params), entity))

    async def execute(self, statement: Executable, /, **params: Any) -> int:
        """Carry out a statement on its own; return how many rows it touched."""
        return await self._alone(_count, statement, params)

    async def _alone(self, way: Way[T], statement: Executable, params: Params) -> T:
        """Run one statement on its own; one change into SQLAlchemy's synchronous world and back."""

        def once() -> T:
            with self._single.connect() as connection:
                return way(connection.execute(statement, params))

        return await _patiently(lambda: greenlet_spawn(once))

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction; again when it lost a race that a new try may win."""
        now = _now()
        return await _patiently(lambda: self._once(work, now))

    async def _once(self, work: Callable[[Transaction], Awaitable[T]], now: datetime) -> T:
        async with self._engine.begin() as connection:
            return await work(Transaction(connection, now))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _engine(url: str, pool_size: int, statement_cache: int) -> AsyncEngine:
    cache = {"prepared_statement_cache_size": statement_cache}
    return create_async_engine(
        url, pool_size=pool_size, max_overflow=0, connect_args=cache, max_identifier_length=_LONGEST_NAME
    )


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Return what `attempt` gives; try again while it loses races, up to a limit."""
    for number in range(1, ATTEMPTS):
        try:
            return await attempt()
        except (Retry, DBAPIError) as error:
            if not is_transient(error):
                raise
        await asyncio.sleep(_pause(number))
    try:
        return await attempt()
    except Retry as lost:
        raise lost.__cause__ or lost from None


def _first(result: CursorResult[Any]) -> RowMapping | None:
    return result.mappings().first()


def _all(result: CursorResult[Any]) -> Sequence[RowMapping]:
    return result.mappings().all()


def _value(result: CursorResult[Any]) -> Any:
    return result.scalar()


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount


def _now() -> datetime:
    return datetime.now(UTC)


def _pause(attempt: int) -> float:
    """Return a random pause that grows with each attempt, so that rivals fall out of step."""
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))  # noqa: S311
