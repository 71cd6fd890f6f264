"""What the lowering of a flow's effects shares: names in scope, ids, checks on rows."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from generator.core.spans import Span
from generator.expr.model import EntityRef, Expr, RowsOf
from generator.expr.scope import RowBinding, Scope
from generator.expr.syntax import Name, Node, Path, RowsAs
from generator.expr.typing import resolve, resolve_condition
from generator.expr.typing_rules import filled
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.model import Field
from generator.ir.nullness import Nullness
from generator.ir.reads import Known
from generator.ir.schema import DraftSchema


@dataclass(frozen=True)
class Bindings:
    """What is in scope at one point of a flow, and which references can't be null there."""

    scope: Scope
    known: Known

    def with_row(self, name: str, row: RowBinding) -> Bindings:
        """Return the bindings with one more row."""
        return Bindings(self.scope.with_row(name, row), self.known)


class Writer:
    """One flow while it is lowered; `deleted` are the bindings of rows that it may have deleted so far."""

    def __init__(self, context: Context, owner: str, names: dict[str, str]) -> None:
        self.context = context
        self.schema = DraftSchema(context)
        self.deleted: set[str] = set()
        self._owner = owner
        self._names = names
        self._count = 0

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record an error."""
        self.context.error(code, message, span, hint)

    def new_id(self, span: Span) -> str:
        """Return the id of the next effect."""
        self._count += 1
        return self.context.place(f"effect:{self._owner}:{self._count}", span)

    def bind(self, wanted: str, entity: str) -> str:
        """Return a binding that nothing else in the flow has."""
        name, number = wanted, 2
        while name in self._names or name in ("self", "input"):
            name, number = f"{wanted}_{number}", number + 1
        self._names[name] = entity
        return name

    def refuse_shadowing(self, name: Name, bindings: Bindings) -> None:
        """Refuse a name that means something already."""
        if (
            name.text in bindings.scope.rows
            or name.text in bindings.scope.inputs
            or name.text in ("self", "input", "none")
        ):
            self.error(
                "E613", f"`{name}` is the name of something else here", name.span, "choose another name"
            )

    # --- rows ------------------------------------------------------------------

    def row_is_there(self, ref: EntityRef, path: Path, bindings: Bindings) -> bool:
        """Refuse to change a row that may not be there, and one that is deleted already."""
        if ref.root in self.deleted:
            self.error("E614", f"`{path.parts[0]}` is deleted before this", path.span)
            return False
        row = msgspec.structs.replace(ref, field=ref.via[-1], via=ref.via[:-1]) if ref.via else None
        if row is not None and Nullness(self.context, bindings.known).reference_may_be_null(row):
            self._refuse_null(path, path.parts[:-1])
            return False
        return self._root_is_there(ref, path, bindings)

    def _root_is_there(self, ref: EntityRef, path: Path, bindings: Bindings) -> bool:
        given = bindings.scope.inputs.get(ref.root.removeprefix("input:"))
        optional = ref.root.startswith("input:") and given is not None and given.nullable
        if optional and (ref.root,) not in bindings.known:
            self._refuse_null(path, path.parts[: 2 if path.parts[0] == "input" else 1])
            return False
        return True

    def _refuse_null(self, path: Path, parts: tuple[str, ...]) -> None:
        row = ".".join(parts)
        self.error(
            "E615", f"`{row}` may be null", path.span, f"put it in `if: {row}.exists`, or require that"
        )

    def _entity_at(self, ref: EntityRef, hops: int) -> EntityDraft:
        """Return the entity of the row that is reached over the first hops."""
        draft = self.context.entities[ref.entity.removeprefix("entity:")]
        for hop in ref.via[:hops]:
            draft = self.context.entities[draft.fields[hop].type.of]
        return draft

    def holder(self, ref: EntityRef) -> EntityDraft:
        """Return the entity of the row that holds the field."""
        return self._entity_at(ref, len(ref.via))

    def value(self, node: Node, field: Field, bindings: Bindings) -> Expr | None:
        """Return what a field is set to; null only where the field allows it."""
        found = resolve(node, bindings.scope, self.schema, self.context.found, expected=field.type)
        if found is None or field.type.nullable:
            return found
        if not Nullness(self.context, bindings.known).may_be_null(found):
            return found
        hint = f"require that it is not null, or give a value for that case{filled(field.type)}"
        self.error("E412", f"this may be null, but `{field.name}` may not", node.span, hint)
        return None

    def filter(self, node: Node | None, bindings: Bindings, element: RowBinding) -> Expr | None:
        """Return a condition over each row; bare names are its fields first."""
        if node is None:
            return None
        return resolve_condition(node, bindings.scope.within(element), self.schema, self.context.found)


def split_rows(rows: RowsAs | Path) -> tuple[Path, Name | None]:
    """Return the rows and their name, if there is one."""
    return (rows.source, rows.name) if isinstance(rows, RowsAs) else (rows, None)


def element_entity(rows: EntityRef | RowsOf) -> str:
    """Return the entity of the rows."""
    return rows.type.of if isinstance(rows, EntityRef) else rows.entity.removeprefix("entity:")
