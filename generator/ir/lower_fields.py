"""Fields: types, bounds, and who sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import msgspec

from generator.core.diagnostics import Diagnostic
from generator.core.suggest import did_you_mean
from generator.expr.model import Type, TypeName
from generator.expr.syntax import Name
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_names import RESERVED_FIELDS, add_inline_enum
from generator.ir.model import Field, Managed, StateMachine
from generator.ir.rules.limits import lower_limits
from generator.ir.schema import DraftSchema
from generator.spec.model import SCALARS, FieldSpec, StatesSpec, TypeSpec
from generator.spec.reader import MAX_NAME

_MAX_DIGITS = 38


@dataclass(frozen=True)
class Member:
    """A field's type and the word for its place, while it is lowered."""

    owner: str  # entity or flow: names an inline enum
    spec: FieldSpec


def lower_fields(context: Context) -> None:
    """Give every entity its id, fields and state fields; values and defaults come later."""
    for draft in context.entities.values():
        _add(
            context,
            draft,
            Field(f"field:{draft.name}.id", "id", "id", Type("uuid"), Managed.KEY),
            draft.spec.name,
        )
        for spec in draft.spec.fields:
            if spec.type.name != "list":
                _lower_field(context, draft, spec)
        for states in draft.spec.states:
            _lower_states(context, draft, states)


def _lower_field(context: Context, draft: EntityDraft, spec: FieldSpec) -> None:
    type_ = lower_type(context, Member(draft.name, spec))
    if not usable_name(context, spec.name) or type_ is None:
        return
    limits = lower_limits(spec.limits, type_, DraftSchema(context), context.found)
    managed = _managed(context, spec)
    field = Field(
        id=f"field:{draft.name}.{spec.name}",
        name=spec.name.text,
        wire=wire_name(spec.name.text, type_),
        type=type_,
        managed=managed,
        limits=limits,
        counter_per=spec.counter.per.text if spec.counter and spec.counter.per else "",
        unique=spec.modifier("unique") is not None,
        immutable=spec.modifier("immutable") is not None,
        description=spec.description,
    )
    draft.field_specs[spec.name.text] = spec
    _add(context, draft, field, spec.name)


def wire_name(name: str, type_: Type) -> str:
    """Return the name in JSON and in the table."""
    return f"{name}_id" if type_.name == "row" and not name.endswith("_id") else name


def usable_name(context: Context, name: Name) -> bool:
    """Refuse names that mean something else."""
    if name.text not in RESERVED_FIELDS:
        return True
    hint = (
        "every row has an `id`, set by the server: leave it out"
        if name.text == "id"
        else f"write `{name}_`, or rename it"
    )
    context.error("E314", f"`{name}` is reserved", name.span, hint)
    return False


def _add(context: Context, draft: EntityDraft, field: Field, name: Name) -> None:
    if field.name in draft.fields or field.name in draft.collections:
        hint = "state fields are declared under `states` only" if field.managed is Managed.STATE else ""
        context.error("E312", f"`{draft.name}` has a field `{field.name}` already", name.span, hint)
        return
    clash = next((f for f in draft.fields.values() if f.wire == field.wire), None)
    if clash:
        context.error(
            "E313",
            f"`{field.name}` and `{clash.name}` are both called `{field.wire}` in JSON",
            name.span,
            "rename one",
        )
        return
    if len(field.wire) > MAX_NAME:
        context.error("E128", f"the column `{field.wire}` is longer than {MAX_NAME} characters", name.span)
    draft.fields[field.name] = field
    context.place(field.id, name.span)


# --- types -------------------------------------------------------------------------


def lower_type(context: Context, member: Member) -> Type | None:
    """Return the type of a field or an input, None after a message."""
    spec = member.spec.type
    known = spec.name in (*SCALARS, "reference", "list", "enum") or spec.name in context.enums
    if known and spec.args:
        hint = "string(MAX), string(MIN..MAX), int(MIN..MAX), decimal(DIGITS,DECIMALS)"
        context.error("E143", f"`{spec.name}` does not take these numbers", spec.span, hint)
        return None
    if known and is_misnamed(context, spec):
        return None
    match spec.name:
        case "reference":
            entity = context.entity(spec.of) if spec.of else None
            return None if entity is None else Type("row", member.spec.nullable, entity.name)
        case "enum":
            name = add_inline_enum(context, member.owner, member.spec.name, spec.values, spec.span)
            return Type("enum", member.spec.nullable, name)
        case "decimal":
            return _decimal(context, spec, nullable=member.spec.nullable)
        case word if word in SCALARS:
            return Type(cast("TypeName", word), member.spec.nullable)
        case word if word in context.enums and not context.enums[word].machine:
            return Type("enum", member.spec.nullable, word)
        case word:
            _unknown_type(context, word, spec)
            return None


def is_misnamed(context: Context, spec: TypeSpec) -> bool:
    """Refuse names where a type takes none, and a missing one where it needs it: `text(A)`, `list`."""
    meant = {"reference": "-> {}", "list": "{}[]"}.get(spec.name)
    if spec.of is not None or spec.name == "enum" or not (spec.values or meant):
        return False
    named = spec.values[0].text if spec.values else "Entity"
    what = "does not take names in parentheses" if spec.values else "names no entity"
    hint = f"write `{meant.format(named)}`" if meant else ""
    context.error("E143", f"`{spec.name}` {what}", spec.span, hint)
    return True


def _decimal(context: Context, spec: TypeSpec, *, nullable: bool) -> Type | None:
    if spec.precision is None or spec.scale is None:
        context.error("E316", "decimal needs its digits and decimals", spec.span, "write decimal(10,2)")
        return None
    digits, decimals = spec.precision.text, spec.scale.text
    if not (
        digits.isdigit()
        and decimals.isdigit()
        and 1 <= int(digits) <= _MAX_DIGITS
        and int(decimals) <= int(digits)
    ):
        hint = f"1 to {_MAX_DIGITS} digits, then how many of them stand behind the point"
        context.error("E316", f"there is no decimal({digits},{decimals})", spec.span, hint)
        return None
    return Type("decimal", nullable, precision=int(digits), scale=int(decimals))


# What other languages and databases call the types.
_ELSEWHERE = {
    **dict.fromkeys(("integer", "bigint", "smallint", "int32", "int64", "long"), "int"),
    **dict.fromkeys(("str", "varchar", "char", "character"), "string(MAX)"),
    **dict.fromkeys(("double", "real", "float64"), "float"),
    **dict.fromkeys(("numeric", "number", "money", "currency"), "decimal(10,2)"),
    **dict.fromkeys(("timestamp", "timestamptz", "instant"), "datetime"),
    **dict.fromkeys(("jsonb", "object", "dict", "map"), "json"),
    "boolean": "bool",
    "guid": "uuid",
}


def _unknown_type(context: Context, word: str, spec: TypeSpec) -> None:
    hint = did_you_mean(word, [*SCALARS, "enum", *context.enums])
    if word.lower() in _ELSEWHERE:
        hint = f"here it is called `{_ELSEWHERE[word.lower()]}`"
    if word in context.entities:
        hint = f"a reference to one row is written `-> {word}`, a list of rows `{word}[]`"
    context.found.unknown(word, Diagnostic("E315", f"there is no type `{word}`", spec.span, hint))


# --- who sets a field ----------------------------------------------------------------


def _managed(context: Context, spec: FieldSpec) -> Managed:
    ways = {
        Managed.COUNTER: spec.counter is not None,
        Managed.SNAPSHOT: spec.snapshot is not None,
        Managed.DERIVED: spec.derived is not None,
        Managed.TOUCHED: spec.modifier("touched") is not None,
        Managed.SERVER: spec.modifier("server") is not None,
    }
    chosen = [managed for managed, is_so in ways.items() if is_so]
    if len(chosen) > 1 and set(chosen) != {Managed.TOUCHED, Managed.SERVER}:
        words = " and ".join(chosen)
        context.error("E321", f"`{spec.name}` can't be {words} at once", spec.span)
    managed = chosen[0] if chosen else Managed.CLIENT
    _refuse_modifiers(context, spec, managed)
    return managed


_FORBIDDEN: dict[str, tuple[Managed, ...]] = {
    "owned": tuple(Managed),
    "immutable": (Managed.DERIVED, Managed.TOUCHED, Managed.SERVER, Managed.SNAPSHOT, Managed.COUNTER),
    "unique": (Managed.DERIVED, Managed.TOUCHED),
}


def _refuse_modifiers(context: Context, spec: FieldSpec, managed: Managed) -> None:
    for modifier in spec.modifiers:
        if managed in _FORBIDDEN.get(modifier.name, ()):
            what = (
                "only a list of rows can be owned"
                if modifier.name == "owned"
                else f"a {managed} field can't be {modifier.name}"
            )
            context.error(
                "E321", what, modifier.span, "write `Entity[] owned`" if modifier.name == "owned" else ""
            )
    if spec.modifier("unique") and spec.type.name in ("bool", "json"):
        context.error("E334", f"a {spec.type.name} can't be unique", spec.span)
    if managed is Managed.DERIVED and spec.limits and spec.type.name not in ("string", "text"):
        context.error(
            "E321", "a derived field has no bounds of its own", spec.limits[0].span, "state a rule instead"
        )
    if managed in (Managed.SERVER, Managed.TOUCHED) and spec.default is None:
        _need_default(context, spec, managed)


def _need_default(context: Context, spec: FieldSpec, managed: Managed) -> None:
    if managed is Managed.TOUCHED:
        context.error(
            "E323",
            f"`{spec.name}` is touched but has no default to be set to",
            spec.name.span,
            "write `= now() touched`",
        )
    elif not spec.nullable:
        hint = "give it a default, or allow null with `?`"
        context.error(
            "E322",
            f"nothing sets `{spec.name}`: it is kept by the server and has no default",
            spec.name.span,
            hint,
        )


# --- states --------------------------------------------------------------------------


def _lower_states(context: Context, draft: EntityDraft, spec: StatesSpec) -> None:
    if not usable_name(context, spec.field):
        return
    if spec.field.text in draft.fields:
        hint = "state fields are declared under `states` only"
        context.error("E312", f"`{draft.name}` has a field `{spec.field}` already", spec.field.span, hint)
        return
    names = list(_states(spec).values())
    enum = add_inline_enum(
        context, draft.name, spec.field, tuple(names), spec.field.span, f"{draft.name}.{spec.field}"
    )
    field = Field(
        f"field:{draft.name}.{spec.field}",
        spec.field.text,
        spec.field.text,
        Type("enum", of=enum),
        Managed.STATE,
    )
    machine = StateMachine(
        id=f"machine:{draft.name}.{spec.field}",
        field=spec.field.text,
        enum=enum,
        states=tuple(n.text for n in names),
        initial=spec.initial.text,
        transitions=_transitions(context, spec),
    )
    _add(context, draft, field, spec.field)
    context.place(machine.id, spec.field.span)
    draft.machines[spec.field.text] = machine
    _refuse_unreachable(context, machine, _states(spec))


def _states(spec: StatesSpec) -> dict[str, Name]:
    """Return every state where it is first written, the initial one first."""
    names = [spec.initial]
    for move in spec.moves:
        names.append(move.source)
        names.extend(move.targets)
    first: dict[str, Name] = {}
    for name in names:
        first.setdefault(name.text, name)
    return first


def _transitions(context: Context, spec: StatesSpec) -> tuple[tuple[str, str], ...]:
    pairs: dict[tuple[str, str], None] = {}
    for move in spec.moves:
        for target in move.targets:
            pair = (move.source.text, target.text)
            if pair in pairs:
                context.error("E502", f"the move {pair[0]} -> {pair[1]} is listed twice", target.span)
            pairs[pair] = None
    return tuple(pairs)


def _refuse_unreachable(context: Context, machine: StateMachine, names: dict[str, Name]) -> None:
    reached = {machine.initial}
    grown = True
    while grown:
        more = {to for source, to in machine.transitions if source in reached} - reached
        grown = bool(more)
        reached |= more
    for state in machine.states:
        if state not in reached:
            hint = f"no moves lead to it from `{machine.initial}`"
            if state.lower() in ("final", "end", "terminal"):
                hint = "a state without moves of its own is final: leave this out"
            context.error("E501", f"the state `{state}` can't be reached", names[state].span, hint)


# --- owners -----------------------------------------------------------------------------


def add_owner_field(draft: EntityDraft, owner: EntityDraft, collection: str) -> Field:
    """Put the reference to the owning row second."""
    name = owner.snake
    field = Field(
        f"field:{draft.name}.{name}",
        name,
        wire_name(name, Type("row")),
        Type("row", of=owner.name),
        Managed.OWNER,
    )
    rest = {k: v for k, v in draft.fields.items() if k not in ("id", name)}
    draft.fields = {"id": draft.fields["id"], name: field, **rest}
    draft.owner, draft.owner_field, draft.owner_collection = owner.name, name, collection
    return field


def replace(draft: EntityDraft, name: str, **changes: Any) -> None:
    """Change attributes of a field in place of the old one."""
    draft.fields[name] = msgspec.structs.replace(draft.fields[name], **changes)
