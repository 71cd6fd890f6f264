"""The statements of one entity: name -> source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from generator.emit.exprs.derived import expand
from generator.emit.exprs.sqlcore import column
from generator.emit.python import attribute, literal
from generator.emit.services.queries.module import Module
from generator.emit.services.queries.wire import offers_create, offers_patch
from generator.ir.model import Entity, Field, Managed, Unique
from generator.ir.writes import family

Source = Callable[[], str]
_LOCKS = {"": "", "SHARE_": "sharing", "LOCK_": "locking"}


def existing_name(entity: Entity, unique: Unique) -> str:
    """Return the name of the statement that finds the row an `on_conflict` is about."""
    alike = [u for u in entity.uniques if u.on_conflict != "reject" and u.fields == unique.fields]
    number = alike.index(unique)
    name = f"EXISTING_BY_{'_'.join(unique.fields)}".upper()
    return f"{name}_{number + 1}" if number else name


def next_name(field: Field) -> str:
    """Return the name of the statement that counts on."""
    return f"NEXT_{field.name}".upper()


def offered_unique(entity: Entity) -> list[Unique]:
    """Return the unique constraints that a create may meet without being refused."""
    return [u for u in entity.uniques if u.on_conflict != "reject"]


class Statements:
    """Prints the statements of one entity over its module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._entity = module.entity
        self._sa = module.sa
        self._sql = module.sql

    def all(self) -> dict[str, Source]:
        """Return every statement that the entity has, in the order of the module."""
        return {
            **self._documents(),
            **self._writes(),
            **self._rows(),
            **self._counters(),
            **self._existing(),
            **self._links(),
            "LOCK_TABLE": lambda: f"{self._sql('lock_table')}({self._module.own})",
        }

    # --- shared pieces --------------------------------------------------------

    def _bind(self, name: str) -> str:
        return f"{self._sa('bindparam')}({literal(name)})"

    def _id(self) -> str:
        return self._module.define("_ID", lambda: f"{self._module.own}.c.id == {self._bind('id')}")

    def _ids(self) -> str:
        return f"{self._sql('is_one_of_ids')}({self._module.own}.c.id)"

    def _at(self) -> str:
        """Return the condition of being the row `id` below the owners of the path."""
        if not self._entity.owner:
            return self._id()
        conditions = self._below("")
        return self._module.define(
            "_AT", lambda: f"{self._sa('and_')}({self._id()}, {', '.join(conditions)})"
        )

    def _below(self, prefix: str) -> list[str]:
        """Return the conditions that tie the row to its owner, the owner to its own, and so on."""
        entity, table = self._entity, self._module.own
        owner = self._module.index.field(entity.name, entity.owner_field)
        return [self._owned_by(column(table, owner.wire), self._module.owners(), prefix)]

    def _owned_by(self, reference: str, owners: list[Entity], prefix: str) -> str:
        owner, *above = owners
        bind = self._bind(f"{prefix}{owner.snake}_id")
        if not above:
            return f"{reference} == {bind}"
        table = self._module.table(owner.name)
        field = self._module.index.field(owner.name, owner.owner_field)
        further = self._owned_by(column(table, field.wire), above, prefix)
        chosen = f"{self._sa('select')}({table}.c.id).where({table}.c.id == {bind}, {further})"
        return f"{reference}.in_({chosen})"

    def document(self) -> str:
        """Return the private name of the JSON text of a row of the table."""
        own = self._module.own
        return self._module.define("_DOCUMENT", lambda: f"{self._sql('document')}(wire({own}), {own})")

    def _returned(self) -> str:
        """Return the private name of the JSON text of the row that a statement has written."""
        row = f"{self._sql('returned')}({self._module.own})"
        return self._module.define("_RETURNED", lambda: f"{self._sql('document')}(wire({row}))")

    def documents(self) -> str:
        """Return the private name of the select of every row's JSON text."""
        own = self._module.own
        value = f"{self._sa('select')}({self.document()}).select_from({own})"
        return self._module.define("_DOCUMENTS", lambda: value)

    def below_owner(self) -> str:
        """Return the documents of a list: of an owned entity, those of one owner."""
        if not self._entity.owner:
            return self.documents()
        owner = self._module.index.field(self._entity.name, self._entity.owner_field)
        bind = self._bind(f"{self._module.owners()[0].snake}_id")
        return f"{self.documents()}.where({self._module.column(owner)} == {bind})"

    # --- statements -----------------------------------------------------------

    def _documents(self) -> dict[str, Source]:
        found: dict[str, Source] = {
            "DOCUMENT": lambda: f"{self.documents()}.where({self._id()})",
            "EXISTS": lambda: f"{self._sa('select')}({self._module.own}.c.id).where({self._id()})",
        }
        if self._entity.owner:
            found["DOCUMENT_AT"] = lambda: f"{self.documents()}.where({self._at()})"
            found["EXISTS_AT"] = lambda: f"{self._sa('select')}({self._module.own}.c.id).where({self._at()})"
        return found

    def _writes(self) -> dict[str, Source]:
        own, index = self._module.own, self._module.index
        found: dict[str, Source] = {
            "INSERT": lambda: f"{self._sa('insert')}({own})",
            "UPDATE": lambda: f"{self._sa('update')}({own}).where({own}.c.id == {self._bind('_id')})",
            "DELETE": lambda: self._delete(self._ids()),
            "DELETE_AT": lambda: self._delete(self._at()),
        }
        if offers_create(index, self._entity):
            found["CREATE"] = lambda: f"{self._sa('insert')}({own}).returning({self._returned()})"
        if offers_patch(index, self._entity):
            found["PATCH"] = self._patch
        return found

    def _delete(self, condition: str) -> str:
        """Return the deletion of rows; first come those below them that refer to others below them."""
        deletion = f"{self._sa('delete')}({self._module.own}).where({condition})"
        paths = [f"[{', '.join(path)}]" for path in self._entangled(self._entity, ())]
        return f"{self._sql('delete_whole')}({deletion}, {', '.join(paths)})" if paths else deletion

    def _entangled(self, entity: Entity, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the way from owner to owned, as columns, to entities whose rows refer to others there."""
        index = self._module.index
        for collection in entity.collections:
            if collection.kind == "owned":
                owned = index.entities[collection.entity]
                owner = index.field(owned.name, owned.owner_field)
                way = (*path, column(self._module.table(owned.name), owner.wire))
                together = family(index, self._entity)
                if any(
                    f.type.name == "row" and f.type.of in together and f.id != owner.id for f in owned.fields
                ):
                    yield way
                yield from self._entangled(owned, way)

    def _patch(self) -> str:
        own = self._module.own
        conditions = [f"{own}.c.id == {self._bind('_id')}"]
        if self._entity.owner:
            conditions += self._below("_")
        return f"{self._sa('update')}({own}).where({', '.join(conditions)}).returning({self._returned()})"

    def _rows(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for prefix, lock in _LOCKS.items():
            name = prefix.removesuffix("_") or "ROW"
            found[name] = partial(self._select, self._id, lock, ordered=False)
            if self._entity.owner:
                found[f"{name}_AT"] = partial(self._select, self._at, lock, ordered=False)
                by_owner = f"{prefix}ROWS_BY_{self._entity.owner_field}".upper()
                found[by_owner] = partial(self._select, self._of_owners, lock)
            found[f"{prefix}ROWS"] = partial(self._select, self._ids, lock)
            found[f"{prefix}EVERY_ROW"] = partial(self._select, None, lock)
        return found

    def _of_owners(self) -> str:
        owner = self._module.index.field(self._entity.name, self._entity.owner_field)
        return f"{self._sql('is_one_of_ids')}({self._module.column(owner)})"

    def _select(self, condition: Source | None, lock: str, *, ordered: bool = True) -> str:
        own = self._module.own
        rows = self._module.define("_ROWS", lambda: f"{self._sa('select')}({own})")
        text = f"{rows}.where({condition()})" if condition else rows
        text = f"{text}.order_by({own}.c.id)" if ordered else text
        return f"{self._sql(lock)}({text})" if lock else text

    def _counters(self) -> dict[str, Source]:
        counters = [f for f in self._entity.fields if f.managed is Managed.COUNTER]
        return {next_name(f): partial(self._next, f) for f in counters}

    def _next(self, field: Field) -> str:
        if field.counter_per:
            per = self._module.index.field(self._entity.name, field.counter_per)
            scope = self._module.printer.bind(per.wire, per.type)
        else:
            uuid = self._module.imports.symbol("uuid", "UUID")
            scope = f"{self._sql('const')}({uuid}(int=0))"
        return f"{self._sql('next_number')}({self._module.other_table(field.id)}, {scope})"

    def _existing(self) -> dict[str, Source]:
        wanted = offered_unique(self._entity)
        return {existing_name(self._entity, u): partial(self._same, u) for u in wanted}

    def _same(self, unique: Unique) -> str:
        index, name = self._module.index, self._entity.name
        fields = [index.field(name, f) for f in unique.fields]
        conditions = [f"{self._module.column(f)} == {self._bind(attribute(f.wire))}" for f in fields]
        if unique.only is not None:
            conditions.append(self._module.text(expand(unique.only, index), self._module.own))
        return self._select(lambda: ", ".join(conditions), "locking", ordered=False)

    def _links(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for collection in self._module.collections("links"):
            table = partial(self._module.other_table, collection.id)
            source, target = self._module.links[collection.id]
            name = collection.name.upper()
            found[f"LINKS_{name}"] = partial(self._pairs, table, source, target)
            found[f"ADD_{name}"] = partial(self._add, table, source, target)
            found[f"REMOVE_{name}"] = partial(self._remove, table, source, target)
            found[f"CLEAR_{name}"] = partial(self._remove, table, source, "")
        return found

    def _pairs(self, table: Source, source: str, target: str) -> str:
        one, other = column(table(), source), column(table(), target)
        columns = f'{one}.label("source"), {other}.label("target")'
        chosen = f"{self._sa('select')}({columns}).where({self._sql('is_one_of_ids')}({one}))"
        return f"{chosen}.order_by({one}, {other})"

    def _add(self, table: Source, source: str, target: str) -> str:
        return f"{self._sql('add_links')}({table()}, {literal(source)}, {literal(target)})"

    def _remove(self, table: Source, source: str, target: str) -> str:
        conditions = [f"{column(table(), source)} == {self._bind('id')}"]
        if target:
            conditions.append(f"{self._sql('is_one_of_ids')}({column(table(), target)})")
        return f"{self._sa('delete')}({table()}).where({', '.join(conditions)})"
