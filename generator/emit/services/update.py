"""The service that changes some fields of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from generator.emit.exprs.computed import needs_sql
from generator.emit.exprs.derived import expand
from generator.emit.exprs.loads import Load, load_tree
from generator.emit.operations import Endpoint, called
from generator.emit.python import attribute, literal
from generator.emit.services.function import Function, Home
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.locking import lock_path
from generator.emit.services.queries import offers_patch
from generator.emit.services.references import check_reference
from generator.emit.services.rows import touch
from generator.emit.services.signature import function_text, keywords, transaction_text
from generator.expr.model import Expr
from generator.guards.model import FlowGuards, GuardSpec
from generator.ir.index import updatable_fields
from generator.ir.model import Managed
from generator.ir.writes import holders


def update(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that changes a row."""
    description = f"Change {called(point.entity)}; return its JSON."
    writer = _Update(home, point, guards)
    if writer.single:
        writer.alone()
        return function_text(home, point, description, writer.function.body)
    writer.together()
    return transaction_text(home, point, description, writer.function.body)


class _Update:
    """Writes one update function."""

    def __init__(self, home: Home, point: Endpoint, guards: FlowGuards) -> None:
        self.function = Function(home)
        self._home = home
        self._point = point
        self._entity = point.entity
        self._guards = guards
        self._queries = home.queries(point.entity.name)
        self._name = literal(point.entity.name)
        self._fields = updatable_fields(point.entity)
        self._links = [c for c in point.entity.collections if c.kind == "links"]
        self._changed = {point.entity.name, *holders(home.index, point.entity)}
        self._rules = {r.condition.id: r for r in point.entity.rules}
        references = any(f.type.name == "row" for f in self._fields)
        unique = bool(point.entity.uniques) or any(f.unique for f in point.entity.fields)
        guarded = bool(guards.pre or guards.invariants)
        plain = not guarded and not self._links and not (references and unique)
        self.single = plain and offers_patch(home.index, point.entity)

    # --- one statement -----------------------------------------------------------

    def alone(self) -> None:
        """Change the row in autocommit."""
        function = self.function
        changes = function.variable("changes")
        function.body.bind(changes, "data.model_dump(by_alias=True, exclude_unset=True)")
        if not self._touch(changes):
            with function.block(f"if not {changes}:"):
                function.body.line(f"return await database.document({self._found('DOCUMENT')})")
        function.body.line(f"return await database.document({self._found('PATCH', '_')}, **{changes})")

    def _found(self, statement: str, prefix: str = "") -> str:
        """Return the arguments that give the row's document."""
        owned = bool(self._point.arguments[-1].owners)
        form = f"{statement}_AT" if owned and statement == "DOCUMENT" else statement
        return f"{self._name}, {self._queries}.{form}, {keywords(self._point.arguments, prefix)}"

    def _touch(self, changes: str) -> bool:
        """Add the touched fields to the changes; return whether there are any."""
        touched = [f for f in self._entity.fields if f.managed is Managed.TOUCHED and f.default is not None]
        if touched:
            zone = self._home.imports.symbol("datetime", "UTC")
            self.function.now = self.function.variable("now")
            moment = f"{self._home.imports.symbol('datetime', 'datetime')}.now({zone})"
            self.function.body.bind(self.function.now, moment)
        for field in touched:
            assert field.default is not None  # noqa: S101 - chosen by it
            value = self.function.exprs().stored(field.default, field.type)
            self.function.body.line(f"{changes}[{literal(field.wire)}] = {value}")
        return bool(touched)

    # --- a transaction -----------------------------------------------------------

    def together(self) -> None:
        """Lock the row, check what was sent, change it, check its rules, save it; then ask for all rows."""
        function = self.function
        name = lock_path(function, self._point.arguments)
        for field in self._fields:
            if field.type.name == "row":
                check_reference(function, field, "tx", optional=True)
        self._check_links()
        self._load((g.expr for g in self._guards.pre), name)
        for guard in self._guards.pre:
            function.guard(guard)
        function.body.line(f"{self._home.runtime('records', 'apply_changes')}({name}, data)")
        touch(function, self._entity, name)
        self._replace_links(name)
        save = f"await tx.save({self._queries}.UPDATE, {name})"
        asking = [g for g in self._guards.invariants if needs_sql(expand(g.expr, function.index))]
        self._lock_tables(asking)
        self._check([g for g in self._guards.invariants if g not in asking], name)
        function.body.line(save)
        self._check(asking, name)
        function.body.line(f"return await tx.document({self._name}, {self._queries}.DOCUMENT, id={name}.id)")

    def _check(self, guards: list[GuardSpec], name: str) -> None:
        for condition, rules in self._by_fields(guards):
            with self.function.block(f"if {condition}:"):
                self._load((g.expr for g in rules), name)
                for guard in rules:
                    self.function.guard(guard)

    def _lock_tables(self, asking: list[GuardSpec]) -> None:
        """Lock what rules need of all rows, before the row is written."""
        for condition, rules in self._by_fields(asking):
            with self.function.block(f"if {condition}:"):
                self.function.lock_tables(g.expr for g in rules)

    def _load(self, exprs: Iterable[Expr], name: str) -> None:
        tree = load_tree(self._home.index, exprs).get("self", Load(self._entity.name))
        Loader(self.function, self._lock).below(tree, Holders(name))

    def _lock(self, entity: str) -> str:
        return "LOCK" if entity in self._changed else "SHARE"

    def _by_fields(self, guards: list[GuardSpec]) -> Iterator[tuple[str, list[GuardSpec]]]:
        """Yield the rules together that the same fields call for, and the test of these being sent."""
        for condition, rules in groupby(guards, self._sent):
            yield condition, list(rules)

    def _sent(self, guard: GuardSpec) -> str:
        """Return the condition that a field was sent which a rule reads."""
        read = self._rules[guard.source_constraint_id].fields
        wires = [f.wire for f in self._fields if f.name in read] + [
            c.wire for c in self._links if c.name in read
        ]
        names = [literal(attribute(wire)) for wire in wires]
        if len(names) == 1:
            return f"{names[0]} in data.model_fields_set"
        return f"not data.model_fields_set.isdisjoint({{{', '.join(names)}}})"

    # --- links -------------------------------------------------------------------

    def _check_links(self) -> None:
        for collection in self._links:
            sent = f"data.{attribute(collection.wire)}"
            rows = statement(self._home, collection.entity, "SHARE", "ROWS")
            with self.function.block(f"if {sent} is not None:"):
                self.function.body.line(
                    f"await tx.rows({self._home.model(collection.entity)}, {rows}, *{sent})"
                )

    def _replace_links(self, name: str) -> None:
        for collection in self._links:
            sent, suffix = f"data.{attribute(collection.wire)}", collection.name.upper()
            with self.function.block(f"if {sent} is not None:"):
                self.function.body.line(f"await tx.execute({self._queries}.CLEAR_{suffix}, id={name}.id)")
                add = f"{self._queries}.ADD_{suffix}, id={name}.id, ids={sent}"
                self.function.body.line(f"await tx.execute({add})")
