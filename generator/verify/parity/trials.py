"""From the constraints that are routed to the database to trials."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.physical import link_columns, physical
from generator.emit.sqltext import quote_name, quote_text
from generator.emit.tables import Table
from generator.graph.routing import Layer, ValidationRoutingMatrix
from generator.ir.index import Index, stored_fields
from generator.ir.model import ApplicationIR, Collection, Constraint, ConstraintType, Entity, Field, Managed
from generator.verify.parity.breaking import Breaker, Broken, CantBreak
from generator.verify.parity.model import Group, Trial, Trials, Untried
from generator.verify.parity.rows import Maker, Row, Stranger, spelled
from generator.verify.plan.wide import wide_decimals

NOT_STORED = "an input is not stored"


def trials(ir: ApplicationIR) -> Trials:
    """Return a trial, or a reason why there is none, for every constraint that the database has to hold."""
    return Planner(ir).plan()


class Planner:
    """Plans what an application's tables are tried with."""

    def __init__(self, ir: ApplicationIR, *, apart: bool = False) -> None:
        self._index = Index(ir)
        self._physical = physical(ir)
        self._maker = Maker(self._index, apart=apart)
        self._routed = [
            c for c in ir.validation.constraints if Layer.DATABASE in ValidationRoutingMatrix().route(c)
        ]
        self._base: dict[str, list[Row]] = {}
        self._untried: list[Untried] = []

    @wide_decimals
    def plan(self) -> Trials:
        """Return a trial, or a reason why there is none, for every constraint."""
        groups = [g for e in self._index.entities.values() if (g := self._group(e)) is not None]
        return Trials(tuple(groups), tuple(self._untried))

    @wide_decimals
    def samples(self) -> tuple[str, ...]:
        """Return inserts of a row or two of each entity, and of a link of each kind."""
        found: dict[str, None] = {}
        for entity in self._index.entities.values():
            try:
                rows = self._rows_of(entity.name, ())
            except Stranger:
                continue
            found |= dict.fromkeys(self._setup(entity, (entity.name,)))
            found |= dict.fromkeys(self._insert(entity, row) for row in rows)
        return tuple(found)

    def _group(self, entity: Entity) -> Group | None:
        constraints = [c for c in self._routed if c.entity == entity.name]
        table = self._physical.rows(entity.name)
        try:
            valid = self._row(entity)
            setup = list(dict.fromkeys(self._setup(entity, (entity.name,))))
        except Stranger as reason:
            self._untried += [Untried(c.id, c.source, f"no valid row: {reason}") for c in constraints]
            return None
        found = [Trial(entity.id, entity.id, (self._insert(entity, valid),), about="a valid row")]
        for constraint in constraints:
            try:
                found.append(self._trial(entity, table, constraint, setup))
            except (CantBreak, Stranger) as reason:
                self._untried.append(Untried(constraint.id, constraint.source, str(reason)))
        return Group(table.name, tuple(setup), tuple(found))

    # --- rows that others refer to ---

    def _row(self, entity: Entity, which: int = 0) -> Row:
        """Return a row that refers to the first, or the second, row of each entity that it has to."""
        return self._maker.row(entity, {}, loose=self._references(entity, which))

    def _references(self, entity: Entity, which: int = 0) -> Row:
        fixed: Row = {}
        for field in stored_fields(entity):
            if field.type.name != "row" or field.type.of == entity.name:
                continue
            if not field.type.nullable or any(field.name in u.fields for u in entity.uniques):
                try:
                    rows = self._rows_of(field.type.of, (entity.name,))
                except Stranger:
                    if field.type.nullable:
                        continue
                    raise
                fixed[field.name] = rows[min(which, len(rows) - 1)]["id"]
        return fixed | self._to_itself(entity)

    def _to_itself(self, entity: Entity) -> Row:
        """Return the references of a row that must refer to one of its own kind: to itself."""
        needed = [f for f in stored_fields(entity) if f.type.of == entity.name and f.type.name == "row"]
        if all(f.type.nullable for f in needed):
            return {}
        row_id = self._maker.new_id()
        return {"id": row_id} | {f.name: row_id for f in needed if not f.type.nullable}

    def _rows_of(self, name: str, on_the_way: tuple[str, ...]) -> list[Row]:
        """Return two valid rows of an entity, which differ in all that is unique."""
        if name in self._base:
            return self._base[name]
        if name in on_the_way:
            raise Stranger(f"references form a circle: {' -> '.join((*on_the_way, name))}")
        entity = self._index.entities[name]
        for field in stored_fields(entity):
            if field.type.name == "row" and field.type.of != name and not field.type.nullable:
                self._rows_of(field.type.of, (*on_the_way, name))
        first = self._row(entity)
        self._base[name] = [first]
        self._maker.known[name] = [first["id"]]
        breaker = Breaker(self._index, self._maker, entity)
        try:
            second = breaker.beside(first, {}, self._references(entity, 1))
            self._base[name].append(second)
            self._maker.known[name].append(second["id"])
        except (CantBreak, Stranger):
            pass  # one is enough for most
        return self._base[name]

    def _setup(self, entity: Entity, on_the_way: tuple[str, ...]) -> Iterator[str]:
        """Yield the inserts of all rows that the rows of a table may refer to, outermost first."""
        for field in stored_fields(entity):
            if field.type.name != "row" or field.type.of in on_the_way or field.type.of not in self._base:
                continue
            inner = len(on_the_way) > 1
            if field.type.nullable and not (
                self._refer(entity, field) if inner else self._apart(field, on_the_way)
            ):
                continue
            target = self._index.entities[field.type.of]
            yield from self._setup(target, (*on_the_way, target.name))
            for row in self._base[target.name]:
                yield self._insert(target, row)

    def _refer(self, entity: Entity, field: Field) -> bool:
        """Whether the rows that others refer to do refer to something by this field."""
        return any(row[field.name] is not None for row in self._base.get(entity.name, ()))

    def _apart(self, field: Field, on_the_way: tuple[str, ...]) -> bool:
        """Whether the rows behind a reference stand without those that are on the way."""
        seen, found = {field.type.of}, [self._index.entities[field.type.of]]
        for entity in found:
            used = [f for f in stored_fields(entity) if f.type.name == "row" and self._refer(entity, f)]
            found += [self._index.entities[f.type.of] for f in used if f.type.of not in seen]
            seen |= {f.type.of for f in used}
        return seen.isdisjoint(on_the_way)

    # --- one constraint ---

    def _trial(self, entity: Entity, table: Table, constraint: Constraint, setup: list[str]) -> Trial:
        if constraint.metadata.get("input"):
            raise CantBreak(NOT_STORED)
        if constraint.type is ConstraintType.RELATIONSHIP and constraint.source.startswith("collection:"):
            return self._collection(entity, constraint, setup)
        breaker = Breaker(self._index, self._maker, entity)
        broken = breaker.broken(constraint, table, self._references(entity), self._references(entity, 1))
        statements = tuple(
            self._insert(entity, row, broken.raw if last else {}) for last, row in _last(broken)
        )
        return Trial(
            constraint.id, constraint.source, statements, broken.sqlstate, broken.constraint, broken.about
        )

    def _collection(self, entity: Entity, constraint: Constraint, setup: list[str]) -> Trial:
        """Break a collection: a row without its owner, or a link to nothing."""
        name = constraint.metadata["field"]
        collection = self._index.collection(entity.name, name)
        if collection.kind == "owned":
            element = self._index.entities[collection.entity]
            table = self._physical.rows(element.name)
            row = self._maker.row(
                element, self._references(element) | {collection.inverse: self._maker.new_id()}
            )
            inner = self._index.field(element.name, collection.inverse)
            key = table.column(inner.wire).foreign_key
            assert key is not None  # noqa: S101
            around = [s for s in dict.fromkeys(self._setup(element, (element.name,))) if s not in setup]
            statements = (*around, self._insert(element, row))
            return Trial(constraint.id, constraint.source, statements, "23503", key.name, "no owner")
        return self._link(entity, collection, constraint)

    def _link(self, entity: Entity, collection: Collection, constraint: Constraint) -> Trial:
        table = self._physical.of_node(collection.id)
        holder, target = link_columns(entity, collection)
        key = table.column(target).foreign_key
        assert key is not None  # noqa: S101
        row = self._row(entity)
        values: dict[str, str | None] = {holder: str(row["id"]), target: str(self._maker.new_id())}
        statements = (self._insert(entity, row), _insert(table.name, values))
        return Trial(constraint.id, constraint.source, statements, "23503", key.name, "a link to nothing")

    def _insert(self, entity: Entity, row: Row, raw: dict[str, str] | None = None) -> str:
        """Return the INSERT of a row; `raw` are texts that stand for values which the field can't have."""
        fields = [f for f in stored_fields(entity) if f.managed is not Managed.DERIVED]
        values: dict[str, str | None] = {
            f.wire: (raw or {}).get(f.name) or spelled(row[f.name], f) for f in fields
        }
        return _insert(self._physical.rows(entity.name).name, values)


def _last(broken: Broken) -> Iterator[tuple[bool, Row]]:
    for number, row in enumerate(broken.rows, 1):
        yield number == len(broken.rows), row


def _insert(table: str, values: dict[str, str | None]) -> str:
    names = ", ".join(quote_name(n) for n in values)
    texts = ", ".join("NULL" if v is None else quote_text(v) for v in values.values())
    return f"INSERT INTO {quote_name(table)} ({names}) VALUES ({texts})"  # noqa: S608 - quoted
