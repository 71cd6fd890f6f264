"""The service that creates a row: one statement where that is enough, else a transaction."""

from __future__ import annotations

from generator.core.names import snake
from generator.emit.exprs.computed import needs_sql
from generator.emit.exprs.derived import expand
from generator.emit.exprs.loads import Load, load_tree, merge
from generator.emit.operations import Endpoint, called, exists_statement
from generator.emit.python import attribute, literal
from generator.emit.services.conflicts import Conflicts
from generator.emit.services.function import Function, Home
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.locking import lock_owners
from generator.emit.services.queries import offers_create
from generator.emit.services.references import check_reference
from generator.emit.services.rows import NewRow
from generator.emit.services.signature import function_text, keywords, transaction_text
from generator.expr.model import ContextRef, EntityRef, Expr, Literal, OldExpr
from generator.expr.walk import walk
from generator.guards.model import FlowGuards
from generator.ir.index import client_fields
from generator.ir.model import Field, Managed
from generator.ir.reads import reads_clock
from generator.ir.writes import holders


def create(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that creates a row."""
    description = f"Create {called(point.entity)}; return its id and JSON."
    writer = _Create(home, point, guards)
    if writer.single:
        writer.alone()
        return function_text(home, point, description, writer.function.body)
    writer.together()
    return transaction_text(home, point, description, writer.function.body)


class _Create:
    """Writes one create function."""

    def __init__(self, home: Home, point: Endpoint, guards: FlowGuards) -> None:
        self.function = Function(home)
        self._home = home
        self._point = point
        self._entity = point.entity
        self._guards = guards
        self._queries = home.queries(point.entity.name)
        self._references = [f for f in client_fields(point.entity) if f.type.name == "row"]
        self._links = [c for c in point.entity.collections if c.kind == "links"]
        self._fought_over = {name for u in point.entity.uniques if u.during for name in u.fields}
        self._changed = holders(home.index, point.entity)
        self._loads = self._needed()
        self.single = self._is_single()

    # --- what is needed ----------------------------------------------------------

    def _snapshots(self) -> list[Expr]:
        fields = [f for f in self._entity.fields if f.managed is Managed.SNAPSHOT and f.value is not None]
        return [expand(f.value, self._home.index) for f in fields if f.value is not None]

    def _needed(self) -> Load:
        exprs = [*self._snapshots(), *(g.expr for g in self._guards)]
        needed = load_tree(self._home.index, exprs).get("self", Load(self._entity.name))
        merge(needed, self._as_element())
        return needed

    def _as_element(self) -> Load:
        """Return what rules read behind the new row as one of its owner's rows."""
        element = Load(self._entity.name)
        for found in self._rules_read().rows_of(self._entity.owner, self._entity.owner_collection):
            merge(element, found)
        return element

    def _rules_read(self) -> Load:
        tree = load_tree(self._home.index, [g.expr for g in self._guards.invariants])
        return tree.get("self", Load(self._entity.name))

    def _is_single(self) -> bool:
        """Whether one INSERT does it: nothing is read first, and nothing can be in the way."""
        entity = self._entity
        exprs = [expand(g.expr, self._home.index) for g in self._guards] + self._snapshots()
        reads_more = any(needs_sql(e) or any(isinstance(x, OldExpr) for x in walk(e)) for e in exprs)
        counted = any(f.managed is Managed.COUNTER for f in entity.fields)
        reused = any(u.on_conflict != "reject" for u in entity.uniques)
        fought = any(f.name in self._fought_over for f in self._references)
        plain = self._loads.empty and not (reads_more or counted or reused or fought or self._links)
        return plain and offers_create(self._home.index, entity)

    @property
    def _checked_first(self) -> bool:
        """Whether a missing reference must be found before the database refuses something else."""
        entity = self._entity
        unique = bool(entity.uniques) or any(f.unique for f in entity.fields)
        return unique or bool(self._guards.pre or self._guards.invariants) or bool(self._snapshots())

    # --- one statement -----------------------------------------------------------

    def alone(self) -> None:
        """Insert the row in autocommit."""
        function = self.function
        clock = self._reads_clock()
        if clock:
            function.now = function.variable("now")
            zone = self._home.imports.symbol("datetime", "UTC")
            function.body.bind(
                function.now, f"{self._home.imports.symbol('datetime', 'datetime')}.now({zone})"
            )
        self._check_path()
        if self._checked_first:
            for field in self._references:
                check_reference(function, field, "database")
        name = self._new_row({})[0]
        for guard in (*self._guards.pre, *self._guards.invariants):
            function.guard(guard)
        columns = f"**{self._home.runtime('records', 'columns_of')}({name})"
        instant = f", _now={function.now}" if clock else ""
        document = f"await database.fetch_value({self._queries}.CREATE, {columns}{instant})"
        function.body.line(f"return {self._stored(name, document)}")

    def _reads_clock(self) -> bool:
        values = [e for f in self._entity.fields for e in (f.default, f.value) if e is not None]
        return any(reads_clock(e) for e in (*values, *(g.expr for g in self._guards)))

    def _check_path(self) -> None:
        """Look for the owner, unless its foreign key will."""
        arguments = self._point.arguments
        if not arguments or (len(arguments) == 1 and not self._checked_first):
            return
        form = exists_statement(arguments[-1])
        row = f"{self._home.queries(arguments[-1].entity.name)}.{form}, {keywords(arguments)}"
        found = self._home.runtime("errors", "found")
        owner = literal(arguments[-1].entity.name)
        self.function.body.line(f"{found}(await database.fetch_one({row}), {owner})")

    def _stored(self, name: str, document: str, new: str = "") -> str:
        stored = self._home.runtime("replies", "Stored")
        return f"{stored}({name}.id, {document}{new})"

    # --- a transaction -----------------------------------------------------------

    def together(self) -> None:
        """Lock and check what the row depends on, check its rules, insert it; ask for all rows after that."""
        function = self.function
        rows = {**self._owner(), **self._referenced()}
        linked = self._linked()
        self._load_below(rows)
        self._load_below_links(linked)
        name, given = self._new_row(rows)
        self._load_rest(name, rows)
        for guard in self._guards.pre:
            function.guard(guard)
        conflicts = Conflicts(function, self._entity, name, given)
        conflicts.look(rows, self._lock)
        asking = [g for g in self._guards.invariants if needs_sql(expand(g.expr, function.index))]
        if asking:
            function.lock_tables(g.expr for g in asking)
        self._join(name, linked, conflicts)
        for guard in self._guards.invariants:
            if guard not in asking:
                function.guard(guard)
        more = asking or linked or conflicts.possible
        if not more and offers_create(self._home.index, self._entity):
            columns = f"**{self._home.runtime('records', 'columns_of')}({name})"
            self._return(name, f"{self._queries}.CREATE, {columns}")
            return
        conflicts.write()
        self._add_links(name, linked, conflicts)
        for guard in asking:
            function.guard(guard)
        self._return(name, f"{self._queries}.DOCUMENT, id={name}.id", conflicts.new)

    def _add_links(self, name: str, linked: dict[str, tuple[str, str]], conflicts: Conflicts) -> None:
        """Link the new row, where SQL sees it."""
        for collection, (_, sent) in linked.items():
            add = f"{self._queries}.ADD_{collection.upper()}"
            with self.function.when(conflicts.only_new()):
                self.function.body.line(f"await tx.execute({add}, id={name}.id, ids={sent})")

    def _return(self, name: str, statement: str, new: str = "") -> None:
        """Answer with the document that a statement gives."""
        document = f"await tx.document({literal(self._entity.name)}, {statement})"
        self.function.body.line(f"return {self._stored(name, document, new)}")

    def _owner(self) -> dict[str, str]:
        """Lock the owner, so that what it owns changes in one transaction at a time."""
        if not self._point.arguments:
            return {}
        owner = self._point.arguments[-1]
        name = lock_owners(self.function, (*owner.owners, owner), self._entity)
        return {self._entity.owner_field: name}

    def _referenced(self) -> dict[str, str]:
        """Lock the rows that guards, snapshots and overlap are about; only look for the others."""
        rows = {}
        for field in self._references:
            if field.name in self._loads.references or field.name in self._fought_over:
                rows[field.name] = self._referenced_row(field)
            else:
                check_reference(self.function, field, "tx")
        return rows

    def _referenced_row(self, field: Field) -> str:
        name = self.function.variable(field.name)
        lock = "LOCK" if field.name in self._fought_over else self._lock(field.type.of)
        row = statement(self._home, field.type.of, lock, "")
        sent = f"data.{attribute(field.wire)}"
        one = f"await tx.one({self._home.model(field.type.of)}, {row}, id={sent})"
        self.function.body.bind(
            name, f"{one} if {sent} is not None else None" if field.type.nullable else one
        )
        return name

    def _lock(self, entity: str) -> str:
        return "LOCK" if entity in self._changed else "SHARE"

    def _linked(self) -> dict[str, tuple[str, str]]:
        """Look for the rows to be linked; return collection -> (variable, ids)."""
        found = {}
        for collection in self._links:
            name, sent = self.function.variable(collection.name), f"data.{attribute(collection.wire)}"
            rows = statement(self._home, collection.entity, "SHARE", "ROWS")
            model = self._home.model(collection.entity)
            counted = collection.name in self._loads.collections
            ids = f"dict.fromkeys({sent})" if counted else sent  # linked once, however often it was sent
            self.function.body.bind(name, f"await tx.rows({model}, {rows}, *{ids})")
            found[collection.name] = (name, sent)
        return found

    def _load_below(self, rows: dict[str, str]) -> None:
        """Load what hangs on the rows that the new one refers to."""
        loader = Loader(self.function, self._lock)
        for name, text in rows.items():
            self.function.places[("self", name)] = text
            self.function.rows[f"new:{name}"] = text
            child = self._loads.references.get(name)
            if child is None:
                continue
            field = self._home.index.field(self._entity.name, name)
            if field.type.nullable:
                self.function.maybe.add(f"new:{name}")
                with self.function.block(f"if {text} is not None:"):
                    loader.below(child, Holders(text))
            else:
                loader.below(child, Holders(text))

    def _load_below_links(self, linked: dict[str, tuple[str, str]]) -> None:
        """Load what hangs on the rows that the new one is linked to."""
        loader = Loader(self.function, self._lock)
        for collection, (variable, _) in linked.items():
            child = self._loads.collections.get(collection)
            if child is not None and not child.empty:
                element = self.function.element(snake(child.entity), ())
                loader.below(child, Holders(element, (f"for {element} in {variable}",)))

    def _new_row(self, rows: dict[str, str]) -> tuple[str, dict[str, Expr]]:
        """Make the record; return its variable and what is known of its fields."""
        function, entity = self.function, self._entity
        row = NewRow(function, entity)
        for field in client_fields(entity):
            row.give(field.name, self._sent(field), self._known(field, rows))
        if entity.owner_field:
            owner = self._home.index.field(entity.name, entity.owner_field)
            row.give(owner.name, self._point.arguments[-1].name, self._known(owner, rows))
        call = row.text()
        name = function.bind("self", entity.snake)
        function.body.bind(name, call)
        return name, row.exprs

    def _known(self, field: Field, rows: dict[str, str]) -> Expr:
        if field.name in rows:
            return EntityRef(f"entity:{field.type.of}", "", (), f"new:{field.name}", field.type)
        self.function.inputs[field.name] = f"data.{attribute(field.wire)}"
        return ContextRef("input", field.name, field.type)

    def _sent(self, field: Field) -> str:
        """Return what a client sent, or the default that only the server knows."""
        sent = f"data.{attribute(field.wire)}"
        if field.default is None or isinstance(field.default, Literal):
            return sent
        default = self.function.exprs().stored(field.default, field.type)
        was_sent = f"{literal(attribute(field.wire))} in data.model_fields_set"
        return f"{sent} if {was_sent if field.type.nullable else f'{sent} is not None'} else {default}"

    def _load_rest(self, name: str, rows: dict[str, str]) -> None:
        """Load the rows that the new one refers to without the client's doing."""
        loader = Loader(self.function, self._lock)
        for reference, child in self._loads.references.items():
            if reference not in rows:
                loader.reference(self._loads, reference, child, Holders(name))

    def _refer(self, name: str, element: Load) -> None:
        """Let the new row hold what rules read behind it as one of many."""
        for reference in element.references:
            row = self.function.places.get(("self", reference))
            if row is not None and reference != self._entity.owner_field:
                self.function.body.line(f"{name}.{attribute(reference)} = {row}")

    def _join(self, name: str, linked: dict[str, tuple[str, str]], conflicts: Conflicts) -> None:
        """Let the collections that rules read hold the new row, and the new row what it links to."""
        read, element = self._rules_read(), self._as_element()
        with self.function.when(conflicts.only_new()):
            if read.holds(self._entity.owner, self._entity.owner_collection):
                self._refer(name, element)
                holder = self.function.places[("self", self._entity.owner_field)]
                rows = f"{holder}.{attribute(self._entity.owner_collection)}"
                self.function.body.line(f"{rows}.append({name})")
            for collection, (variable, _) in linked.items():
                if collection in read.collections or collection in element.collections:
                    self.function.body.line(f"{name}.{attribute(collection)} = {variable}")
