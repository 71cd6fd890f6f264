"""The spec as written, in its canonical long form: short forms expanded, nothing resolved, spans kept."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from generator.core.spans import Span
from generator.expr.syntax import (
    AssignForm,
    ConditionForm,
    Counter,
    DeleteForm,
    ElseForm,
    Modifier,
    Name,
    Node,
    Number,
    Path,
    RowsAs,
    Text,
    TransitionForm,
)

# The type words; besides them there are `reference`, `list`, `enum` and the names of enums.
SCALARS = (
    "string",
    "text",
    "int",
    "float",
    "decimal",
    "bool",
    "date",
    "datetime",
    "time",
    "uuid",
    "email",
    "url",
    "json",
)


class SpecNode(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base: `span` is where it stands."""

    span: Span


class TypeSpec(SpecNode, frozen=True, omit_defaults=True):
    """A type; `name` is a type word, an enum's name, `reference`, `list` or `enum`."""

    name: str
    of: Name | None = None  # reference, list: the entity
    precision: Number | None = None
    scale: Number | None = None
    values: tuple[Name, ...] = ()  # inline enum
    args: tuple[Number, ...] = ()  # numbers in parentheses that mean nothing for a type of this name


class LimitSpec(SpecNode, frozen=True, omit_defaults=True):
    """One bound of a value."""

    kind: OneOf["gt", "ge", "lt", "le", "min_length", "max_length", "pattern"]
    value: Number | Text


class FieldSpec(SpecNode, frozen=True, omit_defaults=True):
    """A field or an input. At most one of default, snapshot, derived, counter is set."""

    name: Name
    type: TypeSpec
    nullable: bool = False
    limits: tuple[LimitSpec, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    default: Node | None = None
    snapshot: Node | None = None
    derived: Node | None = None
    counter: Counter | None = None
    description: str = ""

    def modifier(self, name: str) -> Modifier | None:
        """Return the modifier as written, if it was."""
        return next((m for m in self.modifiers if m.name == name), None)


class MoveSpec(SpecNode, frozen=True, omit_defaults=True):
    """A state and the states that may follow it."""

    source: Name
    targets: tuple[Name, ...]


class StatesSpec(SpecNode, frozen=True, omit_defaults=True):
    """A state field."""

    field: Name
    initial: Name
    moves: tuple[MoveSpec, ...]


class ConflictSpec(SpecNode, frozen=True, omit_defaults=True):
    """What a create does when the row is there already."""

    action: OneOf["reject", "reuse", "add", "replace"]
    targets: tuple[Name, ...] = ()


class UniqueSpec(SpecNode, frozen=True, omit_defaults=True):
    """A uniqueness over several fields, in part of the rows, or in time."""

    fields: tuple[Name, ...]
    only: Node | None = None
    during: tuple[Name, ...] = ()  # none or two
    conflict: ConflictSpec | None = None
    otherwise: ElseForm | None = None


class OperationSpec(SpecNode, frozen=True, omit_defaults=True):
    """A CRUD operation that is exposed."""

    name: Name
    requires: tuple[ConditionForm, ...] = ()
    path: Text | None = None


class SortSpec(SpecNode, frozen=True, omit_defaults=True):
    """A field to sort by."""

    field: Name
    descending: bool = False


class ListSpec(SpecNode, frozen=True, omit_defaults=True):
    """Options of the list operation."""

    filters: tuple[Name, ...] = ()
    sorts: tuple[Name, ...] = ()
    search: tuple[Name, ...] = ()
    default_filter: Node | None = None
    default_sort: tuple[SortSpec, ...] = ()


class EnumSpec(SpecNode, frozen=True, omit_defaults=True):
    """A named list of values."""

    name: Name
    values: tuple[Name, ...]


class EntitySpec(SpecNode, frozen=True, omit_defaults=True):
    """A kind of row; `operations` is None when the spec leaves it open."""

    name: Name
    description: str = ""
    plural: Name | None = None
    fields: tuple[FieldSpec, ...] = ()
    states: tuple[StatesSpec, ...] = ()
    uniques: tuple[UniqueSpec, ...] = ()
    rules: tuple[ConditionForm, ...] = ()
    operations: tuple[OperationSpec, ...] | None = None
    listing: ListSpec | None = None


class EffectNode(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="node"):
    """Base of the effects that are mappings; one-line effects are nodes of the expression language."""

    span: Span


class SetSpec(SpecNode, frozen=True, omit_defaults=True):
    """A field of a new row and its value."""

    field: Name
    value: Node


class CopySpec(SpecNode, frozen=True, omit_defaults=True):
    """Owned rows of a new row, made from other rows."""

    collection: Name
    source: RowsAs | Path
    copied: tuple[Name, ...] = ()
    values: tuple[SetSpec, ...] = ()
    where: Node | None = None


class CreateSpec(EffectNode, frozen=True, omit_defaults=True, tag="create"):
    """`create: Entity` with its values and owned rows."""

    entity: Name
    binding: Name | None = None
    values: tuple[SetSpec, ...] = ()
    copies: tuple[CopySpec, ...] = ()


class EachSpec(EffectNode, frozen=True, omit_defaults=True, tag="each"):
    """`each: ROWS as name`."""

    rows: RowsAs | Path
    body: tuple[EffectSpec, ...]
    where: Node | None = None


class IfSpec(EffectNode, frozen=True, omit_defaults=True, tag="if"):
    """`if: EXPR`."""

    condition: Node
    then: tuple[EffectSpec, ...]
    otherwise: tuple[EffectSpec, ...] = ()


EffectSpec = TransitionForm | AssignForm | DeleteForm | CreateSpec | EachSpec | IfSpec


class HttpSpec(SpecNode, frozen=True, omit_defaults=True):
    """A flow's method and path."""

    method: str
    path: str
    path_span: Span


class FlowSpec(SpecNode, frozen=True, omit_defaults=True):
    """A named operation with effects; `returns` is None when the spec leaves it open."""

    name: Name
    entity: Name | None
    description: str = ""
    http: HttpSpec | None = None
    inputs: tuple[FieldSpec, ...] = ()
    requires: tuple[ConditionForm, ...] = ()
    effects: tuple[EffectSpec, ...] = ()
    ensures: tuple[ConditionForm, ...] = ()
    returns: Name | None = None


class SettingSpec(SpecNode, frozen=True, omit_defaults=True):
    """One setting of the delivered service."""

    name: Name
    value: int


class ChangedName(SpecNode, frozen=True, omit_defaults=True):
    """An entity, or one of its fields, as it is or was called."""

    entity: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.entity}.{self.field}" if self.field else self.entity


class RenamedSpec(SpecNode, frozen=True, omit_defaults=True):
    """What was called `old` is called `new` now."""

    old: ChangedName
    new: Name


class FilledSpec(SpecNode, frozen=True, omit_defaults=True):
    """What rows that are there already get in a field."""

    target: ChangedName
    value: Node


class ChangesSpec(SpecNode, frozen=True, omit_defaults=True):
    """What becomes of the rows of a delivered application."""

    renamed: tuple[RenamedSpec, ...] = ()
    dropped: tuple[ChangedName, ...] = ()
    filled: tuple[FilledSpec, ...] = ()


class AppSpec(SpecNode, frozen=True, omit_defaults=True):
    """A whole application; `files` are the main file and what it includes, in order of reading."""

    name: Name
    description: str = ""
    enums: tuple[EnumSpec, ...] = ()
    entities: tuple[EntitySpec, ...] = ()
    flows: tuple[FlowSpec, ...] = ()
    settings: tuple[SettingSpec, ...] = ()
    files: tuple[str, ...] = ()
    changes: ChangesSpec | None = None
