"""Faults of what a revision does to rows that are there: the application has been released before."""

from __future__ import annotations

import ast
from collections.abc import Callable

from msgspec.structs import replace

from generator.core.diagnostics import NodeError
from generator.emit.history import HISTORY, VERSIONS, History, decode
from generator.emit.overrides import Overrides
from generator.emit.tables import Column, Table
from generator.expr.model import Literal
from generator.host.format import RuffFormatter
from generator.ir.changes import Changes, Fill
from generator.ir.model import ApplicationIR, Entity, Field, Managed
from generator.stages.steps import migrations
from generator.stages.tools import Tools
from tests.faults.app import REVISION, App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Source, calls, every, says

_OLD = "as_it_was"


def _released(app: App, before: ApplicationIR, changes: Changes) -> App:
    """Return the application as a second release, after one of an earlier IR."""
    first = _scripts(before, History(), Changes())
    history = decode(first[HISTORY].text, HISTORY)
    second = _scripts(app.ir, history, changes)
    return app.with_files([*(f for f in app.bundle.files if f.path not in second), *second.values()])


def _scripts(ir: ApplicationIR, history: History, changes: Changes) -> dict:
    tree = migrations.run(Tools(RuffFormatter()), ir, changes, history, Overrides())
    return {f.path: f for f in tree.files}


def _edited(app: App, entity: str, edit: Callable[[Entity], Entity]) -> ApplicationIR:
    entities = (edit(e) if e.name == entity else e for e in app.ir.domain.entities)
    return replace(app.ir, domain=replace(app.ir.domain, entities=tuple(entities)))


def _newest(app: App) -> str:
    return max(f.path for f in app.bundle.files if f.path.startswith(VERSIONS))


def _places(app: App, *, nullable: bool) -> list[tuple[Entity, Field, Table, Column]]:
    """Return plain fields that no rule, unique or list reads."""
    found = []
    for table in (t for t in app.physical.tables if t.role == "rows"):
        entity = app.index.entities[table.entity]
        for column in table.columns:
            field = next(f for f in entity.fields if f.id == column.node)
            plain = field.managed is Managed.CLIENT and not column.foreign_key and not field.unique
            read = any(column.name in i.columns for i in (*table.uniques, *table.indexes))
            ruled = any(field.name in rule.fields for rule in entity.rules)
            if plain and not read and not ruled and column.nullable is nullable and column.default is None:
                found.append((entity, field, table, column))
    if not found:
        raise NoPlace
    return found


def _without(field: Field) -> Callable[[Entity], Entity]:
    return lambda e: replace(e, fields=tuple(f for f in e.fields if f.id != field.id))


def _under_old_name(field: Field) -> Callable[[Entity], Entity]:
    def edit(entity: Entity) -> Entity:
        old = replace(field, id=f"field:{entity.name}.{_OLD}", name=_OLD, wire=_OLD)
        return replace(entity, fields=tuple(old if f.id == field.id else f for f in entity.fields))

    return edit


def _filled(app: App, *, nullable: bool) -> tuple[App, Table, Column]:
    """Return a second release with a field that rows of the first got filled."""
    for entity, field, table, column in _places(app, nullable=nullable):
        if field.type.name not in ("int", "string", "text"):
            continue
        value = Literal(int(float(field.limits.ge or field.limits.gt or 0)) + 1, field.type)
        if field.type.name != "int":
            value = Literal("a" * max(1, field.limits.min_length or 1), field.type)
        changes = Changes(filled=(Fill(field.id, field.id, value),))
        try:
            return _released(app, _edited(app, entity.name, _without(field)), changes), table, column
        except NodeError:
            continue
    raise NoPlace


def _statement(source: Source, name: str, *words: str) -> ast.Expr:
    upgrade = source.function("upgrade")
    wanted = every(upgrade, ast.Expr, lambda e: bool(calls(e, name)) and all(says(e, w) for w in words))
    return wanted[0]


def rename_made_anew(app: App) -> Injected:
    """A renamed column is dropped, and another one added."""
    entity, field, table, column = _places(app, nullable=True)[0]
    changes = Changes(fields={f"{entity.name}.{_OLD}": field.name})
    aged = _released(app, _edited(app, entity.name, _under_old_name(field)), changes)
    source = Source(aged.text(_newest(aged)))
    rename = next(c for c in calls(source.function("upgrade"), "alter_column") if says(c, _OLD))
    made = next(c for c in calls(Source(app.text(REVISION)).tree, "Column") if says(c.args[0], column.name))
    text = f'op.drop_column("{table.name}", "{_OLD}")\n    op.add_column("{table.name}", {ast.unparse(made)})'
    return Injected(
        aged.with_text(_newest(aged), source.replaced(rename, text), imports="import sqlalchemy as sa"),
        column.node,
    )


def never_null_at_once(app: App) -> Injected:
    """A column that is never null is added where there are rows."""
    aged, table, column = _filled(app, nullable=False)
    source = Source(aged.text(_newest(aged)))
    fill = next(s for s in every(source.function("upgrade"), ast.Expr) if "UPDATE" in source.of(s))
    narrowed = _statement(source, "alter_column", table.name, column.name)
    text = source.removed(fill, narrowed).replace("nullable=True", "nullable=False", 1)
    return Injected(aged.with_text(_newest(aged), text), column.node)


def not_filled(app: App) -> Injected:
    """A new field stays null in rows that are there."""
    aged, _, column = _filled(app, nullable=True)
    source = Source(aged.text(_newest(aged)))
    fill = next(s for s in every(source.function("upgrade"), ast.Expr) if "UPDATE" in source.of(s))
    return Injected(aged.with_text(_newest(aged), source.removed(fill)), column.node)


def fork(app: App) -> Injected:
    """Two revisions follow the same one."""
    aged, _, _ = _filled(app, nullable=True)
    text = Source(aged.text(_newest(aged)))
    own = next(n for n in text.tree.body if isinstance(n, ast.AnnAssign) and says(n, _id(text)))
    other = text.replaced(own, 'revision: str = "0002_other"')
    head = other[: other.index("def upgrade")]
    body = 'def {}() -> None:\n    op.execute("SELECT 1")\n\n\n'
    steps = body.format("upgrade") + body.format("downgrade")
    return Injected(aged.with_text(f"{VERSIONS}0002_other.py", head + steps), "app")


def _id(source: Source) -> str:
    for node in source.tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="revision"), value=ast.Constant(value=str(value))):
                return value
            case _:
                pass
    raise NoPlace


def released_again(app: App) -> Injected:
    """A released revision does more than it did, as if nobody had run it."""
    aged, _, _ = _filled(app, nullable=True)
    source = Source(aged.text(REVISION))
    last = source.function("upgrade").body[-1]
    return Injected(aged.with_text(REVISION, source.after(last, 'op.execute("SELECT 1")')), "app")
