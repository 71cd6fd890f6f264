"""Faults of migrations."""

from __future__ import annotations

import ast

from generator.emit.tables import Column, Table
from tests.faults.app import REVISION, App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Source, calls, every, first, says

ENV = "migrations/env.py"


def _script(app: App) -> Source:
    return Source(app.text(REVISION))


def _table(source: Source, table: str) -> ast.Call:
    return next(c for c in calls(source.tree, "create_table") if c.args and says(c.args[0], table))


def _column(source: Source, table: Table, column: Column) -> ast.Call:
    found = calls(_table(source, table.name), "Column")
    return next(c for c in found if says(c.args[0], column.name))


def _columns(app: App, *, plain: bool = False) -> list[tuple[Table, Column]]:
    """Return the columns of fields; `plain`: nothing else in the migration names them."""
    found = [(t, c) for t in app.physical.tables if t.role == "rows" for c in t.columns if c.name != "id"]
    text = app.text(REVISION)
    return [(t, c) for t, c in found if not plain or text.count(f'"{c.name}"') == 1] if plain else found


def _argument(call: ast.Call, name: str) -> ast.expr:
    return next(k.value for k in call.keywords if k.arg == name)


def column_missing(app: App) -> Injected:
    """A column that nothing else in the script names is left out."""
    source = _script(app)
    places = [(t, c) for t, c in _columns(app, plain=True) if not _checked(t, c)]
    if not places:
        raise NoPlace
    table, column = places[0]
    return Injected(app.with_text(REVISION, source.removed(_column(source, table, column))), column.node)


def _checked(table: Table, column: Column) -> bool:
    return any(column.name in check.sql for check in table.checks)


def column_type(app: App) -> Injected:
    """An integer is made a big one."""
    source = _script(app)
    table, column = next((t, c) for t, c in _columns(app) if c.type.name == "Integer")
    call = _column(source, table, column)
    return Injected(app.with_text(REVISION, source.replaced(call.args[1], "sa.BigInteger")), column.node)


def nullability(app: App) -> Injected:
    """A column that must not be null may be."""
    source = _script(app)
    table, column = next((t, c) for t, c in _columns(app) if not c.nullable)
    may_be_null = _argument(_column(source, table, column), "nullable")
    return Injected(app.with_text(REVISION, source.replaced(may_be_null, "True")), column.node)


def _default(app: App, new: str, *, is_sql: bool) -> Injected:
    source = _script(app)
    found = [(t, c) for t, c in _columns(app) if c.default and c.default.is_sql is is_sql]
    if not found:
        raise NoPlace
    table, column = found[-1]
    assert column.default is not None
    given = _argument(_column(source, table, column), "server_default")
    text = source.replaced(given, new.format(column.default.value))
    return Injected(app.with_text(REVISION, text), column.node)


def default_lost(app: App) -> Injected:
    """A column has no default any more."""
    return _default(app, "None", is_sql=True)


def default_unquoted(app: App) -> Injected:
    """The default of a state stands there as SQL, without quotes."""
    return _default(app, 'sa.text("{}")', is_sql=False)


def default_bare_name(app: App) -> Injected:
    """The default of a timestamp is a Python name."""
    return _default(app, "now", is_sql=True)


def foreign_key_missing(app: App) -> Injected:
    """A reference is not checked by the database."""
    source = _script(app)
    call = calls(source.tree, "ForeignKeyConstraint")[0]
    name = ast.literal_eval(_argument(call, "name"))
    node = next(c.node for t, c in _columns(app) if c.foreign_key and c.foreign_key.name == name)
    return Injected(app.with_text(REVISION, source.removed(call)), node)


def index_extra(app: App) -> Injected:
    """The migration makes an index that no model has."""
    source = _script(app)
    statement = first(source.tree, ast.Expr, lambda e: bool(calls(e, "create_table")))
    table = next(t for t in app.physical.tables if says(calls(statement, "create_table")[0].args[0], t.name))
    line = f'op.create_index("ix_more", "{table.name}", ["id"])'
    return Injected(app.with_text(REVISION, source.after(statement, line)), table.node)


def table_made_twice(app: App) -> Injected:
    """The script makes a table that it has made before."""
    source = _script(app)
    tables = [c for c in calls(source.tree, "create_table") if len(calls(source.tree, "create_table")) > 1]
    one, other = tables[0], tables[1]
    node = next(t.node for t in app.physical.tables if says(other.args[0], t.name))
    return Injected(app.with_text(REVISION, source.replaced(other.args[0], source.of(one.args[0]))), node)


def synchronous_engine(app: App) -> Injected:
    """The environment makes a synchronous engine of the asynchronous URL."""
    source = Source(app.text(ENV))
    run = next(s for s in every(source.tree, ast.Expr) if calls(s, "run_online"))
    lines = (
        "engine = sa.create_engine(Settings().database_url)\n"
        "    with engine.connect() as connection:\n"
        "        run_over(connection)"
    )
    return Injected(app.with_text(ENV, source.replaced(run, lines)), "app")


def downgrade_missing(app: App) -> Injected:
    """The downgrade does nothing."""
    source = _script(app)
    function = source.function("downgrade")
    text = source.text[: source.text.index("def downgrade")]
    head = f"def downgrade() -> None:\n    {source.of(function.body[0])}\n"
    return Injected(app.with_text(REVISION, text + head), app.physical.tables[0].node)


def downgrade_incomplete(app: App) -> Injected:
    """The downgrade leaves the last table."""
    source = _script(app)
    last = [s for s in source.function("downgrade").body if calls(s, "drop_table")][-1]
    node = next(t.node for t in app.physical.tables if says(last, t.name))
    return Injected(app.with_text(REVISION, source.removed(last)), node)


def downgrade_in_wrong_order(app: App) -> Injected:
    """The downgrade drops a table that another still refers to."""
    source = _script(app)
    drops = [s for s in source.function("downgrade").body if calls(s, "drop_table")]
    referred = {c.foreign_key.table for _, c in _columns(app) if c.foreign_key}
    wanted = next(d for d in drops if any(says(d, name) for name in referred))
    text = Source(source.removed(wanted))
    start = text.function("downgrade").body[1]
    return Injected(app.with_text(REVISION, text.before(start, source.of(wanted))), "app")


def second_head(app: App) -> Injected:
    """Two scripts both begin from nothing."""
    script = (
        '"""Another beginning."""\n\nfrom alembic import op\n\n'
        'revision: str = "0002_other"\ndown_revision: str | None = None\n\n\n'
        'def upgrade() -> None:\n    """Do nothing."""\n    op.execute("SELECT 1")\n\n\n'
        'def downgrade() -> None:\n    """Do nothing."""\n    op.execute("SELECT 1")\n'
    )
    return Injected(app.with_text("migrations/versions/0002_other.py", script), "app")
