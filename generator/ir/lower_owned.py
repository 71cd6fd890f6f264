"""Rules of an owner that read what it owns bear on the owned rows too.

Such a rule is given to the owned entity as well, told from its row: a new part of a
crate is refused where the crate's own rule would be broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from generator.expr.model import AggregateExpr, EntityRef, Expr
from generator.expr.rewrite import seen_from
from generator.expr.walk import children
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.model import Managed, Rule
from generator.ir.removal import Removal

_Path = tuple[str, ...]  # the references from an owned row up to the row whose rule it is


class Known(msgspec.Struct, frozen=True):
    """A row that a name stands for; `path` is None for what the rule's row does not own."""

    entity: str
    path: _Path | None


def lower_owned_rules(context: Context) -> None:
    """Give each owned entity the rules of its owners that read its rows."""
    added: dict[str, list[Rule]] = {}
    for draft in context.entities.values():
        for rule in draft.rules:
            for (entity, path), fields in _Readers(context.entities).owned(draft, rule).items():
                added.setdefault(entity, []).append(_told(context, rule, draft, entity, path, fields))
    for name, rules in added.items():
        context.entities[name].rules += tuple(rules)


def _told(
    context: Context, rule: Rule, owner: EntityDraft, entity: str, path: _Path, fields: set[str]
) -> Rule:
    expr = seen_from(rule.condition.expr, f"entity:{entity}", "self", path)
    told = context.unique_id(rule.id.replace(f":{owner.name}:", f":{entity}:", 1), context.places[rule.id])
    condition = msgspec.structs.replace(rule.condition, id=told, expr=expr)
    order = tuple(name for name in context.entities[entity].fields if name in fields)
    on_delete = Removal(context.entities).breaks(rule.condition.expr)
    return Rule(told, condition, order, local=False, holder=path, on_delete=on_delete)


def reads_owned(entities: Mapping[str, EntityDraft], draft: EntityDraft, rule: Rule) -> bool:
    """Whether a rule reads rows that its row owns."""
    return bool(_Readers(entities).owned(draft, rule))


class _Readers:
    """Follows an expression to the owned rows that it reads, through derived values too."""

    def __init__(self, entities: Mapping[str, EntityDraft]) -> None:
        self._entities = entities
        self._found: dict[tuple[str, _Path], set[str]] = {}
        self._seen: set[tuple[str, _Path | None, str]] = set()

    def owned(self, draft: EntityDraft, rule: Rule) -> dict[tuple[str, _Path], set[str]]:
        """Return (owned entity, path up to the rule's row) -> the stored fields of it that are read."""
        self._read(rule.condition.expr, {"self": Known(draft.name, ())})
        return self._found

    def _read(self, expr: Expr, rows: Mapping[str, Known]) -> None:
        if isinstance(expr, EntityRef):
            self._field(expr, rows)
        if isinstance(expr, AggregateExpr):
            rows = {**rows, expr.binding: self._element(expr, rows)}
        for child in children(expr):
            self._read(child, rows)

    def _element(self, expr: AggregateExpr, rows: Mapping[str, Known]) -> Known:
        if not isinstance(expr.source, EntityRef):
            return Known(expr.source.entity.removeprefix("entity:"), None)
        *_, holder = self._hops(expr.source, rows)
        collection = self._entities[holder.entity].collections[expr.source.field]
        if collection.kind != "owned" or holder.path is None:
            return Known(collection.entity, None)
        element = Known(collection.entity, (collection.inverse, *holder.path))
        self._found.setdefault((element.entity, element.path or ()), set())
        return element

    def _field(self, ref: EntityRef, rows: Mapping[str, Known]) -> None:
        names = [name for name in (*ref.via, ref.field) if name]
        for holder, name in zip(self._hops(ref, rows), names, strict=False):
            field = self._entities[holder.entity].fields.get(name)
            if field is None:
                continue  # a collection
            if field.managed is Managed.DERIVED:
                self._derived(holder, name, field.value)
            elif holder.path:
                self._found[holder.entity, holder.path].add(name)

    def _derived(self, holder: Known, name: str, value: Expr | None) -> None:
        mark = (holder.entity, holder.path, name)
        if value is not None and mark not in self._seen:
            self._seen.add(mark)
            self._read(value, {"self": holder})

    def _hops(self, ref: EntityRef, rows: Mapping[str, Known]) -> Iterator[Known]:
        """Yield the row that each name of a reference is read on."""
        row = rows.get(ref.root, Known(ref.entity.removeprefix("entity:"), None))
        yield row
        for name in ref.via:
            row = Known(self._entities[row.entity].fields[name].type.of, None)
            yield row
