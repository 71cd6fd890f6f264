"""Changes of the IR's own nodes: conditions, effects, fields, limits, uniques, lists, operations."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from generator.ir.index import Index
from generator.ir.model import (
    Condition,
    Each,
    Enum,
    Field,
    InfrastructureIR,
    Limits,
    Link,
    ListOptions,
    Managed,
    Operation,
    StateMachine,
    Transition,
    Unique,
)
from generator.verify.mutants.ir.exprs import New
from generator.verify.mutants.ir.places import Place, without
from generator.verify.mutants.model import Kind

_DROPPED: dict[str, Kind] = {
    "requires": "guard_dropped",
    "ensures": "guard_dropped",
    "rules": "guard_dropped",
    "effects": "effect_dropped",
    "body": "effect_dropped",
    "then": "effect_dropped",
    "otherwise": "effect_dropped",
    "uniques": "constraint_dropped",
    "filters": "list_changed",
    "sorts": "list_changed",
    "search": "list_changed",
    "default_sort": "list_changed",
}
_BOUNDS = {"gt": "ge", "ge": "gt", "lt": "le", "le": "lt"}
_CONFLICTS = ("reject", "reuse", "add", "replace")


def node_changes(place: Place, index: Index) -> Iterator[New]:  # noqa: C901 - a table of node types
    """Yield what may stand in a node's place."""
    match place.value:
        case tuple():
            yield from _fewer(place)
        case Condition() as condition:
            yield "status_changed", replace(condition, status=_other_status(condition.status)), "status"
        case Transition() as effect:
            yield from _transition(effect, index)
        case Each(where=where) as each if where is not None:
            yield "effect_changed", replace(each, where=None), "`where` dropped"
        case Link() as link:
            yield "effect_changed", replace(link, remove=not link.remove), "linked instead of unlinked"
        case StateMachine() as machine:
            yield from _machine(machine)
        case Enum() as enum:
            yield "type_changed", replace(enum, values=(*enum.values, "ONE_MORE")), "takes a value more"
        case Limits() as limits:
            yield from _limits(limits, place.holder)
        case Field() as field:
            yield from _field(field)
        case Unique() as unique:
            yield from _unique(unique)
        case ListOptions() as options:
            yield from _listing(options)
        case Operation() as operation:
            status = 200 if operation.status == 201 else 201
            yield "status_changed", replace(operation, status=status), f"answers {status}"
        case InfrastructureIR() as settings:
            yield "list_changed", replace(settings, page_size=settings.page_size + 1), "a longer page"
            more = settings.max_page_size + 1
            yield "list_changed", replace(settings, max_page_size=more), "a longer page may be asked for"
        case _:
            pass


def _other_status(status: int) -> int:
    return 409 if status != 409 else 422


def _fewer(place: Place) -> Iterator[New]:
    name = place.path[-1] if place.path else ""
    kind = _DROPPED.get(str(name))
    if kind is None:
        return
    for number, item in enumerate(place.value):
        what = getattr(item, "id", "") or str(item)
        yield kind, without(place.value, number), f"{what} dropped"


def _transition(effect: Transition, index: Index) -> Iterator[New]:
    states = index.enums[effect.target.type.of].values
    other = next((s for s in states if s not in effect.allowed_from), None)
    if other is not None:
        more = (*effect.allowed_from, other)
        yield "transition_added", replace(effect, allowed_from=more), f"{other} -> {effect.to} is allowed"
    target = next((s for s in states if s != effect.to), None)
    if target is not None:
        yield "effect_changed", replace(effect, to=target), f"goes to {target} instead of {effect.to}"
    yield "status_changed", replace(effect, status=_other_status(effect.status)), "status"


def _machine(machine: StateMachine) -> Iterator[New]:
    moves = set(machine.transitions)
    every = ((a, b) for a in machine.states for b in machine.states if a != b)
    other = next((move for move in every if move not in moves), None)
    if other is not None:
        what = f"{other[0]} -> {other[1]} added"
        yield "transition_added", replace(machine, transitions=(*machine.transitions, other)), what
    start = next((s for s in machine.states if s != machine.initial), None)
    if start is not None:
        yield "default_changed", replace(machine, initial=start), f"begins as {start}"


def _limits(limits: Limits, holder: Any) -> Iterator[New]:
    for name, other in _BOUNDS.items():
        bound = getattr(limits, name)
        if bound is None:
            continue
        yield "constraint_dropped", replace(limits, **{name: None}), f"`{name} {bound}` dropped"
        yield "boundary_moved", replace(limits, **{name: None, other: bound}), f"`{name}` becomes `{other}`"
        if holder.type.name in ("int", "decimal", "float"):
            for step in (1, -1):
                moved = str(Decimal(bound) + step)
                yield "boundary_moved", replace(limits, **{name: moved}), f"`{name} {bound}` becomes {moved}"
    for name in ("min_length", "max_length"):
        length = getattr(limits, name)
        if length is not None:
            for moved in (length + 1, length - 1):
                if moved >= 0:
                    yield "boundary_moved", replace(limits, **{name: moved}), f"`{name}` becomes {moved}"
            yield "constraint_dropped", replace(limits, **{name: None}), f"`{name}` dropped"
    if limits.pattern is not None:
        yield "constraint_dropped", replace(limits, pattern=None), "pattern dropped"


def _field(field: Field) -> Iterator[New]:
    known = field.type
    if field.managed in (Managed.CLIENT, Managed.SERVER, Managed.SNAPSHOT):
        flipped = replace(known, nullable=not known.nullable)
        what = "it can't be null" if known.nullable else "it may be null"
        yield "type_changed", replace(field, type=flipped), what
    if known.name == "decimal":
        yield "type_changed", replace(field, type=replace(known, scale=known.scale + 1)), "a digit more"
        more = replace(known, precision=known.precision + 1)
        yield "type_changed", replace(field, type=more), "a digit more in front"
    if field.unique:
        yield "constraint_dropped", replace(field, unique=False), "not unique"
    if field.managed is Managed.CLIENT:
        word = "may be updated" if field.immutable else "may not be updated"
        yield "type_changed", replace(field, immutable=not field.immutable), word
        if field.default is not None:
            yield "default_changed", replace(field, default=None), "no default"
    if field.managed is Managed.TOUCHED:
        yield "effect_dropped", replace(field, managed=Managed.SERVER), "not touched"
    if field.managed is Managed.COUNTER and field.counter_per:
        yield "effect_changed", replace(field, counter_per=""), "counts all rows"


def _unique(unique: Unique) -> Iterator[New]:
    for other in _CONFLICTS:
        wanted = other in ("add", "replace")
        if other != unique.on_conflict and wanted <= bool(unique.targets):
            what = f"`{unique.on_conflict}` becomes `{other}`"
            targets = unique.targets if wanted else ()
            yield "conflict_changed", replace(unique, on_conflict=other, targets=targets), what
    if unique.only is not None:
        yield "constraint_dropped", replace(unique, only=None), "it holds for every row"
    if unique.during is not None:
        yield "constraint_dropped", replace(unique, during=None), "whenever"
    if len(unique.fields) > 1:
        for number, name in enumerate(unique.fields):
            new = replace(unique, fields=without(unique.fields, number))
            yield "constraint_dropped", new, f"{name} is not looked at"
    if unique.on_conflict == "reject":
        yield "status_changed", replace(unique, status=_other_status(unique.status)), "status"


def _listing(options: ListOptions) -> Iterator[New]:
    if options.default_filter is not None:
        yield "list_changed", replace(options, default_filter=None), "default filter dropped"
    for number, name in enumerate(options.default_sort):
        other = name[1:] if name.startswith("-") else f"-{name}"
        order = (*options.default_sort[:number], other, *options.default_sort[number + 1 :])
        yield "list_changed", replace(options, default_sort=order), f"sorted by {other} instead of {name}"
