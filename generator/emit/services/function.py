"""One service function in the making: its names, its expressions, its statements."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from generator.emit.exprs.names import Names
from generator.emit.exprs.python import PythonExprs
from generator.emit.python import Imports, attribute, free_name, literal, module
from generator.emit.services.code import Body
from generator.emit.services.queries import Values
from generator.expr.model import Expr
from generator.guards.model import GuardSpec, Phase
from generator.ir.index import Index
from generator.ir.model import Entity

_BUILTINS = frozenset(dir(builtins))
_FIXED = frozenset({"tx", "work", "database", "data", "query", "queries", "app"})


@dataclass
class Home:
    """The service module that functions are made for."""

    index: Index
    values: Values
    entity: Entity
    imports: Imports
    functions: frozenset[str]
    constraints: Mapping[str, str]  # unique's id -> name in the database
    variables: set[str] = field(default_factory=set)

    def model(self, entity: str) -> str:
        """Return the model class of an entity."""
        return self.imports.symbol(module(self.index.entities[entity].snake, "models"), entity)

    def queries(self, entity: str) -> str:
        """Return the statements of an entity."""
        snake = self.index.entities[entity].snake
        alias = "queries" if entity == self.entity.name else f"{snake}_queries"
        return self.imports.module(module(snake, "queries"), alias)

    def runtime(self, part: str, name: str) -> str:
        """Return a name of the runtime library."""
        return self.imports.symbol(f"app.runtime.{part}", name)


class Function:
    """The names and statements of one function; `rows` and `places` are its varmap."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.index = home.index
        self.body = Body()
        self.rows: dict[str, str] = {}
        self.places: dict[tuple[str, ...], str] = {}
        self.inputs: dict[str, str] = {}
        self.maybe: set[str] = set()
        self.sure: set[tuple[str, ...]] = set()
        self.now = "tx.now"
        self._computed: dict[Expr, str] = {}
        self._locked: set[str] = set()
        self._left: list[tuple[str, ...]] = []
        self._taken = {*_FIXED, *_BUILTINS, *home.functions}

    # --- names ------------------------------------------------------------------

    def exprs(self, own: str = "") -> PythonExprs:
        """Return the printer of expressions; with `own`, "self" is the row that this text gives."""
        rows: Mapping[str, str] = {**self.rows, "self": own} if own else self.rows
        names = Names(
            imports=self.home.imports,
            rows=rows,
            places={} if own else self.places,
            sure=frozenset() if own else frozenset(self.sure),
            maybe=frozenset(self.maybe - {"self"} if own else self.maybe),
            inputs=self.inputs,
            computed=self._computed,
            now=self.now,
            taken=self._taken,
        )
        return PythonExprs(self.index, names)

    def variable(self, wanted: str) -> str:
        """Return a new variable that hides nothing."""
        name = free_name(attribute(wanted), self._taken)
        self._taken.add(name)
        self.home.variables.add(name)
        return name

    def ascertain(self, place: tuple[str, ...], text: str, entity: str) -> str:
        """Return a variable for a row that conditions have seen to be there; it holds in this block."""
        return self.hold(place, f"{self.home.runtime('errors', 'found')}({text}, {literal(entity)})")

    def hold(self, place: tuple[str, ...], text: str) -> str:
        """Return a variable for the row that a reference leads to now; it holds until that is set."""
        name = self.variable(place[-1])
        self.body.bind(name, text)
        self.places[place] = name
        self.sure.add(place)
        return name

    def forget(self, place: tuple[str, ...]) -> None:
        """Drop the variable of a row behind a reference that was set, also after this block."""
        self._left.append(place)
        self._drop(place)

    def _drop(self, place: tuple[str, ...]) -> None:
        if place in self.sure:
            self.sure.discard(place)
            self.places.pop(place)

    def element(self, wanted: str, loops: Iterable[str]) -> str:
        """Return a variable for a comprehension inside these loops; it ends with the comprehension."""
        around = {loop.split()[1] for loop in loops if loop.startswith("for ")}
        name = free_name(attribute(wanted), self._taken | around)
        self.home.variables.add(name)
        return name

    def bind(self, binding: str, wanted: str) -> str:
        """Return a new variable for the row of a binding."""
        self.rows[binding] = self.variable(wanted)
        return self.rows[binding]

    # --- statements -------------------------------------------------------------

    @contextmanager
    def block(self, head: str, node: str = "") -> Iterator[None]:
        """Put what is added meanwhile into a block; none is made when nothing is."""
        outer, self.body = self.body, Body()
        known = dict(self.rows), dict(self.places), set(self.maybe), set(self.sure), set(self._locked)
        before = len(self._left)
        try:
            yield
        finally:
            inner, self.body = self.body, outer
            self.rows, self.places, self.maybe, self.sure, self._locked = known
            for place in self._left[before:]:
                self._drop(place)
        if not inner.empty:
            self.body.block(head, inner, node)

    def when(self, condition: str) -> AbstractContextManager[None]:
        """Put what is added meanwhile under a condition, if there is one."""
        return self.block(f"if {condition}:") if condition else nullcontext()

    def lock_tables(self, exprs: Iterable[Expr]) -> None:
        """Keep others from writing what values over all rows are computed from.

        This comes before anything is written: two transactions that have written a
        table can't both lock it.
        """
        wanted = {named.entity for expr in exprs for named in self.home.values.of(expr)} - self._locked
        for entity in sorted(wanted):
            self._locked.add(entity)
            self.body.line(f"await tx.execute({self.home.queries(entity)}.LOCK_TABLE)")

    def compute(self, expr: Expr, own: str = "", see: Callable[[Expr], Expr] = lambda e: e) -> None:
        """Have SQL compute what the expression needs of all rows of an entity.

        `see` says how rows that are not there yet are seen.
        """
        self.lock_tables([expr])
        for named in self.home.values.of(expr):
            queries = self.home.queries(named.entity)
            binds = [f"{name}={self.exprs(own).value(see(bind))}" for name, bind in named.value.binds]
            arguments = ", ".join([f"{queries}.{named.name}", *binds])
            name = self.variable(
                f"{named.name.split('_')[0].lower()}_{self.index.entities[named.entity].plural}"
            )
            self.body.bind(name, f"await tx.fetch_value({arguments})")
            self._computed[see(named.value.aggregate)] = name

    def guard(self, guard: GuardSpec, own: str = "") -> None:
        """Add the one call site of a guard; with `own`, it is about that row."""
        self.compute(guard.expr, own)
        exprs = self.exprs(own)
        broken = exprs.is_false(guard.expr) if guard.phase is Phase.INVARIANT else exprs.not_true(guard.expr)
        arguments = [literal(guard.source_constraint_id), literal(guard.message)]
        if guard.error_code != 422:
            arguments.append(str(guard.error_code))
        with self.block(f"if {broken}:", guard.source_constraint_id):
            self.body.line(f"raise {self.home.runtime('errors', 'GuardFailed')}({', '.join(arguments)})")
        self._computed.clear()
