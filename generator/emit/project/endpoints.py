"""The README's table of endpoints."""

from __future__ import annotations

import re
from typing import NamedTuple, assert_never

from generator.core.names import words
from generator.emit.python import one_line
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation, OperationKind

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


class Endpoint(NamedTuple):
    """One row of the table."""

    method: str
    path: str
    does: str
    status: int


def plain(text: str) -> str:
    """Return text on one line that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def endpoints(ir: ApplicationIR) -> list[Endpoint]:
    """Return every operation in the order of the operation table."""
    index = Index(ir)
    return [Endpoint(o.method, o.path, _does(index, o), o.status) for o in ir.api.operations]


def _does(index: Index, operation: Operation) -> str:
    entity = index.entities[operation.entity]
    one, many = " ".join(words(entity.name)), " ".join(words(entity.plural))
    match operation.kind:
        case OperationKind.CREATE:
            return f"creates one of the {many}"
        case OperationKind.READ:
            return f"reads one of the {many}"
        case OperationKind.UPDATE:
            return f"changes one of the {many}"
        case OperationKind.DELETE:
            return f"deletes one of the {many}"
        case OperationKind.LIST:
            return f"lists {many}, page by page"
        case OperationKind.FLOW:
            description = plain(index.flows[operation.flow].description)
            return description or f"{one}: {' '.join(words(operation.name))}"
        case _:
            assert_never(operation.kind)
