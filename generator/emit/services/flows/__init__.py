"""The service of a flow: one transaction that locks, checks, changes, checks again and answers."""

from __future__ import annotations

from generator.emit.operations import Answer, Endpoint
from generator.emit.python import attribute, literal
from generator.emit.services.flows.effects import Effects
from generator.emit.services.flows.needs import Needs
from generator.emit.services.flows.roots import Roots
from generator.emit.services.flows.writes import Writes, can_wait
from generator.emit.services.function import Function, Home
from generator.emit.services.signature import transaction_text
from generator.expr.model import Literal
from generator.guards.model import FlowGuards
from generator.ir.exchanges import exchanged
from generator.ir.model import Flow, Input

__all__ = ["flow"]


def flow(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that carries out a flow."""
    spec = point.flow
    assert spec is not None  # noqa: S101 - a flow's operation has one
    function = Function(home)
    needs = Needs(home.index, spec, guards)
    _name_inputs(function, spec)
    Roots(function, point, spec, needs).add()
    function.lock_tables(needs.evaluated())
    for guard in guards.pre:
        if not guard.scope:
            function.guard(guard)
    _change(function, needs)
    for guard in guards.post:
        function.guard(guard)
    _answer(function, point, spec)
    usual = f"{spec.name.replace('_', ' ').capitalize()}: a flow of {point.entity.plural.replace('_', ' ')}."
    said = spec.description or usual
    return transaction_text(home, point, said, function.body)


def _change(function: Function, needs: Needs) -> None:
    """Carry out the effects, check the rules, write, check the rules that ask for all rows of an entity."""
    writes = Writes(function, wait=can_wait(needs))
    effects = Effects(function, needs, writes)
    late = _put_off(function, needs)
    if late:
        function.body.line(f"await tx.defer({late})")
    effects.add(needs.flow.effects)
    effects.rules.check(asks=False)
    writes.flush()
    if late:
        function.body.line(f"await tx.settle({late})")
    effects.rules.check(asks=True)


def _put_off(function: Function, needs: Needs) -> str:
    """Return the constraints that hold once all is done: rows may exchange what they are about."""
    ids = [unique for uniques in exchanged(needs.index, needs.flow).values() for unique in uniques]
    known = function.home.constraints
    return ", ".join(literal(known[unique]) for unique in ids if unique in known)


def _name_inputs(function: Function, flow: Flow) -> None:
    for given in flow.inputs:
        if given.type.name != "row":
            function.inputs[given.name] = _input(function, given)


def _input(function: Function, given: Input) -> str:
    """Return what was sent, or the default that only the server knows."""
    name = attribute(given.wire)
    sent = f"data.{name}"
    if given.default is None or isinstance(given.default, Literal):
        return sent
    default = function.exprs().stored(given.default, given.type)
    was_sent = f"{literal(name)} in data.model_fields_set" if given.type.nullable else f"{sent} is not None"
    variable = function.variable(given.name)
    function.body.bind(variable, f"{sent} if {was_sent} else {default}", pure=True)
    return variable


def _answer(function: Function, point: Endpoint, flow: Flow) -> None:
    if point.answer is Answer.NOTHING:
        return
    entity, row = flow.names[flow.returns], function.rows[flow.returns]
    queries = function.home.queries(entity)
    document = f"await tx.document({literal(entity)}, {queries}.DOCUMENT, id={row}.id)"
    if point.answer is Answer.STORED:
        stored = function.home.runtime("replies", "Stored")
        document = f"{stored}({row}.id, {document})"
    function.body.line(f"return {document}")
