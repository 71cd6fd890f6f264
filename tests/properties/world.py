"""What a random spec declares, as its expressions see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from generator.core.names import snake


@dataclass
class FieldDef:
    """A field; `kind` is a scalar type, "enum" or "row"."""

    name: str
    kind: str
    nullable: bool = False
    managed: str = "client"
    values: tuple[str, ...] = ()  # of an enum
    target: EntityDef | None = None
    written: Any = None  # its form in the spec; None for states and owner
    scale: int = 0
    unique: bool = False
    immutable: bool = False
    has_default: bool = False

    @property
    def stored(self) -> bool:
        return self.managed != "derived"

    @property
    def assignable(self) -> bool:
        """Whether a flow may set it."""
        return self.managed in {"client", "server", "snapshot"}


@dataclass
class EntityDef:
    """An entity; `links` and `owned` map collection names to element entities."""

    name: str
    fields: list[FieldDef] = field(default_factory=list)
    owned: dict[str, EntityDef] = field(default_factory=dict)
    links: dict[str, EntityDef] = field(default_factory=dict)
    owner: EntityDef | None = None
    states: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # field -> state -> next ones
    extra: dict[str, Any] = field(default_factory=dict)  # unique, rules, operations, list

    @property
    def snake(self) -> str:
        return snake(self.name)

    def of_kind(self, *kinds: str, stored: bool = True) -> list[FieldDef]:
        """Return its fields of some kinds."""
        return [f for f in self.fields if f.kind in kinds and (f.stored or not stored)]

    def client(self) -> list[FieldDef]:
        """Return the fields that clients set."""
        return [f for f in self.fields if f.managed == "client"]

    def taken(self) -> set[str]:
        """Return every name that a further field can't have."""
        return {n for f in self.fields for n in (f.name, f"{f.name}_id")} | {*self.owned, *self.links}


@dataclass(frozen=True)
class Row:
    """A row that an expression may name: `path` is "" for bare names."""

    path: str
    entity: EntityDef
    nullable: bool = False

    def of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True)
class Value:
    """A path to a value."""

    text: str
    kind: str
    nullable: bool
    values: tuple[str, ...] = ()
    target: EntityDef | None = None


@dataclass
class Scope:
    """What an expression may read; `clock` and `old` say whether it may use them."""

    rows: list[Row]
    inputs: list[Value] = field(default_factory=list)
    world: list[EntityDef] = field(default_factory=list)  # whose rows may be asked for as a whole
    clock: bool = True
    old: bool = False
    hops: bool = True
    derived: bool = True
    aggregates: bool = True

    def values(self) -> list[Value]:
        """Return every value in reach, references and what lies behind one of them included."""
        found = list(self.inputs)
        for row in self.rows:
            found += _fields(row, derived=self.derived)
            for f in row.entity.of_kind("row") if self.hops else ():
                assert f.target is not None
                behind = Row(row.of(f.name), f.target, row.nullable or f.nullable)
                found += _fields(behind, derived=False)
        for value in self.inputs:
            if value.kind == "row" and value.target is not None:
                found += _fields(Row(value.text, value.target, value.nullable), derived=False)
        return found

    def collections(self) -> list[tuple[str, EntityDef]]:
        """Return every collection in reach and the entity of its rows."""
        inputs = [Row(v.text, v.target, v.nullable) for v in self.inputs if v.kind == "row" and v.target]
        return [
            (row.of(name), element)
            for row in (*self.rows, *inputs)
            for name, element in {**row.entity.owned, **row.entity.links}.items()
        ]


def _fields(row: Row, *, derived: bool) -> list[Value]:
    return [
        Value(row.of(f.name), f.kind, row.nullable or f.nullable, f.values, f.target)
        for f in row.entity.fields
        if f.stored or derived
    ]
