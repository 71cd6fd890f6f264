"""The rows that one transaction holds: the same row is the same object."""

from collections.abc import Hashable, Iterable
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping, inspect
from sqlalchemy.orm import Mapper

M = TypeVar("M")


@cache
def attributes(model: Hashable) -> tuple[tuple[str, str], ...]:
    """Return (attribute, column) of every column of a model."""
    mapper: Mapper[Any] = inspect(cast("type[Any]", model))
    return tuple((a.key, a.columns[0].name) for a in mapper.column_attrs)


def columns_of(record: object) -> dict[str, Any]:
    """Return column -> value of a record."""
    return {column: getattr(record, name) for name, column in attributes(_model(record))}


def apply_changes(record: object, data: BaseModel) -> None:
    """Set the columns that a request body holds, and only those that were sent."""
    for name, _ in attributes(_model(record)):
        if name in data.model_fields_set:
            setattr(record, name, getattr(data, name))


@cache
def _collections(model: Hashable) -> tuple[str, ...]:
    """Return the attributes of a model that hold several rows."""
    mapper: Mapper[Any] = inspect(cast("type[Any]", model))
    return tuple(r.key for r in mapper.relationships if r.uselist)


@cache
def _owner_keys(model: Hashable) -> tuple[tuple[str, str], ...]:
    """Return (attribute, table) of every reference to an owner, with which a row goes."""
    mapper: Mapper[Any] = inspect(cast("type[Any]", model))
    return tuple(
        (a.key, key.column.table.name)
        for a in mapper.column_attrs
        for key in a.columns[0].foreign_keys
        if key.ondelete == "CASCADE"
    )


def _owners(record: object) -> set[tuple[str, UUID]]:
    return {(table, getattr(record, name)) for name, table in _owner_keys(_model(record))}


def _table(record: object) -> str:
    return str(cast("Any", _model(record)).__tablename__)


class Records:
    """An identity map that remembers what each row was when it was read or written."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, UUID], object] = {}
        self._stored: dict[tuple[type, UUID], dict[str, Any]] = {}
        self._first: dict[tuple[type, UUID], dict[str, Any]] = {}

    def known(self, model: type[M], ids: Iterable[UUID]) -> list[M]:
        """Return the records of these ids that are here."""
        return [cast("M", self._known[(model, key)]) for key in ids if (model, key) in self._known]

    def of(self, model: type[M]) -> list[M]:
        """Return every record of a model that is here."""
        return [cast("M", record) for (kind, _), record in self._known.items() if kind is model]

    def old(self, record: object, name: str) -> Any:
        """Return an attribute as it was when the row was first read; None if it never was."""
        columns = dict(attributes(_model(record)))
        return self._first.get(_key(record), {}).get(columns[name])

    def take(self, model: type[M], row: RowMapping) -> M:
        """Return the record of a row; a known one takes over what was not changed here."""
        key = (model, row["id"])
        known = cast("M | None", self._known.get(key))
        if known is None:
            known = model(**{name: row[column] for name, column in attributes(cast("Hashable", model))})
            self._known[key] = known
        else:
            self._refresh(known, row)
        self._stored[key] = {column: row[column] for _, column in attributes(cast("Hashable", model))}
        self._first.setdefault(key, self._stored[key])
        return known

    def _refresh(self, record: object, row: RowMapping) -> None:
        changed = self.changes(record)
        for name, column in attributes(_model(record)):
            if column not in changed:
                setattr(record, name, row[column])

    def changes(self, record: object) -> dict[str, Any]:
        """Return column -> value where the record differs from its row."""
        stored = self._stored.get(_key(record), {})
        return {c: v for c, v in columns_of(record).items() if c not in stored or stored[c] != v}

    def written(self, records: Iterable[object]) -> None:
        """Remember that the rows are now as the records are."""
        for record in records:
            self._known[_key(record)] = record
            self._stored[_key(record)] = columns_of(record)

    def forget(self, records: Iterable[object]) -> None:
        """Drop deleted rows and what they own; no collection holds them any more."""
        gone = set(map(id, self._with_owned(list(records))))
        for record in [r for r in self._known.values() if id(r) in gone]:
            self._known.pop(_key(record))
            self._stored.pop(_key(record), None)
        for record in self._known.values():
            for name in _collections(_model(record)):
                rows: list[object] | None = vars(record).get(name)
                if rows and not gone.isdisjoint(map(id, rows)):
                    rows[:] = [r for r in rows if id(r) not in gone]

    def _with_owned(self, records: list[object]) -> list[object]:
        owners = {(_table(r), cast("Any", r).id) for r in records}
        owned = [r for r in self._known.values() if not owners.isdisjoint(_owners(r)) and r not in records]
        return records + (self._with_owned(owned) if owned else [])


def _model(record: object) -> Hashable:
    return cast("Hashable", type(record))


def _key(record: object) -> tuple[type, UUID]:
    return type(record), cast("Any", record).id
