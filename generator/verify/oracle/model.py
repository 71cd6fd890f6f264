"""What the oracle needs and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from typing import Literal as OneOf

import msgspec

from generator.verify.plan.requests import Draft

Kind = OneOf["status", "body", "header", "state"]


class Database(Protocol):
    """The application's own database, beside it."""

    def row(self, query: str) -> Sequence[Any]:
        """Return the only row of a query; JSON comes as Python values."""
        ...

    def execute(self, statement: str) -> None:
        """Run a statement; what it does is there at once."""
        ...


class Sent(msgspec.Struct, frozen=True):
    """One request as it was sent: by which actor, what it made and changed, and the curl line."""

    draft: Draft
    actor: int
    status: int
    made: tuple[tuple[str, str], ...]
    rows: tuple[Any, ...]  # JSON of the rows that were made, then of those that were changed
    curl: str


class Difference(msgspec.Struct, frozen=True):
    """Where application and interpreter part: at the last of the requests."""

    kind: Kind
    text: str
    node: str  # IR node
    requests: tuple[Sent, ...]
    entity: str = ""  # of the row whose stored values differ
    row: str = ""


class OracleResult(msgspec.Struct, frozen=True):
    """What a run did: `answered` counts, per operation, requests that were carried out and refused."""

    app: str
    seed: int
    steps: int
    seconds: float
    answered: dict[str, tuple[int, int]]
    difference: Difference | None = None

    @property
    def ok(self) -> bool:
        """Whether something was asked and everything agreed."""
        return self.steps > 0 and self.difference is None

    @property
    def unreached(self) -> tuple[str, ...]:
        """Operations that were never carried out."""
        return tuple(name for name, (done, _) in self.answered.items() if not done)
