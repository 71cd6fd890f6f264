"""`create`: a row, and its owned rows as a loop over the rows that they are made from."""

from __future__ import annotations

from generator.core.names import snake
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.model import EntityRef, Type
from generator.expr.scope import RowBinding
from generator.expr.syntax import Name, Path
from generator.expr.typing import resolve_rows
from generator.ir.lower_context import EntityDraft
from generator.ir.lower_writer import Bindings, Writer, element_entity, split_rows
from generator.ir.model import Collection, Create, Each, Effect, Field, FieldValue, Managed
from generator.ir.reads import known_present
from generator.spec.model import CopySpec, CreateSpec, SetSpec

_SETTABLE = (Managed.CLIENT, Managed.SERVER, Managed.SNAPSHOT, Managed.OWNER)
_REQUIRED = (Managed.CLIENT, Managed.OWNER)


def lower_create(writer: Writer, spec: CreateSpec, bindings: Bindings) -> tuple[tuple[Effect, ...], Bindings]:
    """Return the effects of one `create`, and the bindings with the new row."""
    draft = writer.context.entity(spec.entity)
    if draft is None:
        if spec.binding:
            writer.context.found.lose(spec.binding.text)
        return (), bindings
    node_id = writer.new_id(spec.span)
    values = _values(writer, draft, spec.values, bindings)
    _require_all(writer, draft, values, spec.entity.span, {v.field.text for v in spec.values})
    name = spec.binding.text if spec.binding else draft.snake
    if spec.binding:
        writer.refuse_shadowing(spec.binding, bindings)
    binding = writer.bind(name, draft.name)
    row = RowBinding(binding, draft.name, fresh=True)
    if spec.binding or name not in (*bindings.scope.rows, *bindings.scope.inputs):
        bindings = bindings.with_row(name, row)
    copies = [c for copy in spec.copies if (c := _copy(writer, copy, draft, row, bindings))]
    return (Create(node_id, draft.name, binding, tuple(values.values())), *copies), bindings


def _values(
    writer: Writer, draft: EntityDraft, specs: tuple[SetSpec, ...], bindings: Bindings
) -> dict[str, FieldValue]:
    found: dict[str, FieldValue] = {}
    for spec in specs:
        field = _settable(writer, draft, spec.field)
        value = writer.value(spec.value, field, bindings) if field else None
        if field and value is not None:
            found[field.name] = FieldValue(field.name, value)
    return found


def _settable(writer: Writer, draft: EntityDraft, name: Name) -> Field | None:
    field = draft.fields.get(name.text)
    if field is None:
        known = [f.name for f in draft.fields.values() if f.managed in _SETTABLE]
        hint = did_you_mean(name.text, known)
        if name.text in draft.collections:
            hint = "rows are given beside `set`, or linked with `+=`"
        writer.context.unknown(name, "E402", f"{draft.name} has no field `{name}` that could be set", hint)
        return None
    if field.managed not in _SETTABLE:
        message = f"`{name}` can't be set: the server keeps it ({field.managed})"
        writer.error("E617", message, name.span, _way_out(draft, field))
        return None
    return field


def _way_out(draft: EntityDraft, field: Field) -> str:
    if field.managed is not Managed.STATE:
        return "leave it out"
    machine = draft.machines[field.name]
    to = next((target for source, target in machine.transitions if source == machine.initial), "…")
    move = f'"row.{field.name}: {machine.initial} -> {to}"'
    return f"a new row is {machine.initial}; move it afterwards: `as: row`, {move}"


def _require_all(
    writer: Writer, draft: EntityDraft, values: dict[str, FieldValue], span: Span, written: set[str]
) -> None:
    """Refuse a row that lacks what it can't do without."""
    for field in draft.fields.values():
        missing = field.name not in values and field.name not in written
        if missing and field.managed in _REQUIRED and field.default is None and not field.type.nullable:
            writer.error(
                "E623",
                f"`{field.name}` of the new {draft.name} is not set",
                span,
                f"set: {{{field.name}: …}}",
            )


def _copy(
    writer: Writer, spec: CopySpec, draft: EntityDraft, parent: RowBinding, bindings: Bindings
) -> Effect | None:
    collection = _owned(writer, draft, spec.collection)
    source, name = split_rows(spec.source)
    rows = resolve_rows(source, bindings.scope, writer.schema, writer.context.found)
    if collection is None or rows is None:
        return None
    node_id = writer.new_id(spec.span)
    entity = element_entity(rows)
    if name is not None:
        writer.refuse_shadowing(name, bindings)
    item = RowBinding(writer.bind(name.text if name else snake(entity), entity), entity)
    inner = bindings.with_row(name.text, item) if name else bindings
    where = writer.filter(spec.where, inner, item)
    known = inner.known | known_present(where) if where is not None else inner.known
    inner = Bindings(inner.scope.within(item), known)
    element = writer.context.entities[collection.entity]
    created = _element(writer, spec, element, collection, parent, inner)
    return Each(node_id, rows, item.root, (created,), where)


def _owned(writer: Writer, draft: EntityDraft, name: Name) -> Collection | None:
    found = draft.collections.get(name.text)
    if found is None or found.kind != "owned":
        owned = [c.name for c in draft.collections.values() if c.kind == "owned"]
        hint = did_you_mean(name.text, owned) or "values go under `set`"
        writer.context.unknown(name, "E624", f"{draft.name} owns no rows called `{name}`", hint)
        return None
    return found


def _element(
    writer: Writer,
    spec: CopySpec,
    element: EntityDraft,
    collection: Collection,
    parent: RowBinding,
    bindings: Bindings,
) -> Create:
    node_id = writer.new_id(spec.span)
    copied = tuple(SetSpec(n.span, n, Path(n.span, (n.text,), (n.span,))) for n in spec.copied)
    own = EntityRef(f"entity:{parent.entity}", "", (), parent.root, Type("row", of=parent.entity))
    values = {collection.inverse: FieldValue(collection.inverse, own)}
    values |= _values(writer, element, (*copied, *spec.values), bindings)
    written = {n.text for n in spec.copied} | {v.field.text for v in spec.values}
    _require_all(writer, element, values, spec.span, written)
    binding = writer.bind(element.snake, element.name)
    return Create(node_id, element.name, binding, tuple(values.values()))
