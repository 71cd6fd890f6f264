"""Lists: pages, filters, orders, search, default filter, over own rows among any others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec

from generator.expr.model import EntityRef
from generator.expr.walk import walk
from generator.ir.model import Entity, Field, Managed, Operation, OperationKind
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import World
from generator.verify.plan.realize import Run
from generator.verify.plan.requests import Draft, missing, ref
from generator.verify.plan.session import Exchange
from generator.verify.plan.suites.filters import Group, beyond, differing
from generator.verify.plan.suites.least import plan_least
from generator.verify.plan.suites.paths import base
from generator.verify.plan.tweaks import Tweaker
from generator.verify.plan.values import At, Day, Token
from generator.verify.plan.wants import Place, Program, Want, later

ROWS = 3
_RANGED = {"int", "float", "decimal", "date", "datetime"}
_TEXTS = {"string", "text", "email", "url"}


def plan_lists(context: Context, operation: Operation) -> None:
    """Add the scenarios about a list."""
    if operation.kind is not OperationKind.LIST:
        return
    _bad_queries(context, operation)
    group = _group(context, operation)
    if group is None:
        context.miss(operation.id, "no rows to be listed can be made")
        plan_least(context, operation)
        return
    _pages(context, operation, group)
    entity = context.index.entities[operation.entity]
    for name in entity.listing.filters:
        program = differing(context, operation, group, name)
        _filter(context, operation, msgspec.structs.replace(group, program=program), name)
    for name in entity.listing.sorts:
        _sort(context, operation, group, context.index.field(entity.name, name))
    if entity.listing.search:
        _search(context, operation, group, entity)
    if entity.listing.default_filter is not None:
        _default(context, operation, group, entity)


# --- own rows -------------------------------------------------------------------------


def _group(context: Context, operation: Operation) -> Group | None:
    """Make rows that differ where they may and share what the list can be narrowed by."""
    for narrow in (*_ways(context, operation), None):
        for vary in (_vary, _later, None):
            try:
                program, keys = _rows(context, operation, narrow, vary)
            except Unreachable:
                break
            run = context.searcher.find([program], Goal(rows=keys), 12)
            if run is not None and len({run.ids[k] for k in keys}) == len(keys):
                return Group(run.program, keys, narrow)
    return None


def _ways(context: Context, operation: Operation) -> list[tuple[str, str]]:
    """Return how a list could be narrowed to own rows, the surest first."""
    entity = context.index.entities[operation.entity]
    if operation.rows:
        return [("path", entity.owner_field)]
    filters = [context.index.field(entity.name, n) for n in entity.listing.filters]
    shared = [f for f in filters if _shareable(context, entity, f)]
    rows = [(f.wire, f.name) for f in shared if f.type.name == "row"]
    search = [context.index.field(entity.name, n) for n in entity.listing.search]
    texts = [("q", f.name) for f in search if _shareable(context, entity, f)]
    values = [(f.wire, f.name) for f in shared if f.type.name != "row"]
    return [*rows, *texts, *values]


def _shareable(context: Context, entity: Entity, field: Field) -> bool:
    """Whether several rows may have the same value, which rows of other scenarios don't have."""
    alone = field.unique or any(u.fields == (field.name,) and not u.during for u in entity.uniques)
    if alone or field.managed is not Managed.CLIENT:
        return False
    return field.type.name == "row" or context.maker.can_be_unique(field)


def _rows(
    context: Context, operation: Operation, narrow: tuple[str, str] | None, vary: Vary | None
) -> tuple[Program, tuple[int, ...]]:
    entity = context.index.entities[operation.entity]
    program, given, value = Program(), {}, None
    field = None if narrow is None else context.index.field(entity.name, narrow[1])
    if field is not None and field.type.name == "row":
        program, given[field.name] = context.builder.row(program, field.type.of)
    elif field is not None:
        value = context.maker.unique(field)
    keys: list[int] = []
    for number in range(ROWS):
        program, key = context.builder.row(program, entity.name, **given)
        want = program.wants[key]
        if value is not None and not want.made_by_create:
            raise Unreachable(f"rows of {entity.name} take no reference")
        if vary is not None and want.made_by_create:
            program = program.put(key, vary(context, entity, _later(context, entity, want, number), number))
        if field is not None and value is not None:
            program = program.put(key, program.wants[key].with_value(field.name, value))
        keys.append(key)
    return program, tuple(keys)


_ORDER = (1, 0, 2)  # so that the order of creation is no order of values
Vary = Callable[[Context, Entity, Want, int], Want]


def _later(context: Context, entity: Entity, want: Want, number: int) -> Want:
    """Shift all times of a row by the same number of days, so that ranges stay what they are."""
    del context, entity
    return later(want, _ORDER[number] * 3)


def _vary(context: Context, entity: Entity, want: Want, number: int) -> Want:
    """Give each row other values in what is filtered, sorted and searched by, the last one nulls."""
    options = entity.listing
    for name in dict.fromkeys((*options.sorts, *options.filters, *options.search)):
        field = context.index.field(entity.name, name)
        client = field.managed is Managed.CLIENT and field.type.name not in {"row", "bool"}
        timed = isinstance(want.values.get(name), At | Day | Token)
        if client and not timed and not (field.type.nullable and number == ROWS - 1):
            want = want.with_value(name, context.builder.value(entity, field, _ORDER[number]))
    return want


class _Listed(msgspec.Struct):
    """A group that has been made: its rows' ids and JSON, and the request to list them."""

    run: Run
    rows: list[dict[str, Any]]
    draft: Draft
    exact: bool

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return [row["id"] for row in self.rows]


def _make(context: Context, operation: Operation, group: Group, *, plain: bool = False) -> _Listed | None:
    run = context.searcher.run(group.program)
    if not run.ready:
        return None
    rows = [_document(context, operation, run, key) for key in group.keys]
    draft = Draft(operation.id)
    if operation.rows:
        owner = context.session.owner_of[run.ids[group.keys[0]]]
        draft = Draft(operation.id, context.session.requests.path(operation, owner))
    elif group.narrow is not None:
        field = context.index.field(operation.entity, group.narrow[1])
        draft = Draft(operation.id, query={group.narrow[0]: _asked(context, field, rows[0])})
    listed = _Listed(run, rows, draft, group.narrow is not None)
    return listed if plain else _shown(context, operation, listed)


def _shown(context: Context, operation: Operation, listed: _Listed) -> _Listed:
    """Ask for the own rows' value where the default filter hides them: else every list would be empty."""
    entity = context.index.entities[operation.entity]
    fields = [context.index.field(entity.name, name) for name in _of_default(entity)]
    if not fields:
        return listed
    shown = _popped(context, context.session.send(listed.draft))
    if not shown.intersection(listed.ids):
        asked = {f.wire: _asked(context, f, listed.rows[0]) for f in fields}
        known = {name: value for name, value in asked.items() if value is not None}
        listed.draft = msgspec.structs.replace(listed.draft, query={**known, **listed.draft.query})
    return listed


def _popped(context: Context, probe: Exchange) -> set[str]:
    """Return the ids of the rows that a list has shown; it was asked only to know them."""
    context.session.exchanges.pop()
    return {row["id"] for row in probe.body.get("items", ())} if probe.ok else set()


def _of_default(entity: Entity) -> list[str]:
    """Return the filters that switch the default filter off."""
    expr = entity.listing.default_filter
    read = {e.field for e in walk(expr) if isinstance(e, EntityRef) and not e.via} if expr is not None else ()
    return [name for name in entity.listing.filters if name in read]


def _document(context: Context, operation: Operation, run: Run, key: int) -> dict[str, Any]:
    """Return a row's JSON as the list will show it."""
    row_id = run.ids[key]
    for exchange in reversed(context.session.exchanges):
        if isinstance(exchange.body, dict) and exchange.body.get("id") == row_id:
            return exchange.body
        if (operation.entity, row_id) in exchange.changed:
            break
    context.looker.at(operation.entity, row_id)
    last = context.session.exchanges[-1].body
    if isinstance(last, dict) and last.get("id") == row_id:
        return last
    return {"id": row_id}


def _asked(context: Context, field: Field, row: dict[str, Any]) -> Any:
    """Return a row's value as a query holds it."""
    value = row.get(field.wire)
    if value is None:
        return None
    if field.type.name == "row":
        return ref(value)
    if value in context.session.names.sent:
        return context.session.names.sent[value]
    server = field.type.name == "datetime" and field.managed is not Managed.CLIENT
    return {"$seen": value} if server else value


def _send(context: Context, listed: _Listed, **query: Any) -> Exchange:
    """Ask the list for the own rows; where others can't be kept out, walk all pages."""
    asked = {**listed.draft.query, **{k: v for k, v in query.items() if v != ""}}
    draft = msgspec.structs.replace(listed.draft, query=asked, about=", ".join(query))
    if listed.exact and _narrow(listed, query):
        return context.session.send(draft)
    walk = msgspec.structs.replace(draft, walk=True)
    shown = _popped(context, context.session.send(walk))
    absent = tuple(i for i in listed.ids if i not in shown)
    return context.session.send(msgspec.structs.replace(walk, absent=absent))


def _narrow(listed: _Listed, query: dict[str, Any]) -> bool:
    """Whether the query leaves alone, or repeats, what narrows the list to own rows."""
    given = listed.draft.query.items()
    return all(query.get(n, v) == v or "$missing" in str(query[n]) for n, v in given)


# --- scenarios --------------------------------------------------------------------------


def _bad_queries(context: Context, operation: Operation) -> None:
    """Ask for what no list gives: limits out of range, unknown names."""
    draft = base(context, operation)
    if draft is None:
        return
    page = context.ir.infrastructure.max_page_size
    queries = [
        {"limit": "0"},
        {"limit": str(page + 1)},
        {"offset": "-1"},
        {"limit": "many"},
        {"sort": "no_such_field"},
        {"no_such_filter": "1"},
    ]
    targets = [
        context.session.send(msgspec.structs.replace(draft, query=q, about=", ".join(q))) for q in queries
    ]
    refused = [t for t in targets if t.status == 422]
    if refused:
        kept = [e for e in context.session.exchanges if e not in targets or e in refused]
        named = heading(operation, "queries that are not valid", "error", f"{operation.id}:422")
        context.write(named, refused[0], kept)


def _pages(context: Context, operation: Operation, group: Group) -> None:
    listed = _make(context, operation, _beside_another(context, operation, group))
    listed = listed or _make(context, operation, group)
    if listed is None:
        return
    first = _send(context, listed)
    if listed.exact:
        two = str(min(2, context.ir.infrastructure.max_page_size))
        for query in ({"limit": two}, {"limit": two, "offset": "2"}, {"limit": "1", "total": "true"}):
            _send(context, listed, **query)
        _send(context, listed, offset="50")
    named = heading(operation, "works, page by page", "happy", f"{operation.id}:happy", f"{operation.id}:200")
    context.write(named, first)


def _beside_another(context: Context, operation: Operation, group: Group) -> Group:
    """Add a row of another owner, which a list below an owner must not show."""
    if not operation.rows:
        return group
    try:
        program, _ = context.builder.row(group.program, operation.entity)
    except Unreachable:
        return group
    return msgspec.structs.replace(group, program=program)


def _filter(context: Context, operation: Operation, group: Group, name: str) -> None:
    field = context.index.field(operation.entity, name)
    listed = _make(context, operation, group)
    if listed is None:
        return
    sent: list[Exchange] = []
    for row in listed.rows[:2]:
        value = _asked(context, field, row)
        if value is not None and not _unpredictable(field):
            sent.append(_send(context, listed, **{field.wire: value}))
            if field.type.name in _RANGED:
                sent.append(_send(context, listed, **{f"{field.wire}_min": value}))
                sent.append(_send(context, listed, **{f"{field.wire}_max": value}))
    sent += [_send(context, listed, **{field.wire: value}) for value in _other_values(context, field, listed)]
    if field.type.nullable:
        sent.append(_send(context, listed, **{field.wire: "null"}))
    if field.type.name == "row":
        sent.append(_send(context, listed, **{field.wire: missing(7)}))
    if field.type.name not in _TEXTS:
        draft = msgspec.structs.replace(listed.draft, query={**listed.draft.query, field.wire: "~"})
        sent.append(context.session.send(draft))
    sent += [_send(context, listed, **query) for query in beyond(field)]
    if sent:
        covers = f"{operation.id}:filter:{field.wire}"
        context.write(heading(operation, f"filtered by {field.wire}", "edge", covers, node=field.id), sent[0])


def _other_values(context: Context, field: Field, listed: _Listed) -> list[str]:
    """Return values that no own row has: a filter that is not passed on would show rows all the same."""
    enum = context.index.enums[field.type.of].values if field.type.name == "enum" else ()
    every = ("false", "true") if field.type.name == "bool" else enum
    taken = {str(_asked(context, field, row)).lower() for row in listed.rows}
    return [value for value in every if value.lower() not in taken][:2]


def _unpredictable(field: Field) -> bool:
    """Whether the value depends on rows that others have made."""
    return field.managed is Managed.COUNTER and not field.counter_per


def _sort(context: Context, operation: Operation, group: Group, field: Field) -> None:
    listed = _make(context, operation, group)
    if listed is None:
        return
    sent = [_send(context, listed, sort=f"{sign}{field.name}") for sign in ("", "-")]
    if all(e.ok for e in sent):
        covers = f"{operation.id}:sort:{field.name}"
        context.write(heading(operation, f"sorted by {field.name}", "edge", covers, node=field.id), sent[0])


def _search(context: Context, operation: Operation, group: Group, entity: Entity) -> None:
    """Search for a row's own text, in another letter case, and for what is nowhere."""
    listed = _make(context, operation, group)
    if listed is None:
        return
    sent: list[Exchange] = []
    for name in entity.listing.search:
        field = context.index.field(entity.name, name)
        text = _asked(context, field, listed.rows[0])
        if text:
            sent.append(_send(context, listed, q=text))
            if isinstance(text, str):
                sent.append(_send(context, listed, q=text.swapcase()))
    sent.append(_send(context, listed, q="no row has 100%_of this"))
    covers = f"{operation.id}:search"
    context.write(heading(operation, "searched", "edge", covers), sent[0])


def _default(context: Context, operation: Operation, group: Group, entity: Entity) -> None:
    """Take a row out of the default filter: the list no longer shows it."""
    node = f"{operation.id}:default_filter"
    expr = entity.listing.default_filter
    if expr is None:
        return
    run = context.searcher.run(group.program)
    world = World(context.session, run, Place("target"))
    tweaker = Tweaker(context.builder, context.turner, world, late_first=True)
    for changed in list(islice(tweaker.toward(expr, {"self": group.keys[0]}, truth=False), 12)):
        listed = _make(context, operation, msgspec.structs.replace(group, program=changed), plain=True)
        if listed is None:
            continue
        target = _send(context, listed)
        shown = target.body["items"] if target.ok else []
        if len(shown) < len(listed.rows):
            _ask_for_hidden(context, entity, listed, {row["id"] for row in shown})
            named = heading(operation, "rows outside of the default filter", "edge", node)
            context.write(named, target)
            return
    context.miss(node, "no row that the default filter leaves out was found")


def _ask_for_hidden(context: Context, entity: Entity, listed: _Listed, shown: set[str]) -> None:
    """Filter by a field of the default filter, which is then off: what it has hidden is shown."""
    hidden = [row for row in listed.rows if row["id"] not in shown]
    for name in _of_default(entity):
        field = context.index.field(entity.name, name)
        value = _asked(context, field, hidden[0])
        if value is not None and not _unpredictable(field):
            _send(context, listed, **{field.wire: value})
