"""Range types over which an exclusion constraint can compare keys, by IR type.

GiST has no equality for plain values without an extension; a range that holds
just the value does, and PostgreSQL makes a range over any ordered type.
"""

from __future__ import annotations

import msgspec

from generator.emit.tables import SpanType


class Span(msgspec.Struct, frozen=True):
    """A range constructor; `made` when the migration has to create the type."""

    name: str
    cast: str = ""
    made: SpanType | None = None

    def of_value(self, column: str) -> str:
        """Return the range that holds just the column's value."""
        value = f"CAST({column} AS {self.cast})" if self.cast else column
        return f"{self.name}({value}, {value}, '[]')"


_UUID = Span("uuid_span", made=SpanType("uuid_span", "uuid"))
# CAST: varchar columns would make the constructor's polymorphic arguments ambiguous.
_TEXT = Span("text_span", "text", made=SpanType("text_span", "text", collation="C"))

SPANS = {
    "row": _UUID,
    "uuid": _UUID,
    "string": _TEXT,
    "text": _TEXT,
    "email": _TEXT,
    "url": _TEXT,
    "enum": _TEXT,
    "int": Span("int8range", "bigint"),
    "bool": Span("int4range", "integer"),
    "decimal": Span("numrange"),
    "float": Span("float_span", made=SpanType("float_span", "float8")),
    "date": Span("daterange"),
    "datetime": Span("tstzrange"),
    "time": Span("time_span", made=SpanType("time_span", "time")),
}
