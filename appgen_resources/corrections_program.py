"""Runs beside a delivered application: how the database at $LIVE_DATABASE comes back to the models.

Writes nothing to it. Prints one line of JSON: for each difference what it is about, the correcting SQL, the
query that finds a row where the correction is needed, and what the correction would lose ("" if nothing).
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from app.entities import Base  # type: ignore[import-not-found]  # of the application
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

_OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=60000 -c lock_timeout=5000"
Correction = dict[str, str]


def corrections(connection: sa.Connection) -> Iterator[Correction]:
    """Yield a correction for each difference."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    for found in compare_metadata(context, Base.metadata):
        for diff in found if isinstance(found, list) else [found]:
            yield Corrector(connection).of(diff)


class Corrector:
    """Words one difference as SQL."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._quote = connection.dialect.identifier_preparer.quote

    def of(self, diff: Any) -> Correction:
        """Return the correction; one that nobody knows has no SQL and loses whatever there is."""
        kind, *parts = diff
        known = getattr(self, kind, None)
        if known is None:
            return told(f"{kind} {parts[-1]}", loses="no correction is known")
        made: Correction = known(*parts)
        return made

    def add_table(self, table: Any) -> Correction:
        """Return how a table is made again."""
        return told(
            f"the table {table.name} is missing",
            self._ddl(CreateTable(table)),
            f"SELECT 1 WHERE to_regclass({text(table.name)}) IS NULL",
        )

    def remove_table(self, table: Any) -> Correction:
        """Return how a table is taken away that holds nothing."""
        rows = self._count(table.name, "true")
        return told(
            f"the table {table.name} was added",
            f"DROP TABLE {self._quote(table.name)}",
            f"SELECT 1 WHERE to_regclass({text(table.name)}) IS NOT NULL",
            loses(rows, "it holds"),
        )

    def add_column(self, _: Any, table: str, column: Any) -> Correction:
        """Return how a column is made again; rows that would need a value have none."""
        must = not column.nullable and column.server_default is None
        rows = self._count(table, "true") if must else 0
        return told(
            f"{table}.{column.name} is missing",
            f"ALTER TABLE {self._quote(table)} ADD COLUMN {self._column(column)}",
            f"SELECT 1 WHERE NOT EXISTS ({column_exists(table, column.name)})",
            f"{rows} rows have no value for it" if rows else "",
        )

    def remove_column(self, _: Any, table: str, column: Any) -> Correction:
        """Return how a column is taken away that holds nothing."""
        rows = self._count(table, f"{self._quote(column.name)} IS NOT NULL")
        return told(
            f"{table}.{column.name} was added",
            f"ALTER TABLE {self._quote(table)} DROP COLUMN {self._quote(column.name)}",
            f"SELECT 1 WHERE EXISTS ({column_exists(table, column.name)})",
            loses(rows, "it has a value in"),
        )

    def modify_nullable(self, _: Any, table: str, name: str, *rest: Any) -> Correction:
        """Return how NULL is refused, or allowed, again."""
        nullable = bool(rest[-1])
        rows = 0 if nullable else self._count(table, f"{self._quote(name)} IS NULL")
        state = "NO" if nullable else "YES"
        return told(
            f"{table}.{name} {'refuses' if nullable else 'allows'} NULL",
            f"{self._alter(table, name)} {'DROP' if nullable else 'SET'} NOT NULL",
            f"{column_exists(table, name)} AND is_nullable = {text(state)}",
            f"{rows} rows have no value for it" if rows else "",
        )

    def modify_default(self, _: Any, table: str, name: str, *rest: Any) -> Correction:
        """Return how a default is set again."""
        wanted = getattr(rest[-1], "arg", None)
        action = f"SET DEFAULT {self._sql(wanted)}" if wanted is not None else "DROP DEFAULT"
        about = f"{table}.{name} has another default"
        return told(about, f"{self._alter(table, name)} {action}", "SELECT 1")

    def modify_type(self, _: Any, table: str, name: str, *rest: Any) -> Correction:
        """Return how a type is changed back, if every value survives it."""
        old, new = (self._type(t) for t in rest[-2:])
        column = self._quote(name)
        rows = self._count(table, f"CAST(CAST({column} AS {new}) AS {old}) IS DISTINCT FROM {column}")
        return told(
            f"{table}.{name} is {old}, not {new}",
            f"{self._alter(table, name)} TYPE {new} USING CAST({column} AS {new})",
            "SELECT 1",
            "a value does not fit" if rows else "",
        )

    def add_index(self, index: Any) -> Correction:
        """Return how an index is made again."""
        missing = f"SELECT 1 WHERE to_regclass({text(index.name)}) IS NULL"
        return told(f"the index {index.name} is missing", self._ddl(CreateIndex(index)), missing)

    def remove_index(self, index: Any) -> Correction:
        """Return how an index is taken away."""
        there = f"SELECT 1 WHERE to_regclass({text(index.name)}) IS NOT NULL"
        return told(f"the index {index.name} was added", f"DROP INDEX {self._quote(index.name)}", there)

    def add_constraint(self, constraint: Any) -> Correction:
        """Return how a constraint is made again."""
        missing = f"SELECT 1 WHERE NOT EXISTS ({constraint_exists(constraint.name)})"
        about = f"the constraint {constraint.name} is missing"
        return told(about, self._ddl(AddConstraint(constraint)), missing)

    def remove_constraint(self, constraint: Any) -> Correction:
        """Return how a constraint is taken away."""
        table = self._quote(constraint.table.name)
        return told(
            f"the constraint {constraint.name} was added",
            f"ALTER TABLE {table} DROP CONSTRAINT {self._quote(constraint.name)}",
            constraint_exists(constraint.name),
        )

    add_fk, remove_fk = add_constraint, remove_constraint

    def _alter(self, table: str, name: str) -> str:
        return f"ALTER TABLE {self._quote(table)} ALTER COLUMN {self._quote(name)}"

    def _count(self, table: str, condition: str) -> int:
        try:
            with self._connection.begin_nested():
                query = sa.text(f"SELECT count(*) FROM {self._quote(table)} WHERE {condition}")  # noqa: S608
                return int(self._connection.execute(query).scalar_one())
        except sa.exc.DBAPIError:
            return 1  # what can't be asked may hold something

    def _ddl(self, element: Any) -> str:
        return str(element.compile(dialect=self._connection.dialect)).strip()

    def _column(self, column: Any) -> str:
        compiler = self._connection.dialect.ddl_compiler(self._connection.dialect, CreateTable(column.table))
        return str(compiler.get_column_specification(column))

    def _type(self, kind: Any) -> str:
        return str(kind.compile(dialect=self._connection.dialect))

    def _sql(self, value: Any) -> str:
        return text(value) if isinstance(value, str) else str(value.compile(dialect=self._connection.dialect))


def told(about: str, sql: str = "", needed: str = "", loses: str = "") -> Correction:
    """Return a correction."""
    return {"about": about, "sql": sql, "needed": needed, "loses": loses}


def loses(rows: int, what: str) -> str:
    """Say what would be lost."""
    return f"{what} {rows} rows" if rows else ""


def text(value: str) -> str:
    """Return a text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def column_exists(table: str, name: str) -> str:
    """Return the query that finds a column."""
    return (
        "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema()"  # noqa: S608
        f" AND table_name = {text(table)} AND column_name = {text(name)}"
    )


def constraint_exists(name: str) -> str:
    """Return the query that finds a constraint."""
    return (
        "SELECT 1 FROM pg_constraint WHERE connamespace = to_regnamespace(current_schema()::text)"  # noqa: S608
        f" AND conname = {text(name)}"
    )


def main() -> None:
    """Compare and print."""
    url = sa.make_url(os.environ["LIVE_DATABASE"]).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url, connect_args={"connect_timeout": 10, "options": _OPTIONS})
    with engine.connect() as connection:
        found = list(corrections(connection))
    sys.stdout.write(f"\n{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
