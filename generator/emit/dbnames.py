"""Names of constraints and indexes: explicit, unique in the schema, at most 63 bytes."""

from __future__ import annotations

import hashlib

LIMIT = 63
_KEEP = LIMIT - 9


def fit(name: str) -> str:
    """Shorten a name that PostgreSQL would cut off, with a digest so that it stays unique."""
    encoded = name.encode()
    if len(encoded) <= LIMIT:
        return name
    head = encoded[:_KEEP].decode(errors="ignore")
    return f"{head}_{hashlib.sha256(encoded).hexdigest()[:8]}"


class SchemaNames:
    """Hands out names that nothing else in the schema has."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, *parts: str) -> str:
        """Return `parts` joined by `_`, fitted, with a number when it is taken."""
        wanted = "_".join(parts)
        name, number = fit(wanted), 2
        while name in self._taken:
            name, number = fit(f"{wanted}_{number}"), number + 1
        self._taken.add(name)
        return name
