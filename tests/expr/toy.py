"""A small schema and helpers for tests of the expression language."""

from __future__ import annotations

from collections.abc import Iterable

from generator.core.diagnostics import Diagnostic, Diagnostics
from generator.core.spans import Span
from generator.expr.model import EntityRef, Expr, Type
from generator.expr.parse import parse_expression
from generator.expr.scope import RowBinding, Scope
from generator.expr.typing import resolve

AT = Span("spec.yaml", 3, 11, 3, 11)

ENUMS = {"Color": ("RED", "GREEN"), "BoxStatus": ("OPEN", "SHUT")}
FIELDS: dict[str, dict[str, Type]] = {
    "Holder": {
        "id": Type("uuid"),
        "name": Type("string"),
        "email": Type("email"),
        "limit": Type("int"),
        "credit": Type("decimal", precision=10, scale=2),
        "born": Type("date", nullable=True),
    },
    "Box": {
        "id": Type("uuid"),
        "holder": Type("row", of="Holder"),
        "parent": Type("row", nullable=True, of="Box"),
        "status": Type("enum", of="BoxStatus"),
        "color": Type("enum", nullable=True, of="Color"),
        "limit": Type("int"),
        "count": Type("int"),
        "ratio": Type("float"),
        "open": Type("bool"),
        "made_at": Type("datetime"),
        "due": Type("date"),
        "at": Type("time"),
        "note": Type("text", nullable=True),
        "extra": Type("json"),
    },
    "Part": {
        "id": Type("uuid"),
        "box": Type("row", of="Box"),
        "holder": Type("row", nullable=True, of="Holder"),
        "limit": Type("int"),
        "amount": Type("decimal", precision=10, scale=2),
        "weight": Type("float", nullable=True),
        "day": Type("date"),
    },
}
COLLECTIONS = {"Box": {"parts": "Part", "friends": "Holder"}, "Holder": {"boxes": "Box"}}


class ToySchema:
    """Implements generator.expr.scope.Schema."""

    def field(self, entity: str, name: str) -> Type | None:
        return FIELDS.get(entity, {}).get(name)

    def is_over_rows(self, ref: EntityRef) -> bool:
        return ref.field in COLLECTIONS.get(ref.entity, {})  # nothing here is derived

    def collection(self, entity: str, name: str) -> str | None:
        return COLLECTIONS.get(entity, {}).get(name)

    def entity_exists(self, name: str) -> bool:
        return name in FIELDS

    def names(self, entity: str) -> Iterable[str]:
        return [*FIELDS[entity], *COLLECTIONS.get(entity, {})]

    def entities(self) -> Iterable[str]:
        return list(FIELDS)

    def enum_values(self, enum: str) -> tuple[str, ...]:
        return ENUMS.get(enum, ())


BOX = RowBinding("self", "Box")
SCOPE = Scope(
    rows={"self": BOX, "box": BOX, "made": RowBinding("made", "Part", fresh=True)},
    inputs={"amount": Type("decimal"), "to": Type("row", of="Holder"), "why": Type("string", nullable=True)},
    own=BOX,
)


def typed(
    text: str, scope: Scope = SCOPE, expected: Type | None = None, *, null_ok: bool = True
) -> tuple[Expr | None, list[Diagnostic]]:
    """Parse and type; return the expression and what was found."""
    found = Diagnostics()
    expr = resolve(parse_expression(text, AT), scope, ToySchema(), found, expected=expected, null_ok=null_ok)
    return expr, list(found)


def good(text: str, expected: Type | None = None, scope: Scope = SCOPE) -> Expr:
    """Parse and type something that must be right."""
    expr, found = typed(text, scope, expected)
    assert not found, found
    assert expr is not None
    return expr


def bad(text: str, expected: Type | None = None, *, null_ok: bool = True) -> Diagnostic:
    """Parse and type something that must be wrong in one way."""
    expr, found = typed(text, SCOPE, expected, null_ok=null_ok)
    assert expr is None
    assert len(found) == 1, found
    return found[0]
