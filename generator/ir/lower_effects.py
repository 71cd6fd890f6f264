"""Effects: every form desugared to assign, transition, create, each, when, delete, link."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import assert_never

import msgspec

from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.model import EntityRef, Literal
from generator.expr.scope import RowBinding
from generator.expr.syntax import Arith, AssignForm, DeleteForm, ElseForm, Name, Node, Path, TransitionForm
from generator.expr.typing import resolve, resolve_condition, resolve_row, resolve_rows, resolve_target
from generator.ir.lower_context import EntityDraft
from generator.ir.lower_create import lower_create
from generator.ir.lower_rules import answer
from generator.ir.lower_writer import Bindings, Writer, element_entity, split_rows
from generator.ir.model import Assign, Delete, Each, Effect, Link, Managed, StateMachine, Transition, When
from generator.ir.nullness import Nullness
from generator.ir.reads import Known, forgotten, known_otherwise, known_present
from generator.spec.model import CreateSpec, EachSpec, EffectSpec, IfSpec

_WRITABLE = (Managed.CLIENT, Managed.SERVER, Managed.SNAPSHOT)


def lower_block(
    writer: Writer, specs: tuple[EffectSpec, ...], bindings: Bindings
) -> tuple[tuple[Effect, ...], Bindings]:
    """Return the effects in order, and the bindings behind them."""
    done: list[Effect] = []
    for spec in specs:
        before = Nullness(writer.context, bindings.known)
        effects, bindings = _lower(writer, spec, bindings)
        done.extend(effects)
        known = forgotten(bindings.known, _assigned((spec,))) | _now_there(effects, before)
        bindings = Bindings(bindings.scope, known)
    return tuple(done), bindings


def _lower(writer: Writer, spec: EffectSpec, bindings: Bindings) -> tuple[tuple[Effect, ...], Bindings]:
    effect: Effect | None
    match spec:
        case CreateSpec():
            return lower_create(writer, spec, bindings)
        case EachSpec():
            effect = _each(writer, spec, bindings)
        case IfSpec():
            effect = _when(writer, spec, bindings)
        case TransitionForm():
            effect = _transition(writer, spec, bindings)
        case AssignForm():
            effect = _assign(writer, spec, bindings)
        case DeleteForm():
            effect = _delete(writer, spec, bindings)
        case _:
            assert_never(spec)
    return (() if effect is None else (effect,)), bindings


def _assigned(specs: tuple[EffectSpec, ...]) -> frozenset[str]:
    """Return the names of the fields that effects set."""
    names: set[str] = set()
    for spec in specs:
        match spec:
            case AssignForm(target=target):
                names.add(target.parts[-1])
            case EachSpec(body=body):
                names |= _assigned(body)
            case IfSpec(then=then, otherwise=otherwise):
                names |= _assigned((*then, *otherwise))
            case CreateSpec() | TransitionForm() | DeleteForm():
                pass
            case _:
                assert_never(spec)
    return frozenset(names)


def _now_there(effects: tuple[Effect, ...], before: Nullness) -> Known:
    """Return the references that effects have set to a row, where the path to them stays what it was."""
    found = set()
    for effect in effects:
        if isinstance(effect, Assign) and effect.target.type.name == "row":
            target = effect.target
            if target.field not in target.via and not before.may_be_null(effect.value):
                found.add((target.root, *target.via, target.field))
    return frozenset(found)


def _target(writer: Writer, path: Path, bindings: Bindings) -> EntityRef | None:
    return resolve_target(path, bindings.scope, writer.schema, writer.context.found)


# --- assignment, links ------------------------------------------------------------------


def _assign(writer: Writer, spec: AssignForm, bindings: Bindings) -> Effect | None:
    target = _target(writer, spec.target, bindings)
    if target is None:
        return None
    if not target.field:
        writer.error("E616", f"`{spec.target}` is a row, not a field", spec.target.span)
        return None
    holder = writer.holder(target)
    if target.field in holder.collections:
        return _link(writer, spec, target, holder, bindings)
    field = holder.fields[target.field]
    if field.managed is Managed.STATE:
        return _set_state(writer, spec, target, holder.machines[field.name], bindings)
    if field.managed not in _WRITABLE:
        message = f"`{field.name}` can't be set: it is {_KEPT[field.managed]}"
        writer.error("E617", message, spec.target.places[-1], _WAYS_OUT.get(field.managed, ""))
        return None
    if any(f.counter_per == field.name for f in holder.fields.values()):
        message = f"`{field.name}` can't be set: a counter of this row counts per `{field.name}`"
        writer.error("E617", message, spec.target.places[-1])
        return None
    if not writer.row_is_there(target, spec.target, bindings):
        return None
    value = writer.value(_expanded(spec), field, bindings)
    settled = msgspec.structs.replace(target, type=field.type)  # hops that may be null are known by now
    return None if value is None else Assign(writer.new_id(spec.span), settled, value)


_WAYS_OUT: dict[Managed, str] = {
    Managed.OWNER: "a row stays with its owner: create another one there, or refer to it instead",
    Managed.DERIVED: "set what it is computed from",
}
_KEPT: dict[Managed, str] = {
    Managed.KEY: "the row's key",
    Managed.DERIVED: "derived",
    Managed.TOUCHED: "set at every write",
    Managed.OWNER: "the row's owner",
    Managed.COUNTER: "a counter",
    Managed.STATE: "a state",
}
_OPERATORS: dict[str, OneOf["+", "-", "*"]] = {"+=": "+", "-=": "-", "*=": "*"}


def _expanded(spec: AssignForm) -> Node:
    """Write `x += e` as `x = x + e`."""
    if spec.op == "=":
        return spec.value
    return Arith(spec.span, _OPERATORS[spec.op], spec.target, spec.value)


def _link(
    writer: Writer, spec: AssignForm, target: EntityRef, holder: EntityDraft, bindings: Bindings
) -> Effect | None:
    collection = holder.collections[target.field]
    if collection.kind != "links" or spec.op not in ("+=", "-=") or not isinstance(spec.value, Path):
        hint = "rows are linked with `+= row` and `-= row`; owned rows come by `create` and go by `delete`"
        writer.error("E618", f"`{spec.target}` can't be set", spec.span, hint)
        return None
    row = resolve_row(spec.value, bindings.scope, writer.schema, writer.context.found)
    if row is None or not writer.row_is_there(target, spec.target, bindings):
        return None
    if row.type.of != collection.entity:
        writer.error("E410", f"{row.type.of} does not fit {collection.entity}", spec.value.span)
        return None
    if not _settled(writer, row, spec.value, bindings):
        return None
    return Link(writer.new_id(spec.span), target, row, remove=spec.op == "-=")


def _settled(writer: Writer, row: EntityRef, path: Path, bindings: Bindings) -> bool:
    """Refuse a row that may be null."""
    if not Nullness(writer.context, bindings.known).may_be_null(row):
        return True
    writer.error(
        "E615", f"`{path}` may be null", path.span, f"put it in `if: {path}.exists`, or require that"
    )
    return False


# --- states -------------------------------------------------------------------------------


def _set_state(
    writer: Writer, spec: AssignForm, target: EntityRef, machine: StateMachine, bindings: Bindings
) -> Effect | None:
    scope, found = bindings.scope, writer.context.found
    value = resolve(spec.value, scope, writer.schema, found, expected=target.type)
    if value is None:
        return None
    if not isinstance(value, Literal) or spec.op != "=":
        hint = "use `if` to choose between two"
        writer.error("E619", "a state is set to one of its names", spec.value.span, hint)
        return None
    if not writer.row_is_there(target, spec.target, bindings):
        return None
    to = Name(spec.value.span, str(value.value))
    return _move(writer, spec.span, target, machine, (), to, None)


def _transition(writer: Writer, spec: TransitionForm, bindings: Bindings) -> Effect | None:
    target = _target(writer, spec.target, bindings)
    if target is None:
        return None
    machine = writer.holder(target).machines.get(target.field)
    if machine is None:
        hint = "only fields under `states` make transitions; set others with `=`"
        writer.error("E620", f"`{spec.target}` is no state field", spec.target.span, hint)
        return None
    if not writer.row_is_there(target, spec.target, bindings):
        return None
    return _move(writer, spec.span, target, machine, spec.sources, spec.to, spec.otherwise)


def _move(
    writer: Writer,
    span: Span,
    target: EntityRef,
    machine: StateMachine,
    sources: tuple[Name, ...],
    to: Name,
    otherwise: ElseForm | None,
) -> Effect | None:
    if not _states_known(writer, machine, (*sources, to)):
        return None
    allowed = tuple(s.text for s in sources) or tuple(a for a, b in machine.transitions if b == to.text)
    if not allowed:
        hint = "add the move under `states`"
        writer.error("E505", f"no state of {machine.enum} moves to `{to}`", to.span, hint)
    for name in sources:
        if (name.text, to.text) not in machine.transitions:
            hint = f"add it under `states`: {name}: [{to}]"
            writer.error("E505", f"{machine.enum} has no move {name} -> {to}", name.span, hint)
    usual = f"{target.field} must be {' or '.join(allowed)}"
    status, message = answer(writer.context, otherwise, 422, usual)
    settled = msgspec.structs.replace(target, type=msgspec.structs.replace(target.type, nullable=False))
    return Transition(writer.new_id(span), settled, tuple(dict.fromkeys(allowed)), to.text, status, message)


def _states_known(writer: Writer, machine: StateMachine, names: tuple[Name, ...]) -> bool:
    unknown = [name for name in names if name.text not in machine.states]
    for name in unknown:
        hint = did_you_mean(name.text, machine.states)
        if name.text in ("any", "all", "ANY", "ALL"):
            hint = "any state is written `*`"
        writer.error("E504", f"`{name}` is no state of {machine.enum}", name.span, hint)
    return not unknown


# --- blocks ---------------------------------------------------------------------------------


def _each(writer: Writer, spec: EachSpec, bindings: Bindings) -> Effect | None:
    source, name = split_rows(spec.rows)
    rows = resolve_rows(source, bindings.scope, writer.schema, writer.context.found)
    if name is None:
        writer.error("E621", "the rows need a name", source.span, f"each: {source} as item")
    if rows is None or name is None:
        if name is not None:
            writer.context.found.lose(name.text)
        return None
    node_id = writer.new_id(spec.span)
    writer.refuse_shadowing(name, bindings)
    entity = element_entity(rows)
    row = RowBinding(writer.bind(name.text, entity), entity)
    inner = bindings.with_row(name.text, row)
    where = writer.filter(spec.where, inner, row)
    known = inner.known | known_present(where) if where is not None else inner.known
    known = forgotten(known, _assigned(spec.body))  # the second time round, the body has run
    body, _ = lower_block(writer, spec.body, Bindings(inner.scope, known))
    return Each(node_id, rows, row.root, body, where)


def _when(writer: Writer, spec: IfSpec, bindings: Bindings) -> Effect | None:
    scope, found = bindings.scope, writer.context.found
    condition = resolve_condition(spec.condition, scope, writer.schema, found)
    if condition is None:
        return None
    node_id = writer.new_id(spec.span)
    before = set(writer.deleted)
    then, _ = lower_block(writer, spec.then, Bindings(scope, bindings.known | known_present(condition)))
    after_then, writer.deleted = writer.deleted, before
    absent = Bindings(scope, bindings.known | known_otherwise(condition))
    otherwise, _ = lower_block(writer, spec.otherwise, absent)
    writer.deleted |= after_then
    return When(node_id, condition, then, otherwise)


def _goes_with(writer: Writer, target: EntityRef) -> bool:
    """Whether the row that the path begins with is deleted: itself, or a row that owns it."""
    if target.type.name == "rows":
        return False
    draft = writer.context.entities[target.entity.removeprefix("entity:")]
    for name in (*target.via, *filter(None, [target.field])):
        if draft.fields[name].managed is not Managed.OWNER:
            return False
        draft = writer.context.entities[draft.fields[name].type.of]
    return True


def _delete(writer: Writer, spec: DeleteForm, bindings: Bindings) -> Effect | None:
    target = _target(writer, spec.target, bindings)
    if target is None:
        return None
    if target.type.name not in ("row", "rows"):
        writer.error("E622", f"`{spec.target}` is a value, not a row", spec.target.span)
        return None
    many = target.type.name == "rows"
    if many and writer.holder(target).collections[target.field].kind == "links":
        hint = "unlink rows with `-= row`"
        writer.error("E622", f"`{spec.target}` are links, not owned rows", spec.target.span, hint)
        return None
    if not writer.row_is_there(target, spec.target, bindings):
        return None
    if not many and not _settled(writer, target, spec.target, bindings):
        return None
    if _goes_with(writer, target):
        writer.deleted.add(target.root)
    return Delete(writer.new_id(spec.span), target)
