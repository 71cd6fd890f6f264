"""What the parts of the lowering share: the drafts of entities and enums, messages, places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from generator.core.diagnostics import Diagnostic, Diagnostics
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.model import TypeName
from generator.expr.syntax import Name
from generator.ir.model import Collection, Enum, Field, ListOptions, Rule, SourceMap, StateMachine, Unique
from generator.spec.model import AppSpec, EntitySpec, FieldSpec


@dataclass
class EntityDraft:
    """An entity while it is put together; `fields` is in the final order."""

    spec: EntitySpec
    name: str
    snake: str
    plural: str
    fields: dict[str, Field] = field(default_factory=dict)
    field_specs: dict[str, FieldSpec] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)
    machines: dict[str, StateMachine] = field(default_factory=dict)
    owner: str = ""
    owner_field: str = ""
    owner_collection: str = ""
    uniques: tuple[Unique, ...] = ()
    rules: tuple[Rule, ...] = ()
    listing: ListOptions = field(default_factory=ListOptions)
    exposed: tuple[str, ...] = ()  # CRUD operations, in table order

    @property
    def id(self) -> str:
        """The IR node's id."""
        return f"entity:{self.name}"

    def members(self) -> list[str]:
        """Return the names that a path may go to from here."""
        return [*self.fields, *self.collections]


@dataclass
class Context:
    """One lowering: everything found so far, by name."""

    spec: AppSpec
    found: Diagnostics = field(default_factory=Diagnostics)
    places: SourceMap = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    entities: dict[str, EntityDraft] = field(default_factory=dict)

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record an error."""
        self.found.error(code, message, span, hint)

    def unknown(self, name: Name, code: str, message: str, hint: str = "") -> None:
        """Record a name that means nothing here."""
        self.found.unknown(name.text, Diagnostic(code, message, name.span, hint))

    def place(self, node_id: str, span: Span) -> str:
        """Remember where a node stood in the spec; return its id."""
        self.places.setdefault(node_id, span)
        return node_id

    def unique_id(self, wanted: str, span: Span) -> str:
        """Return `wanted`, or with -2, -3 ... behind it, and remember its place."""
        node_id, number = wanted, 2
        while node_id in self.places:
            node_id, number = f"{wanted}-{number}", number + 1
        return self.place(node_id, span)

    def entity(self, name: Name) -> EntityDraft | None:
        """Return an entity by name; an unknown one is an error."""
        found = self.entities.get(name.text)
        if found is None:
            hint = did_you_mean(name.text, self.entities)
            if name.text in self.enums or name.text in get_args(TypeName):
                hint = "only rows of an entity can be referred to or listed: make the values an entity"
            self.unknown(name, "E302", f"there is no entity `{name}`", hint)
        return found

    def stored_field(self, draft: EntityDraft, name: Name, what: str) -> Field | None:
        """Return a field that has a column; anything else is an error."""
        found = draft.fields.get(name.text)
        if found is None:
            hint = did_you_mean(name.text, draft.fields)
            self.unknown(name, "E303", f"{what}: `{draft.name}` has no field `{name}`", hint)
            return None
        if found.managed == "derived":
            self.error("E304", f"{what}: `{name}` is derived, it is not stored", name.span)
            return None
        return found
