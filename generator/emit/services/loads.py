"""Loading what hangs on rows: references and collections, one statement for each relation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from generator.core.names import snake
from generator.emit.exprs.loads import Load
from generator.emit.python import attribute
from generator.emit.services.function import Function, Home

Lock = Callable[[str], str]


def statement(home: Home, entity: str, lock: str, form: str) -> str:
    """Return a row statement: `form` is "", "AT", "ROWS", "ROWS_BY_X" or "EVERY_ROW"."""
    words = (
        [w for w in (lock, form) if w] if form and form != "AT" else [lock or "ROW", *filter(None, [form])]
    )
    return f"{home.queries(entity)}.{'_'.join(words)}"


@dataclass(frozen=True)
class Holders:
    """Rows that something is loaded for: `text` gives one, `loops` all of them."""

    text: str
    loops: tuple[str, ...] = ()
    maybe: bool = False

    def arguments(self) -> str:
        """Return them as trailing arguments of a call."""
        if not self.loops:
            return self.text
        first, _, rows = self.loops[0].partition(" in ")
        if len(self.loops) == 1 and first == f"for {self.text}":
            return f"*{rows}"
        return f"*({self.text} {' '.join(self.loops)})"

    def present(self) -> Holders:
        """Return those that are not None."""
        if not self.maybe or not self.loops:
            return self
        return replace(self, loops=(*self.loops, f"if {self.text} is not None"), maybe=False)


class Loader:
    """Adds the statements that load a tree; `lock` says how an entity's rows are locked."""

    def __init__(self, function: Function, lock: Lock) -> None:
        self._function = function
        self._home = function.home
        self._lock = lock

    def below(self, load: Load, holders: Holders) -> None:
        """Load everything below rows that are here."""
        for name, child in load.references.items():
            own = holders.text == self._function.rows.get("self") and not child.from_elsewhere
            known = self._function.places.get(("self", name)) if own else None
            if known is not None:
                self.below(child, Holders(known))
            else:
                self.reference(load, name, child, holders)
        for name, child in load.collections.items():
            self._collection(load, name, child, holders)

    def reference(self, load: Load, name: str, child: Load, holders: Holders) -> None:
        """Load what a reference leads to, and everything below."""
        rows = statement(self._home, child.entity, self._lock(child.entity), "ROWS")
        self._line(f"{self._relation(load, name)}, {rows}, {holders.arguments()}")
        field = self._home.index.field(load.entity, name)
        text = f"{holders.text}.{attribute(name)}"
        self._further(child, Holders(text, holders.loops, maybe=field.type.nullable))

    def _further(self, load: Load, holders: Holders) -> None:
        if load.empty:
            return
        if holders.maybe and not holders.loops:
            with self._function.block(f"if {holders.text} is not None:"):
                self.below(load, replace(holders, maybe=False))
        else:
            self.below(load, holders.present())

    def _collection(self, load: Load, name: str, child: Load, holders: Holders) -> None:
        collection = self._home.index.collection(load.entity, name)
        lock = self._lock(child.entity)
        if collection.kind == "owned":
            rows = statement(self._home, child.entity, lock, f"ROWS_BY_{collection.inverse}".upper())
            self._line(f"{self._relation(load, name)}, {rows}, {holders.arguments()}")
        else:
            pairs = f"{self._home.queries(load.entity)}.LINKS_{name.upper()}"
            rows = statement(self._home, child.entity, lock, "ROWS")
            self._line(f"{self._relation(load, name)}, {pairs}, {rows}, {holders.arguments()}", "load_links")
        if not child.empty:
            element = self._function.element(snake(child.entity), holders.loops)
            loop = f"for {element} in {holders.text}.{attribute(name)}"
            self.below(child, Holders(element, (*holders.loops, loop)))

    def _relation(self, load: Load, name: str) -> str:
        return f"{self._home.model(load.entity)}.{attribute(name)}"

    def _line(self, arguments: str, method: str = "load") -> None:
        self._function.body.line(f"await tx.{method}({arguments})")
