"""What becomes of the rows of an application that was delivered before, resolved."""

from __future__ import annotations

import msgspec

from generator.expr.model import Expr


class Fill(msgspec.Struct, frozen=True):
    """What rows that are there get in a field; `node` is the field, `source` the entry itself."""

    node: str
    source: str
    expr: Expr


class Changes(msgspec.Struct, frozen=True, omit_defaults=True):
    """Names are as in the spec: `Entity`, or `Entity.field` with the entity's name of now.

    Beside the IR, not in it: they say how a database gets there, not what the application is.
    """

    entities: dict[str, str] = {}  # old -> new
    fields: dict[str, str] = {}  # Entity.old -> new
    dropped: tuple[str, ...] = ()
    filled: tuple[Fill, ...] = ()
