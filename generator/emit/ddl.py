"""SQLAlchemy constructs as Python text, the same in a model and in a migration."""

from __future__ import annotations

import re

from generator.emit.python import Imports, literal
from generator.emit.sqltypes import Annotation, ColumnType, ServerDefault
from generator.emit.tables import Check, Exclusion, ForeignKey, Index, UniqueConstraint

# What SQLAlchemy's text() would take for a bind parameter or an escape.
_SPECIAL = re.compile(r"(?<!:):(?!:)|\\")


class Ddl:
    """Prints parts of the physical view for one file."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    @property
    def _sa(self) -> str:
        return self._imports.module("sqlalchemy", "sa")

    @property
    def _postgresql(self) -> str:
        return self._imports.symbol("sqlalchemy.dialects", "postgresql")

    def type(self, column: ColumnType) -> str:
        """Return the type, called only when it has arguments."""
        module = self._postgresql if column.dialect else self._sa
        arguments = [literal(a) for a in column.args] + [f"{k}={literal(v)}" for k, v in column.options]
        return f"{module}.{column.name}({', '.join(arguments)})" if arguments else f"{module}.{column.name}"

    def annotation(self, python: Annotation, *, nullable: bool) -> str:
        """Return a Python annotation; a field that hides a builtin or `date` gets out of the way."""
        return self._python(python) + (" | None" if nullable else "")

    def _python(self, python: Annotation) -> str:
        if not python.module:
            return self._imports.builtin(python.name)
        if python.module == "datetime":
            return f"{self._imports.module('datetime', 'dt')}.{python.name}"
        return self._imports.symbol(python.module, python.name)

    def default(self, default: ServerDefault) -> str:
        """Return the keyword argument of a column's default."""
        value = f"{self._sa}.text({literal(default.value)})" if default.is_sql else literal(default.value)
        return f"server_default={value}"

    def foreign_key(self, key: ForeignKey) -> str:
        """Return the foreign key of a column."""
        return f"{self._sa}.ForeignKey({literal(f'{key.table}.id')}, {_key_options(key)})"

    def foreign_key_constraint(self, column: str, key: ForeignKey) -> str:
        """Return the foreign key as a constraint of the table."""
        targets = f"[{literal(column)}], [{literal(f'{key.table}.id')}]"
        return f"{self._sa}.ForeignKeyConstraint({targets}, {_key_options(key)})"

    def primary_key(self, name: str, columns: tuple[str, ...]) -> str:
        """Return the primary key as a constraint of the table."""
        return f"{self._sa}.PrimaryKeyConstraint({_listed(columns)}, name={literal(name)})"

    def check(self, check: Check) -> str:
        """Return a CHECK constraint."""
        return f"{self._sa}.CheckConstraint({self.condition(check.sql)}, name={literal(check.name)})"

    def condition(self, sql: str) -> str:
        """Return the condition of a CHECK."""
        return self._exact(sql) if _SPECIAL.search(sql) else literal(sql)

    def statement(self, sql: str) -> str:
        """Return a statement as an argument of `op.execute`; text would be read for parameters."""
        if not _SPECIAL.search(sql):
            return literal(sql)
        return f"{self._sa}.DDL({literal(sql.replace('%', '%%'))})"

    def unique(self, unique: UniqueConstraint) -> str:
        """Return a UNIQUE constraint."""
        options = f"name={literal(unique.name)}{later(unique)}"
        return f"{self._sa}.UniqueConstraint({_listed(unique.columns)}, {options})"

    def index(self, index: Index) -> str:
        """Return an index of a model."""
        return (
            f"{self._sa}.Index({literal(index.name)}, {_listed(index.columns)}{self._index_options(index)})"
        )

    def create_index(self, index: Index, table: str) -> str:
        """Return the migration's call that makes an index."""
        columns = f"[{_listed(index.columns)}]"
        arguments = f"{literal(index.name)}, {literal(table)}, {columns}{self._index_options(index)}"
        return f"op.create_index({arguments})"

    def _index_options(self, index: Index) -> str:
        unique = ", unique=True" if index.unique else ""
        where = f", postgresql_where={self._sql(index.where)}" if index.where else ""
        return unique + where

    def exclusion(self, exclusion: Exclusion) -> str:
        """Return an exclusion constraint."""
        elements = [f"({self._sql(sql)}, {literal(operator)})" for sql, operator in exclusion.elements]
        options = [f"name={literal(exclusion.name)}", f"using={literal(exclusion.using)}"]
        if exclusion.where:
            options.append(f"where={self._sql(exclusion.where)}")
        return f"{self._postgresql}.ExcludeConstraint({', '.join([*elements, *options])}{later(exclusion)})"

    def _sql(self, sql: str) -> str:
        """Return SQL text as an element; text() would read some of it as parameters."""
        return self._exact(sql) if _SPECIAL.search(sql) else f"{self._sa}.text({literal(sql)})"

    def _exact(self, sql: str) -> str:
        return f"{self._sa}.literal_column({literal(sql)})"


def later(item: UniqueConstraint | Exclusion) -> str:
    """Return the options of a constraint that can wait until a transaction asks for it."""
    return ', deferrable=True, initially="IMMEDIATE"' if item.deferrable else ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(literal(n) for n in names)


def _key_options(key: ForeignKey) -> str:
    cascade = ', ondelete="CASCADE"' if key.cascade else ""
    later = ", use_alter=True" if key.deferred else ""
    return f"name={literal(key.name)}{cascade}{later}"
