"""What rows that are there get in a field that they did not have: SQL, from the spec's expressions."""

from __future__ import annotations

from generator.emit.exprs.derived import expand
from generator.emit.exprs.sqllower import UnsupportedError
from generator.emit.exprs.sqlquery import Association, QueryPrinter
from generator.emit.exprs.sqlscope import Aliases, Scope
from generator.emit.snapshot import Snapshot
from generator.emit.sqltext import quote_name
from generator.emit.sqltypes import initial_value
from generator.expr.model import Expr, Literal
from generator.ir.changes import Changes, Fill
from generator.ir.index import Index, stored_fields
from generator.ir.model import ApplicationIR, Entity, Field, Managed

_NO_SCOPE = "CAST('00000000-0000-0000-0000-000000000000' AS uuid)"


class CantFill(Exception):  # noqa: N818 - it says what can't be done
    """The values of a fill can't be computed by a statement; the text says why."""

    def __init__(self, fill: Fill, reason: str) -> None:
        super().__init__(reason)
        self.fill = fill


class Fills:
    """The fills of an application, by the field's node."""

    def __init__(self, ir: ApplicationIR, now: Snapshot, changes: Changes) -> None:
        self._index = Index(ir)
        self._tables = {entity: table.name for entity, table in now.entities.items()}
        self._links = {t.node: Association(t.name, *t.key_columns) for t in now.tables if t.role == "links"}
        self._taken = {t.name for t in now.tables}
        self._asked = {fill.node: fill for fill in changes.filled}
        self._fields = {f.id: (e, f) for e in ir.domain.entities for f in stored_fields(e)}

    def asked(self, node: str) -> bool:
        """Whether the spec says itself what rows get."""
        return node in self._asked

    def sql(self, node: str) -> str | None:
        """Return the value of a field for rows that are there; None if nobody says it. Raises CantFill."""
        if node not in self._fields:
            return None
        entity, field = self._fields[node]
        if fill := self._asked.get(node):
            return self._value(entity, fill)
        if field.managed is Managed.COUNTER:
            return self._numbers(entity, field)
        value = field.value if field.managed is Managed.SNAPSHOT else initial_value(entity, field)
        if value is None or (isinstance(value, Literal) and value.value is None):
            return None
        return self._value(entity, Fill(node, node, value))

    def counted(self, node: str) -> str:
        """Return the statement that lets a new counter go on behind the numbers that were given out."""
        entity, field = self._fields[node]
        table, column = quote_name(self._tables[entity.name]), quote_name(field.wire)
        scope = self._scope(entity, field)
        return f"SELECT {scope}, max({column}) FROM {table} GROUP BY 1"  # noqa: S608 - quoted

    def _value(self, entity: Entity, fill: Fill) -> str:
        table = self._tables[entity.name]
        scope = Scope(self._index, Aliases(set(self._taken)), {"self": table})
        try:
            return QueryPrinter(self._tables, self._links).text(scope.lower(self._whole(fill.expr)))
        except (UnsupportedError, ValueError) as error:
            raise CantFill(fill, str(error)) from error

    def _whole(self, expr: Expr) -> Expr:
        return expand(expr, self._index)

    def _numbers(self, entity: Entity, field: Field) -> str:
        table = quote_name(self._tables[entity.name])
        scope = self._scope(entity, field)
        numbered = f"SELECT id, row_number() OVER (PARTITION BY {scope} ORDER BY id) AS number FROM {table}"  # noqa: S608 - quoted
        return f"(SELECT numbered.number FROM ({numbered}) AS numbered WHERE numbered.id = {table}.id)"  # noqa: S608 - quoted

    def _scope(self, entity: Entity, field: Field) -> str:
        if not field.counter_per:
            return _NO_SCOPE
        return quote_name(self._index.field(entity.name, field.counter_per).wire)
