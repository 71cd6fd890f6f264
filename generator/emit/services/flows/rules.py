"""Rules of the rows that a flow writes: which rows, known before or found out on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.core.names import plural, snake
from generator.emit.services.flows.needs import Needs
from generator.emit.services.function import Function
from generator.expr.model import EntityRef
from generator.guards.model import GuardSpec
from generator.ir.model import Rule


@dataclass
class _Watch:
    """Guards of one scope that the same writes call for."""

    scope: str
    entity: str
    fields: frozenset[str]
    guards: list[GuardSpec] = field(default_factory=list)
    certain: str = ""  # the row's text, once it is written in any case
    written: str = ""  # the list of rows that may be written


class Rules:
    """Keeps account of written rows, and adds the checks once all effects are done."""

    def __init__(self, function: Function, needs: Needs) -> None:
        self._function = function
        self._watches: list[_Watch] = []
        known: dict[str, Rule] = {r.condition.id: r for e in needs.index.entities.values() for r in e.rules}
        entities = {e.name for e in needs.index.entities.values()}
        for guard in needs.guards.invariants:
            rule = known[guard.source_constraint_id]
            entity = next(n for n in entities if rule in needs.index.entities[n].rules)
            self._watch(guard, entity, frozenset(rule.fields))

    def _watch(self, guard: GuardSpec, entity: str, fields: frozenset[str]) -> None:
        for watch in self._watches:
            if watch.scope == guard.scope and watch.fields == fields:
                watch.guards.append(guard)
                return
        self._watches.append(_Watch(guard.scope, entity, fields, [guard]))

    def written(self, ref: EntityRef, row: str, name: str, *, nested: bool) -> list[str]:
        """Note that a field of a row was set; return the lists to declare before the outermost block."""
        return self._note(".".join((ref.root, *ref.via)), row, name, nested=nested)

    def made(self, binding: str, row: str, *, nested: bool) -> list[str]:
        """Note that a row was made; return the lists to declare before the outermost block."""
        return self._note(binding, row, "", nested=nested)

    def _note(self, scope: str, row: str, name: str, *, nested: bool) -> list[str]:
        declared = []
        for watch in self._watches:
            if watch.scope != scope or (name and name not in watch.fields):
                continue
            if not nested:
                watch.certain = row
                continue
            if not watch.written:
                watch.written = self._function.variable(f"written_{plural(watch.entity)}")
                declared.append(f"{watch.written}: list[{self._function.home.model(watch.entity)}] = []")
            self._function.body.line(f"{watch.written}.append({row})")
        return declared

    def check(self) -> None:
        """Add the checks."""
        for watch in self._watches:
            if watch.certain:
                for guard in watch.guards:
                    self._function.guard(guard, watch.certain)
            elif watch.written:
                name = self._function.variable(snake(watch.entity))
                with self._function.block(f"for {name} in {watch.written}:"):
                    for guard in watch.guards:
                        self._function.guard(guard, name)
