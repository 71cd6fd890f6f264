"""The frame of a service function: its arguments, its transaction, its path."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.names import snake
from generator.emit.listing import query_class
from generator.emit.operations import Answer, Endpoint, PathArgument
from generator.emit.python import docstring, module
from generator.emit.services.code import Block, Body, Line, Statement, render
from generator.emit.services.function import Home
from generator.ir.model import OperationKind


def answer_type(home: Home, point: Endpoint) -> str:
    """Return the annotation of what the function returns."""
    match point.answer:
        case Answer.DOCUMENT:
            return "str"
        case Answer.STORED:
            return home.runtime("replies", "Stored")
        case Answer.NOTHING:
            return "None"


def parameters(home: Home, point: Endpoint) -> str:
    """Return the parameters: the database, the ids of the path, then body or query."""
    found = [f"database: {home.runtime('database', 'Database')}"]
    found += [f"{a.name}: {home.imports.symbol('uuid', 'UUID')}" for a in point.arguments]
    if point.body:
        found.append(f"data: {home.imports.symbol(module(point.entity.snake, 'schemas'), point.body)}")
    if point.kind is OperationKind.LIST:
        found.append(
            f"query: {home.imports.symbol(module(point.entity.snake, 'filters'), query_class(point.entity))}"
        )
    return ", ".join(found)


def function_text(home: Home, point: Endpoint, description: str, body: Body) -> str:
    """Return the function that does `body` with the database itself."""
    return _function(home, point, description, body.statements)


def transaction_text(home: Home, point: Endpoint, description: str, body: Body) -> str:
    """Return the function that does `body` in one transaction."""
    returned = answer_type(home, point)
    head = f"async def work(tx: {home.runtime('database', 'Transaction')}) -> {returned}:"
    run = Line("return await database.run(work)" if returned != "None" else "await database.run(work)")
    return _function(home, point, description, [Line(""), Block(head, tuple(body.statements)), Line(""), run])


def _function(home: Home, point: Endpoint, description: str, statements: Sequence[Statement]) -> str:
    head = f"async def {point.function}({parameters(home, point)}) -> {answer_type(home, point)}:"
    body = (Line(docstring(description)), *statements)
    return render([Block(head, body, point.operation.id)])


def keywords(arguments: Sequence[PathArgument], prefix: str = "") -> str:
    """Return the keywords that find the last of these rows below its owners."""
    last = arguments[-1]
    found = [f"{prefix}id={last.name}"]
    found += [f"{prefix}{snake(o.entity.name)}_id={o.name}" for o in last.owners]
    return ", ".join(found)
