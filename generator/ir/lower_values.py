"""Defaults, snapshots, derived values and counters."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from graphlib import TopologicalSorter

import msgspec

from generator.core.spans import Span
from generator.expr.model import EntityRef, Expr, Literal, Type
from generator.expr.scope import NOTHING, RowBinding, Scope
from generator.expr.syntax import Compare, Node, paths
from generator.expr.typing import resolve
from generator.expr.typing_rules import filled
from generator.expr.walk import refs, walk
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.model import Field, Limits, Managed
from generator.ir.nullness import Nullness
from generator.ir.reads import is_constant
from generator.ir.schema import DraftSchema
from generator.spec.model import FieldSpec


def lower_values(context: Context) -> None:
    """Fill in what fields are set to."""
    for draft in context.entities.values():
        for name, spec in draft.field_specs.items():
            if name in draft.fields and draft.fields[name].managed is not Managed.OWNER:
                draft.fields[name] = _with_value(context, draft, draft.fields[name], spec)
    for draft in context.entities.values():
        _keep_counted(draft)
        _refuse_early_reads(context, draft)
    _refuse_derived_circles(context)


def _keep_counted(draft: EntityDraft) -> None:
    """Keep the references that counters count per as they are: elsewhere the number may be taken."""
    for name in {field.counter_per for field in draft.fields.values()} & set(draft.fields):
        draft.fields[name] = msgspec.structs.replace(draft.fields[name], immutable=True)


def row_scope(draft: EntityDraft, *, old: bool = False, fresh: bool = False) -> Scope:
    """Return the scope of an expression over one row."""
    row = RowBinding("self", draft.name, fresh=fresh)
    return Scope(rows={"self": row, draft.snake: row}, own=row, old=old)


def _with_value(context: Context, draft: EntityDraft, field: Field, spec: FieldSpec) -> Field:
    node = spec.snapshot or spec.derived
    if spec.counter is not None:
        _check_counter(context, draft, field, spec)
    if spec.default is not None and _reads_row(context, draft, spec.default, field.type):
        return field
    if spec.default is not None:
        default = lower_default(context, spec.default, field.type, field.limits)
        return msgspec.structs.replace(field, default=default)
    if node is None:
        return field
    if spec.derived is not None and field.type.name == "row":
        context.error(
            "E326", "a reference can't be derived", spec.type.span, "derive the value that you need of it"
        )
        return field
    derived = spec.derived is not None
    value = resolve(
        node, row_scope(draft), DraftSchema(context), context.found, expected=field.type, null_ok=derived
    )
    if derived and value is not None and not field.type.nullable and Nullness(context).may_be_null(value):
        hint = f"allow null with `?`, or give a value for that case{filled(field.type)}"
        context.error("E412", "this may be null, but what it is for may not", node.span, hint)
        return field
    return msgspec.structs.replace(field, value=value)


def _reads_row(context: Context, draft: EntityDraft, default: Node, type_: Type) -> bool:
    """Refuse a default that reads the row's own fields."""
    values = context.enums[type_.of].values if type_.name == "enum" else ()
    for path in paths(default):
        if path.parts[0] in draft.members() and path.parts[0] not in values:
            hint = "`= EXPR snapshot` stores it when the row is made, `:= EXPR` computes it at every read"
            context.error("E324", f"a default can't read `{path}`: it knows no row", path.span, hint)
            return True
    return False


def _check_counter(context: Context, draft: EntityDraft, field: Field, spec: FieldSpec) -> None:
    if field.type != Type("int"):
        context.error("E332", "a counter is an `int` that is never null", spec.type.span)
    per = spec.counter.per if spec.counter else None
    if per is None:
        return
    target = context.stored_field(draft, per, "next()")
    if target is not None and (target.type.name != "row" or target.type.nullable):
        context.error("E333", f"next() counts per row of a required reference; `{per}` is none", per.span)


def lower_default(context: Context, node: Node, type_: Type, limits: Limits) -> Expr | None:
    """Return a default: literals and the clock only, within the bounds."""
    if isinstance(node, Compare) and type_.name != "bool":
        context.error("E324", "a bound can't stand behind the default", node.span, "write int >= 0 <= 9 = 5")
        return None
    found = resolve(node, NOTHING, DraftSchema(context), context.found, expected=type_, null_ok=False)
    if found is None:
        return None
    if not is_constant(found):
        context.error(
            "E324", "a default is made of literals, now() and today()", node.span, "write `= EXPR snapshot`"
        )
        return None
    if isinstance(found, Literal) and found.value is not None:
        _refuse_outside(context, found, limits, node.span)
    return found


def _refuse_outside(context: Context, literal: Literal, limits: Limits, span: Span) -> None:
    value = literal.value
    if isinstance(value, str) and literal.type.name in ("string", "text"):
        long, short = limits.max_length, limits.min_length
        if (long is not None and len(value) > long) or (short is not None and len(value) < short):
            context.error("E325", "the default does not have the length that the field asks for", span)
        return
    numeric = literal.type.name in ("int", "decimal", "float")
    left = Decimal(str(value)) if numeric else str(value)
    for op, text in (("gt", limits.gt), ("ge", limits.ge), ("lt", limits.lt), ("le", limits.le)):
        right = Decimal(text) if numeric and text is not None else text
        if right is not None and not _holds(left, op, right):
            context.error("E325", "the default is outside of the field's bounds", span)


def _holds(left: object, op: str, right: object) -> bool:
    a, b = (left, right) if op in ("gt", "ge") else (right, left)
    return bool(a >= b if op in ("ge", "le") else a > b)  # type: ignore[operator]


# --- what can be read when ------------------------------------------------------------


def _refuse_early_reads(context: Context, draft: EntityDraft) -> None:
    """Refuse snapshots of what is not there yet when the row is made."""
    seen: set[str] = set()
    for field in draft.fields.values():
        spec = draft.field_specs.get(field.name)
        if field.managed is Managed.SNAPSHOT and field.value is not None and spec and spec.snapshot:
            for ref in refs(field.value):
                reason = _too_early(draft, ref, seen)
                if reason:
                    context.error("E326", f"a snapshot can't read {reason}", spec.snapshot.span)
        seen.add(field.name)


def _too_early(draft: EntityDraft, ref: EntityRef, seen: set[str]) -> str:
    first = ref.via[0] if ref.via else ref.field
    if ref.root != "self" or not first:
        return ""
    if first in draft.collections:
        return f"`{first}`: a new row has no rows yet"
    managed = draft.fields[first].managed
    if managed is Managed.DERIVED:
        return f"`{first}`: it is derived from the row that is being made"
    if managed in (Managed.SNAPSHOT, Managed.COUNTER) and first not in seen:
        return f"`{first}`, which is set later: declare it before"
    return ""


Place = tuple[str, str]
_MOST_STEPS, _MOST_PARTS = 40, 4000


def _refuse_derived_circles(context: Context) -> None:
    reads: dict[Place, set[Place]] = {}
    for draft in context.entities.values():
        for field in draft.fields.values():
            if field.managed is Managed.DERIVED and field.value is not None:
                reads[(draft.name, field.name)] = set(fields_read(context, field.value))
    circles = [place for place in reads if _circular(place, reads)]
    for place in circles:
        context.error("E327", f"`{place[0]}.{place[1]}` is derived from itself", _named_at(context, place))
    if not circles:
        _refuse_long_chains(context, {place: read & reads.keys() for place, read in reads.items()})


def _named_at(context: Context, place: Place) -> Span:
    return context.entities[place[0]].field_specs[place[1]].name.span


def _refuse_long_chains(context: Context, reads: Mapping[Place, AbstractSet[Place]]) -> None:
    """Refuse derived values that grow without end: each that is read is written out anew."""
    sizes: dict[Place, int] = {}
    depths: dict[Place, int] = {}
    for place in TopologicalSorter(reads).static_order():
        parts = [_derived_at(context, node) for node in walk(_value(context, place))]
        sizes[place] = sum(1 + sizes.get(part, 0) for part in parts)
        depths[place] = 1 + max((depths[part] for part in reads[place]), default=0)
        if sizes[place] > _MOST_PARTS or depths[place] > _MOST_STEPS:
            message = f"`{place[0]}.{place[1]}` is derived in too many steps from other derived values"
            limits = f"{_MOST_STEPS} steps and {_MOST_PARTS} parts"
            hint = f"at most {limits} when written out: store a value on the way, or read fewer"
            context.error("E335", message, _named_at(context, place), hint)
            return


def _value(context: Context, place: Place) -> Expr:
    value = context.entities[place[0]].fields[place[1]].value
    assert value is not None  # noqa: S101 - a derived field that was read
    return value


def _derived_at(context: Context, node: Expr) -> Place:
    """Return the field that a reference reads; nothing for other nodes."""
    return fields_read(context, node)[-1] if isinstance(node, EntityRef) and node.field else ("", "")


def _circular(place: Place, reads: dict[Place, set[Place]]) -> bool:
    seen: set[Place] = set()
    stack = list(reads[place])
    while stack:
        at = stack.pop()
        if at == place:
            return True
        if at in reads and at not in seen:
            seen.add(at)
            stack.extend(reads[at])
    return False


def fields_read(context: Context, expr: Expr) -> list[Place]:
    """Return (entity, field) of each field and collection that an expression reads, hops included."""
    found: dict[Place, None] = {}
    for node in walk(expr):
        if isinstance(node, EntityRef):
            entity = node.entity.removeprefix("entity:")
            for hop in node.via:
                found.setdefault((entity, hop))
                entity = context.entities[entity].fields[hop].type.of
            if node.field:
                found.setdefault((entity, node.field))
    return list(found)
