"""Sets what records refer to and hold: one statement for all of them."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute, RelationshipDirection, RelationshipProperty
from sqlalchemy.orm.attributes import set_committed_value

Fetch = Callable[[type[Any], list[UUID]], Awaitable[Sequence[Any]]]


class Relation(NamedTuple):
    """A relationship of a model: `local` and `remote` are the attributes that it joins."""

    name: str
    target: type[Any]
    local: str
    remote: str
    to_one: bool


def relation_of(attribute: InstrumentedAttribute[Any]) -> Relation:
    """Return the relation behind a relationship attribute."""
    return _relation(cast("Hashable", attribute.property))


@cache
def _relation(of: Hashable) -> Relation:
    relationship = cast("RelationshipProperty[Any]", of)
    local, remote = relationship.local_remote_pairs[0]
    holder, target = relationship.parent, relationship.mapper
    to_one = relationship.direction is RelationshipDirection.MANYTOONE
    to_many = relationship.direction is RelationshipDirection.ONETOMANY
    return Relation(
        relationship.key,
        target.class_,
        holder.get_property_by_column(cast("Any", local)).key,
        target.get_property_by_column(cast("Any", remote)).key if to_one or to_many else "",
        to_one,
    )


async def load(relation: Relation, records: Iterable[Any], fetch: Fetch) -> None:
    """Set a reference, or an owned collection, of each record."""
    if relation.to_one:
        await _load_references(relation, list(records), fetch)
    else:
        await _load_owned(relation, list(records), fetch)


async def _load_references(relation: Relation, records: Sequence[Any], fetch: Fetch) -> None:
    wanted = {getattr(r, relation.local) for r in records} - {None}
    found = {row.id: row for row in await fetch(relation.target, sorted(wanted))}
    for record in records:
        set_committed_value(record, relation.name, found.get(getattr(record, relation.local)))


async def _load_owned(relation: Relation, records: Sequence[Any], fetch: Fetch) -> None:
    held: dict[UUID, list[Any]] = {r.id: [] for r in records}
    for row in await fetch(relation.target, sorted(held)):
        held[getattr(row, relation.remote)].append(row)
    for record in records:
        set_committed_value(record, relation.name, held[record.id])


def set_links(relation: Relation, records: Sequence[Any], pairs: Iterable[tuple[UUID, Any]]) -> None:
    """Set a collection of links of each record, from (record's id, linked row)."""
    held: dict[UUID, list[Any]] = {r.id: [] for r in records}
    for source, row in pairs:
        held[source].append(row)
    for record in records:
        set_committed_value(record, relation.name, held[record.id])
