"""Every endpoint works; every status that its OpenAPI description declares comes about."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.operations import endpoint
from generator.emit.routes.refusals import refusals
from generator.ir.model import Operation, OperationKind
from generator.verify.coverage.case import Case
from generator.verify.coverage.model import Item

ENDPOINTS, STATUSES = "endpoints", "declared statuses"


def endpoints(case: Case) -> Iterator[Item]:
    """Yield an item for each operation, covered when it was carried out."""
    for operation in case.ir.api.operations:
        by = next((m.scenario.name for m in case.of(operation.id) if m.ok), "")
        what = f"{operation.method} {operation.path} succeeds"
        yield Item(ENDPOINTS, operation.id, operation.id, what, "covered" if by else "missing", by)


def statuses(case: Case) -> Iterator[Item]:
    """Yield an item for each declared status of each operation."""
    for operation in case.ir.api.operations:
        seen = {m.answer.status: m.scenario.name for m in reversed(case.of(operation.id))}
        for status in declared(case, operation):
            by = seen.get(status, "")
            what = f"{operation.method} {operation.path} answers {status}"
            yield Item(
                STATUSES, f"{operation.id}:{status}", operation.id, what, "covered" if by else "missing", by
            )


def declared(case: Case, operation: Operation) -> list[int]:
    """Return the statuses that an operation's OpenAPI description names."""
    found = {operation.status, *refusals(case.index, endpoint(case.index, operation))}
    entity = case.index.entities[operation.entity]
    if operation.kind is OperationKind.CREATE and any(u.on_conflict != "reject" for u in entity.uniques):
        found.add(200)
    return sorted(found)
