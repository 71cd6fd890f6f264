"""Conditions, rules, uniques and list options."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern
from typing import Literal as OneOf
from typing import cast

import msgspec

from generator.core.digest import short_digest
from generator.core.names import fitted
from generator.core.spans import Span
from generator.expr.model import ComparisonExpr, EntityRef, Expr
from generator.expr.scope import Scope
from generator.expr.syntax import ConditionForm, ElseForm, Name, Node
from generator.expr.typing import resolve_condition
from generator.expr.walk import is_local, refs
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_owned import lower_owned_rules, reads_owned
from generator.ir.lower_values import row_scope
from generator.ir.model import Condition, Field, ListOptions, Managed, Rule, Unique
from generator.ir.reads import conjuncts
from generator.ir.schema import DraftSchema
from generator.spec.model import ListSpec, UniqueSpec

Action = OneOf["reject", "reuse", "add", "replace"]

_RESERVED_PARAMETERS = ("limit", "offset", "sort", "q", "total")


def lower_condition(
    context: Context, form: ConditionForm, scope: Scope, kind: OneOf["rule", "require", "ensure"], owner: str
) -> Condition | None:
    """Return a typed condition with its answer."""
    expr = resolve_condition(form.expr, scope, DraftSchema(context), context.found)
    text = " ".join(form.text.split())
    status, message = answer(context, form.otherwise, 422, f"Not met: {text}")
    if expr is None:
        return None
    node_id = context.unique_id(f"{kind}:{owner}:{short_digest(text)}", form.span)
    return Condition(node_id, expr, status, message, text)


def answer(context: Context, form: ElseForm | None, status: int, message: str) -> tuple[int, str]:
    """Return the status and message of a refusal."""
    if form is None:
        return status, message
    code = status if form.status is None else form.status
    if not 400 <= code <= 499:
        context.error("E503", f"{code} is no code for a refusal", form.span, "use 400 to 499")
    return code, form.message or message


def stored_names(draft: EntityDraft) -> frozenset[str]:
    """Return the names of the fields that have a column."""
    return frozenset(f.name for f in draft.fields.values() if f.managed is not Managed.DERIVED)


# --- rules ---------------------------------------------------------------------------


def lower_rules(context: Context) -> None:
    """Give every entity its rules, uniques and list options."""
    for draft in context.entities.values():
        draft.rules = tuple(rule for form in draft.spec.rules if (rule := _rule(context, draft, form)))
        draft.uniques = tuple(u for spec in draft.spec.uniques if (u := _unique(context, draft, spec)))
        _say_once(draft)
        if draft.spec.listing is not None:
            draft.listing = _listing(context, draft, draft.spec.listing)
    for draft in context.entities.values():
        _warn_of_idle_rules(context, draft)
    lower_owned_rules(context)


def _warn_of_idle_rules(context: Context, draft: EntityDraft) -> None:
    for rule in draft.rules:
        if not rule.fields and not reads_owned(context.entities, draft, rule):
            message = "this rule reads no field of its own row: it is checked only when a row is created"
            hint = "require it in the operations that can break it"
            context.found.warning("W501", message, context.places[rule.id], hint)


def _rule(context: Context, draft: EntityDraft, form: ConditionForm) -> Rule | None:
    scope = msgspec.structs.replace(row_scope(draft, old=True), old_nullable=True)
    condition = lower_condition(context, form, scope, "rule", draft.name)
    if condition is None:
        return None
    fields = own_fields_read(draft, condition.expr)
    local = is_local(condition.expr, "self", stored_names(draft))
    return Rule(condition.id, condition, fields, local)


def own_fields_read(draft: EntityDraft, expr: Expr) -> tuple[str, ...]:
    """Return the own stored fields and links that an expression reads, through derived ones too."""
    found: set[str] = set()
    links = {name for name, collection in draft.collections.items() if collection.kind == "links"}
    pending, seen = [expr], set[str]()
    while pending:
        for ref in refs(pending.pop()):
            name = ref.via[0] if ref.via else ref.field
            if ref.root == "self" and name in links:
                found.add(name)
            field = draft.fields.get(name) if ref.root == "self" else None
            if field is None or name in seen:
                continue
            seen.add(name)
            if field.managed is Managed.DERIVED:
                pending.extend([field.value] if field.value is not None else [])
            else:
                found.add(name)
    return tuple(name for name in (*draft.fields, *draft.collections) if name in found)


# --- unique --------------------------------------------------------------------------


def _without_fields(draft: EntityDraft, spec: UniqueSpec) -> str:
    """Return how to say that any two rows of the entity are in each other's way."""
    condition = "..."
    if len(spec.during) == 2:
        start, end = (name.text for name in spec.during)
        condition = f"{start} < self.{end} and {end} > self.{start}"
    rule = f"count({draft.name}, {condition}) <= 1"
    return f"name what the rows share; of all rows of the entity, a rule says it: {rule}"


def _unique(context: Context, draft: EntityDraft, spec: UniqueSpec) -> Unique | None:
    fields = [field for name in spec.fields if (field := _unique_field(context, draft, name))]
    _refuse_repeats(context, spec.fields, "unique")
    if not spec.fields:
        context.error("E510", "a unique needs at least one field", spec.span, _without_fields(draft, spec))
    during = _during(context, draft, spec) if spec.during else None
    only = _only(context, draft, spec.only) if spec.only is not None else None
    if len(fields) < len(spec.fields) or not fields:
        return None
    names = [f.name for f in fields]
    kind = "overlap" if spec.during else "same"
    message = f"Another {draft.name} with the same {', '.join(names)}" + (
        " overlaps" if kind == "overlap" else " exists"
    )
    status, message = answer(context, spec.otherwise, 409, message)
    # Interned, for JSON leaves a default out only if it is the very same object.
    action = cast("Action", intern(spec.conflict.action)) if spec.conflict else "reject"
    return Unique(
        id=context.unique_id(f"unique:{draft.name}:{'_'.join(names)}", spec.span),
        name=fitted("_".join(("uq", draft.plural, *(f.wire for f in fields)))),
        fields=tuple(names),
        only=only,
        during=during,
        on_conflict=action,
        targets=_targets(context, draft, spec),
        status=status,
        message=message,
    )


def _say_once(draft: EntityDraft) -> None:
    """Let `unique: [[f]]` stand for the field's own `unique`: it says more, and there is one answer."""
    for unique in draft.uniques:
        if len(unique.fields) == 1 and unique.only is None and unique.during is None:
            name = unique.fields[0]
            draft.fields[name] = msgspec.structs.replace(draft.fields[name], unique=False)


def _unique_field(context: Context, draft: EntityDraft, name: Name) -> Field | None:
    field = context.stored_field(draft, name, "unique")
    if field is not None and field.type.name == "json":
        context.error("E334", "json can't be unique", name.span)
        return None
    return field


def _refuse_repeats(context: Context, names: tuple[Name, ...], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            context.error("E511", f"{what}: `{name}` is listed twice", name.span)
        seen.add(name.text)


def _only(context: Context, draft: EntityDraft, node: Node) -> Expr | None:
    expr = resolve_condition(node, row_scope(draft), DraftSchema(context), context.found)
    if expr is not None and not is_local(expr, "self", stored_names(draft)):
        context.error("E512", "`while` may read only the row's own stored fields, and no clock", node.span)
    return expr


def _during(context: Context, draft: EntityDraft, spec: UniqueSpec) -> tuple[str, str] | None:
    found = [context.stored_field(draft, name, "during") for name in spec.during]
    for field, name in zip(found, spec.during, strict=True):
        if field is not None and field.type.name not in ("date", "datetime"):
            hint = "two fields of one type, date or datetime"
            context.error("E513", f"`during` can't use `{name}`", name.span, hint)
            return None
    start, end = found
    if start is None or end is None:
        return None
    if start.type.name != end.type.name or start.name == end.name:
        context.error("E513", "`during` takes two different fields of one type", spec.during[1].span)
        return start.name, end.name
    names = (start.name, end.name)
    orders = {op for rule in draft.rules for op in _orders(rule, names)}
    if "<" not in orders:
        _warn_of_empty(context, names, spec.during[0].span, ordered=bool(orders))
    return names


def _warn_of_empty(context: Context, names: tuple[str, str], span: Span, *, ordered: bool) -> None:
    """Warn of ranges that may be empty: such rows are in nobody's way."""
    start, end = names
    message = f"nothing says that `{start}` comes before `{end}`"
    hint = f"a row for which it does not overlaps nothing; add the rule `{start} < {end}`"
    if ordered:
        message = f"a row may have the same `{start}` and `{end}`: it overlaps nothing"
        hint = f"ranges end before their `{end}`; say `{start} < {end}`"
    context.found.warning("W504", message, span, hint)


def _orders(rule: Rule, names: tuple[str, str]) -> Iterator[str]:
    """Yield how a rule keeps the first field before the second: `<`, or `<=`."""
    for part in conjuncts(rule.condition.expr):
        match part:
            case ComparisonExpr(op=op, left=EntityRef(field=a, via=()), right=EntityRef(field=b, via=())):
                if op in ("<", "<=") and (a, b) == names:
                    yield op
                if op in (">", ">=") and (b, a) == names:
                    yield op.replace(">", "<")
            case _:
                pass


def _targets(context: Context, draft: EntityDraft, spec: UniqueSpec) -> tuple[str, ...]:
    conflict = spec.conflict
    if conflict is None:
        return ()
    if spec.during and conflict.action != "reject":
        context.error(
            "E515",
            f"rows that overlap can't be answered with {conflict.action}",
            conflict.span,
            "leave `on_conflict` out",
        )
    _refuse_repeats(context, conflict.targets, "on_conflict")
    return tuple(n.text for n in conflict.targets if _is_target(context, draft, spec, n))


def _is_target(context: Context, draft: EntityDraft, spec: UniqueSpec, name: Name) -> bool:
    field = context.stored_field(draft, name, "on_conflict")
    if field is None:
        return False
    adds = spec.conflict is not None and spec.conflict.action == "add"
    if field.managed is not Managed.CLIENT or name.text in [n.text for n in spec.fields]:
        context.error("E516", f"`{name}` is not sent by clients, or is what makes the row unique", name.span)
        return False
    if adds and (field.type.name not in ("int", "decimal", "float") or field.type.nullable):
        context.error("E516", f"`{name}` can't be added to: it is not a number that is never null", name.span)
        return False
    return True


# --- list ----------------------------------------------------------------------------


def _listing(context: Context, draft: EntityDraft, spec: ListSpec) -> ListOptions:
    for names, what in ((spec.filters, "filter"), (spec.sorts, "sort"), (spec.search, "search")):
        _refuse_repeats(context, names, what)
    filters = tuple(n.text for n in spec.filters if _listable(context, draft, n, "filter", ()))
    _refuse_clashing_parameters(context, draft, spec, filters)
    return ListOptions(
        filters=filters,
        sorts=tuple(n.text for n in spec.sorts if _listable(context, draft, n, "sort", ("row",))),
        search=tuple(n.text for n in spec.search if _listable(context, draft, n, "search", None)),
        default_filter=_default_filter(context, draft, spec),
        default_sort=tuple(
            ("-" if s.descending else "") + s.field.text
            for s in spec.default_sort
            if _listable(context, draft, s.field, "sort", ("row",))
        ),
    )


def _listable(
    context: Context, draft: EntityDraft, name: Name, what: str, refused: tuple[str, ...] | None
) -> bool:
    """Whether a field can be listed by; `refused` are types that can't (None: only texts can)."""
    if name.text in draft.collections:
        context.error("E520", f"a list can't {what} by `{name}`: it is a collection", name.span)
        return False
    field = context.stored_field(draft, name, what)
    if field is None:
        return False
    kind = field.type.name
    texts = ("string", "text", "email", "url")
    if kind in ("json", *(refused or ())) or (refused is None and kind not in texts):
        hint = "only texts can be searched" if refused is None else ""
        context.error(
            "E520",
            f"a list can't {what} by `{name}`, which is {kind if kind != 'row' else 'a reference'}",
            name.span,
            hint,
        )
        return False
    return True


def _refuse_clashing_parameters(
    context: Context, draft: EntityDraft, spec: ListSpec, filters: tuple[str, ...]
) -> None:
    """Refuse two query parameters of one name."""
    taken = dict.fromkeys(_RESERVED_PARAMETERS, "the page")
    for name in spec.filters:
        if name.text not in filters:
            continue
        field = draft.fields[name.text]
        ranged = field.type.name in ("int", "decimal", "float", "date", "datetime")
        for parameter in (field.wire, *((f"{field.wire}_min", f"{field.wire}_max") if ranged else ())):
            if parameter in taken:
                context.error(
                    "E521",
                    f"the parameter `{parameter}` is taken by {taken[parameter]}",
                    name.span,
                    "rename the field",
                )
            taken[parameter] = f"the filter `{name}`"


def _default_filter(context: Context, draft: EntityDraft, spec: ListSpec) -> Expr | None:
    node = spec.default_filter
    return (
        None
        if node is None
        else resolve_condition(node, row_scope(draft), DraftSchema(context), context.found)
    )
