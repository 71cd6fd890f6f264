"""Which rows must be in memory before expressions can be evaluated in Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.emit.exprs.computed import sql_values
from generator.emit.exprs.derived import expand
from generator.expr.model import AggregateExpr, EntityRef, Expr
from generator.expr.walk import children
from generator.ir.index import Index


@dataclass
class Load:
    """What hangs on a row of `entity` and must be loaded with it, in order of first use."""

    entity: str
    references: dict[str, Load] = field(default_factory=dict)
    collections: dict[str, Load] = field(default_factory=dict)
    from_elsewhere: bool = False  # also reached from a row that leads to the one which holds the reference

    @property
    def empty(self) -> bool:
        """Whether the row itself is enough."""
        return not self.references and not self.collections

    def rows_of(self, entity: str, collection: str) -> list[Load]:
        """Return what hangs on the rows of a collection of an entity, wherever it is loaded here."""
        found = [
            load for name, load in self.collections.items() if (self.entity, name) == (entity, collection)
        ]
        for child in (*self.references.values(), *self.collections.values()):
            found += child.rows_of(entity, collection)
        return found

    def holds(self, entity: str, collection: str) -> bool:
        """Whether a collection of an entity is loaded anywhere here."""
        return bool(self.rows_of(entity, collection))


def load_tree(index: Index, exprs: Iterable[Expr]) -> dict[str, Load]:
    """Return binding -> what to load below that row; rows that SQL computes over need nothing."""
    tree = _Tree(index)
    for expr in exprs:
        full = expand(expr, index)
        values = sql_values(full)
        for value in values:
            for _, bind in value.binds:
                tree.visit(bind, frozenset())
        tree.visit(full, frozenset(v.aggregate for v in values))
    return tree.roots


def add_reference(index: Index, load: Load, name: str) -> Load:
    """Return the load behind a reference, adding it."""
    return load.references.setdefault(name, Load(index.field(load.entity, name).type.of))


def add_collection(index: Index, load: Load, name: str) -> Load:
    """Return the load of a collection's rows, adding it."""
    return load.collections.setdefault(name, Load(index.collection(load.entity, name).entity))


def merge(into: Load, other: Load) -> None:
    """Add a tree to another."""
    if into is other:
        return
    for name, child in list(other.references.items()):
        merge(into.references.setdefault(name, Load(child.entity)), child)
    for name, child in list(other.collections.items()):
        merge(into.collections.setdefault(name, Load(child.entity)), child)


class _Tree:
    def __init__(self, index: Index) -> None:
        self.roots: dict[str, Load] = {}
        self._index = index
        self._elements: dict[str, Load] = {}

    def visit(self, expr: Expr, computed: frozenset[Expr]) -> None:
        """Add what `expr` reads; `computed` comes from SQL."""
        if expr in computed:
            return
        match expr:
            case EntityRef():
                self.row_of(expr)
            case AggregateExpr(source=EntityRef() as source):
                holder = self.row_of(source)
                self._elements[expr.binding] = add_collection(self._index, holder, source.field)
                for part in (expr.value, expr.where):
                    if part is not None:
                        self.visit(part, computed)
            case _:
                for part in children(expr):
                    self.visit(part, computed)

    def row_of(self, ref: EntityRef) -> Load:
        """Return the load of the row that holds the field of `ref`."""
        load = self._elements.get(ref.root)
        if load is None:
            load = self.roots.setdefault(ref.root, Load(ref.entity.removeprefix("entity:")))
        for name in ref.via:
            load = add_reference(self._index, load, name)
        return load
