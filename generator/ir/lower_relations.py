"""Lists of rows: what an entity owns and links to; the order in which rows can be made."""

from __future__ import annotations

from generator.core.names import fitted, singular
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_fields import add_owner_field, is_misnamed, usable_name
from generator.ir.model import Collection, Managed
from generator.spec.model import FieldSpec
from generator.spec.reader import MAX_NAME


def lower_relations(context: Context) -> None:
    """Add every collection and owner field."""
    tables = {draft.plural for draft in context.entities.values()}
    for draft in context.entities.values():
        for spec in draft.spec.fields:
            if spec.type.name == "list" and usable_name(context, spec.name):
                _lower_list(context, draft, spec, tables)
    _lose_refused(context)
    _refuse_owner_cycles(context)


def _lose_refused(context: Context) -> None:
    for draft in context.entities.values():
        for spec in draft.spec.fields:
            if spec.name.text not in draft.fields and spec.name.text not in draft.collections:
                context.found.lose(spec.name.text)
                context.found.lose(draft.snake)  # it may have been what makes the entity an owner


def _lower_list(context: Context, draft: EntityDraft, spec: FieldSpec, tables: set[str]) -> None:
    if is_misnamed(context, spec.type):
        return
    element = context.entity(spec.type.of) if spec.type.of else None
    if element is None or not _plain(context, spec):
        return
    name = spec.name.text
    if name in draft.fields or name in draft.collections:
        context.error("E312", f"`{draft.name}` has a field `{name}` already", spec.name.span)
        return
    owned = spec.modifier("owned") is not None
    wire = name if owned else f"{singular(name)}_ids"
    taken = [*(f.wire for f in draft.fields.values()), *(c.wire for c in draft.collections.values())]
    if len(wire) > MAX_NAME:
        message = f"the JSON name `{wire}` is longer than {MAX_NAME} characters"
        context.error("E128", message, spec.name.span, "rename it")
        return
    if wire in taken:
        context.error(
            "E313", f"two members of `{draft.name}` are called `{wire}` in JSON", spec.name.span, "rename one"
        )
        return
    node_id = context.place(f"collection:{draft.name}.{name}", spec.name.span)
    if owned:
        if _own(context, draft, element, spec):
            draft.collections[name] = Collection(
                node_id, name, element.name, "owned", element.owner_field, wire
            )
        return
    table = _free_table(f"{draft.plural}_{name}", tables)
    draft.collections[name] = Collection(node_id, name, element.name, "links", "", wire, table)
    _warn_of_back_reference(context, draft, element, spec)


def _warn_of_back_reference(
    context: Context, draft: EntityDraft, element: EntityDraft, spec: FieldSpec
) -> None:
    """Warn of links that look like the rows which refer to this one: those are no list of it."""
    name = spec.name.text
    back = [f for f in element.field_specs.values() if f.type.name == "reference" and _goes_to(f, draft)]
    meant = next((f.name.text for f in back if name == element.plural or f.name.text == draft.snake), "")
    if meant:
        context.found.warning(
            "W505",
            f"`{name}` are links of their own, not the rows whose `{meant}` is this one",
            spec.name.span,
            f"those need no list: `count({element.name}, {meant} == self)`; or own them: `owned`",
        )


def _goes_to(spec: FieldSpec, draft: EntityDraft) -> bool:
    return spec.type.of is not None and spec.type.of.text == draft.name


def _plain(context: Context, spec: FieldSpec) -> bool:
    """Refuse whatever is written behind a list, but `owned`."""
    extra = [m.span for m in spec.modifiers if m.name != "owned"]
    extra += [limit.span for limit in spec.limits]
    extra += [
        value.span for value in (spec.default, spec.snapshot, spec.derived, spec.counter) if value is not None
    ]
    if spec.nullable:
        extra.append(spec.type.span)
    for span in extra[:1]:
        context.error(
            "E331",
            "a list of rows takes no modifier but `owned`",
            span,
            "a list is empty when there are no rows",
        )
    return not extra


def _own(context: Context, owner: EntityDraft, element: EntityDraft, spec: FieldSpec) -> bool:
    where = spec.name.span
    if element.owner:
        hint = "rows have one owner; make the other list a reference on the rows"
        context.error("E328", f"`{element.name}` is owned by `{element.owner}` already", where, hint)
        return False
    declared = element.field_specs.get(owner.snake)
    if declared and not _is_owner_reference(declared, owner):
        hint = f"it is added by itself, as a reference to `{owner.name}`: leave it out"
        context.error(
            "E312", f"`{element.name}.{owner.snake}` is the reference to the owner", declared.name.span, hint
        )
        return False
    if not declared and (owner.snake in element.fields or owner.snake in element.collections):
        context.error(
            "E312",
            f"`{element.name}.{owner.snake}` is the reference to the owner",
            where,
            "rename the state field",
        )
        return False
    field = add_owner_field(element, owner, spec.name.text)
    clash = next((f for f in element.fields.values() if f.wire == field.wire and f.name != field.name), None)
    if clash:
        context.error(
            "E313",
            f"`{clash.name}` and the owner are both called `{field.wire}` in JSON",
            context.places[clash.id],
            "rename it",
        )
        return False
    context.place(field.id, where)
    if len(field.wire) > MAX_NAME:
        message = (
            f"the column `{field.wire}`, the reference to the owner, is longer than {MAX_NAME} characters"
        )
        context.error("E128", message, owner.spec.span, f"give `{owner.name}` a shorter name")
        return False
    return True


def _is_owner_reference(spec: FieldSpec, owner: EntityDraft) -> bool:
    """Whether a reference says no more than the owner field, and may stand for it."""
    target = spec.type.of.text if spec.type.name == "reference" and spec.type.of else ""
    values = (spec.default, spec.snapshot, spec.derived, spec.counter)
    return target == owner.name and not spec.nullable and not spec.modifiers and not any(values)


def _free_table(wanted: str, tables: set[str]) -> str:
    name, number = fitted(wanted), 2
    while name in tables:
        name, number = fitted(f"{wanted}_{number}"), number + 1
    tables.add(name)
    return name


def _refuse_owner_cycles(context: Context) -> None:
    for draft in context.entities.values():
        seen = {draft.name}
        at = draft.owner
        while at and at not in seen:
            seen.add(at)
            at = context.entities[at].owner
        if at == draft.name:
            hint = "a row can't be inside of itself: use a reference that may be null, `parent: -> Entity?`"
            context.error(
                "E329",
                f"`{draft.name}` would own itself",
                context.places[f"field:{draft.name}.{draft.owner_field}"],
                hint,
            )
            draft.owner = draft.owner_field = draft.owner_collection = ""


def owner_chain(context: Context, draft: EntityDraft) -> list[EntityDraft]:
    """Return the owners of an entity, outermost first."""
    chain: list[EntityDraft] = []
    while draft.owner:
        draft = context.entities[draft.owner]
        chain.append(draft)
    return chain[::-1]


def seed_order(context: Context) -> tuple[str, ...]:
    """Return entities with what they must refer to first; a circle of such references is an error."""
    needs = {name: _required(context, name) for name in context.entities}
    order: dict[str, None] = {}
    for name in needs:
        _append(name, needs, order)
    position = {name: number for number, name in enumerate(order)}
    for name, references in needs.items():
        for field, target in references:
            if position[target] >= position[name] and _leads_to(target, name, needs):
                _refuse_circle(context, name, field)
                break
    return tuple(order)


_References = dict[str, list[tuple[str, str]]]


def _required(context: Context, name: str) -> list[tuple[str, str]]:
    """Return (field, entity) of the references that every row has."""
    draft = context.entities[name]
    in_circle = Managed.OWNER if not draft.owner else None  # reported already
    fields = [f for f in draft.fields.values() if f.managed is not in_circle]
    return [(f.name, f.type.of) for f in fields if f.type.name == "row" and not f.type.nullable]


def _append(name: str, needs: _References, order: dict[str, None]) -> None:
    """Depth first without recursion: a spec may have thousands of entities in a row."""
    stack = [(name, False)]
    begun: set[str] = set()
    while stack:
        at, done = stack.pop()
        if done:
            order.setdefault(at)
        elif at not in order and at not in begun:
            begun.add(at)
            stack.append((at, True))
            stack.extend((target, False) for _, target in reversed(needs[at]))


def _leads_to(start: str, goal: str, needs: _References) -> bool:
    seen, stack = {start}, [start]
    while stack:
        at = stack.pop()
        if at == goal:
            return True
        more = {target for _, target in needs[at]} - seen
        seen |= more
        stack.extend(more)
    return False


def _refuse_circle(context: Context, name: str, field: str) -> None:
    message = f"no first row of `{name}` can be made: `{field}` needs a row that needs it"
    hint = "let one of the references be null: `-> Entity?`"
    context.error("E330", message, context.places[f"field:{name}.{field}"], hint)
