"""Services that change nothing: read one row, list a page of rows."""

from __future__ import annotations

from generator.emit.exprs.loads import Load, load_tree
from generator.emit.listing import PAGE_PARAMETERS, list_filters
from generator.emit.operations import Endpoint, called, exists_statement
from generator.emit.python import literal
from generator.emit.services.code import Body
from generator.emit.services.function import Function, Home
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.signature import function_text, keywords, transaction_text
from generator.guards.model import FlowGuards


def read(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that gives one row."""
    description = f"Return the JSON of {called(point.entity)}."
    form = "DOCUMENT_AT" if point.arguments[-1].owners else "DOCUMENT"
    document = f"document({literal(point.entity.name)}, {home.queries(point.entity.name)}.{form}, "
    document += f"{keywords(point.arguments)})"
    if not guards.pre:
        body = Body()
        body.line(f"return await database.{document}")
        return function_text(home, point, description, body)
    function = Function(home)
    _check(function, point, guards)
    function.body.line(f"return await tx.{document}")
    return transaction_text(home, point, description, function.body)


def _check(function: Function, point: Endpoint, guards: FlowGuards) -> None:
    """Refuse to show a row that may not be read."""
    entity = point.entity
    name = function.bind("self", entity.snake)
    row = statement(function.home, entity.name, "", "AT" if point.arguments[-1].owners else "")
    model = function.home.model(entity.name)
    function.body.bind(name, f"await tx.one({model}, {row}, {keywords(point.arguments)})")
    tree = load_tree(function.index, [g.expr for g in guards.pre]).get("self", Load(entity.name))
    Loader(function, lambda _: "").below(tree, Holders(name))
    for guard in guards.pre:
        function.guard(guard)


def list_page(home: Home, point: Endpoint) -> str:
    """Return the function that gives a page of rows."""
    entity = point.entity
    body = Body()
    for argument in point.arguments:
        queries = home.queries(argument.entity.name)
        form = exists_statement(argument)
        found = home.runtime("errors", "found")
        row = f"await database.fetch_one({queries}.{form}, {keywords((argument,))})"
        body.line(f"{found}({row}, {literal(argument.entity.name)})")
    body.line(f"return await {home.queries(entity.name)}.LISTING.page(database, {_asked(home, point)})")
    description = f"Return the JSON of a page of {entity.plural.replace('_', ' ')}."
    return function_text(home, point, description, body)


def _asked(home: Home, point: Endpoint) -> str:
    listing = point.entity.listing
    absent = {"sort": not listing.sorts, "q": not listing.search}
    asked = [f"{name}=query.{name}" for name in PAGE_PARAMETERS if not absent.get(name)]
    filters = [f"{literal(f.wire)}: query.{f.attribute}" for f in list_filters(home.index, point.entity)]
    asked.append(f"filters={{{', '.join(filters)}}}")
    asked += [f"{a.entity.snake}_id={a.name}" for a in point.arguments]
    return ", ".join(asked)
