"""One difference between a live database and the one that the delivered migrations make."""

from __future__ import annotations

import msgspec


class Ask(msgspec.Struct, frozen=True):
    """A query that counts rows which a correction would lose, or which contradict it; words for them."""

    count: str
    words: str  # {rows} is their number


class Drift(msgspec.Struct, frozen=True):
    """`about` says it; `sql` is the correction ("": none is known), `needed` finds a row where it is needed.

    `parts` are the names in the table that it is about, the nearest first.
    """

    what: str
    table: str
    parts: tuple[str, ...]
    about: str
    sql: str = ""
    needed: str = ""
    asks: tuple[Ask, ...] = ()
