"""`changes` of the spec: names judged, expressions typed."""

from __future__ import annotations

from generator.core.suggest import did_you_mean
from generator.expr.model import Expr
from generator.expr.typing import resolve
from generator.ir.changes import Changes, Fill
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_values import row_scope
from generator.ir.model import Field, Managed
from generator.ir.schema import DraftSchema
from generator.spec.model import ChangedName, ChangesSpec, FilledSpec, RenamedSpec

_COMPUTED = (Managed.DERIVED, Managed.KEY, Managed.COUNTER)


def lower_changes(context: Context) -> Changes:
    """Return the spec's changes; what they name has to be there now, or to be named again as gone."""
    spec = context.spec.changes
    if spec is None:
        return Changes()
    _refuse_circles(context, spec)
    entities = {r.old.entity: r.new.text for r in spec.renamed if not r.old.field}
    gone = {str(name) for name in spec.dropped} | {str(r.old) for r in spec.renamed}
    for renamed in spec.renamed:
        _check_new_name(context, renamed, entities, gone)
    fills = [_fill(context, filled) for filled in spec.filled]
    return Changes(
        entities=entities,
        fields={f"{_now(r.old, entities)}.{r.old.field}": r.new.text for r in spec.renamed if r.old.field},
        dropped=tuple(str(name) for name in spec.dropped),
        filled=tuple(fill for fill in fills if fill is not None),
    )


def _now(name: ChangedName, entities: dict[str, str]) -> str:
    return entities.get(name.entity, name.entity)


def _refuse_circles(context: Context, spec: ChangesSpec) -> None:
    """Refuse names that change places: which of them has been released already, nobody could tell."""
    after = {str(r.old): f"{r.old.entity}.{r.new}" if r.old.field else r.new.text for r in spec.renamed}
    for renamed in spec.renamed:
        seen, at = {str(renamed.old)}, after[str(renamed.old)]
        while at in after and at not in seen:
            seen.add(at)
            at = after[at]
        if at == str(renamed.old):
            hint = "take a third name, build and release, then take the name that you want"
            context.error("E341", f"`{renamed.old}` gets its own name back", renamed.span, hint)


def _check_new_name(context: Context, renamed: RenamedSpec, entities: dict[str, str], gone: set[str]) -> None:
    """Refuse a new name that means nothing, unless it was renamed or dropped again."""
    if not renamed.old.field:
        if renamed.new.text not in gone:
            context.entity(renamed.new)
        return
    owner = _now(renamed.old, entities)
    draft = context.entities.get(owner)
    new = f"{renamed.old.entity}.{renamed.new}"
    if draft is None:
        if renamed.old.entity not in gone:
            _no_entity(context, renamed.old)
    elif renamed.new.text not in draft.members() and new not in gone:
        hint = did_you_mean(renamed.new.text, draft.members())
        context.unknown(renamed.new, "E303", f"`renamed`: `{owner}` has no field `{renamed.new}`", hint)


def _fill(context: Context, filled: FilledSpec) -> Fill | None:
    draft = context.entities.get(filled.target.entity)
    if draft is None:
        _no_entity(context, filled.target)
        return None
    field = _stored(context, draft, filled)
    if field is None:
        return None
    value: Expr | None = resolve(
        filled.value,
        row_scope(draft),
        DraftSchema(context),
        context.found,
        expected=field.type,
        null_ok=field.type.nullable,
    )
    source = context.place(f"change:{filled.target}", filled.value.span)
    return None if value is None else Fill(field.id, source, value)


def _stored(context: Context, draft: EntityDraft, filled: FilledSpec) -> Field | None:
    name = filled.target.field
    field = draft.fields.get(name)
    if field is None:
        hint = did_you_mean(name, draft.fields)
        context.error("E303", f"`filled`: `{draft.name}` has no field `{name}`", filled.target.span, hint)
        return None
    if field.managed in _COMPUTED:
        context.error("E342", f"`{name}` is {field.managed}: nobody fills it", filled.target.span)
        return None
    return field


def _no_entity(context: Context, name: ChangedName) -> None:
    hint = did_you_mean(name.entity, context.entities)
    context.error("E302", f"there is no entity `{name.entity}`", name.span, hint)
