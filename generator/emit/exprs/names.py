"""What expressions call things in one Python function: the varmap and who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from generator.emit.python import Imports, free_name
from generator.expr.model import EntityRef, Expr


@dataclass
class Names:
    """The Python names of one function, which the emitter of that function chooses.

    `rows`: binding -> variable (or attribute path) that holds the row;
    `places`: (binding, hop, ...) -> variable that holds the row behind the hops;
    `maybe`: bindings whose variable may be None; `sure`: places whose variable can't be;
    `inputs`: input -> Python expression;
    `old`: place -> variable that holds its value from before;
    `computed`: expression -> variable that holds its value (which SQL has computed);
    `taken`: other names of the function.
    """

    imports: Imports
    rows: Mapping[str, str]
    maybe: frozenset[str] = frozenset()
    inputs: Mapping[str, str] = field(default_factory=dict)
    old: Mapping[EntityRef, str] = field(default_factory=dict)
    computed: Mapping[Expr, str] = field(default_factory=dict)
    now: str = "tx.now"
    taken: set[str] = field(default_factory=set)
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    sure: frozenset[tuple[str, ...]] = frozenset()

    def fresh(self, wanted: str) -> str:
        """Return a name that nothing in the function has, and keep it."""
        name = self.free(wanted)
        self.taken.add(name)
        return name

    def free(self, wanted: str) -> str:
        """Return a name that nothing in scope has."""
        maps = (self.rows, self.places, self.inputs, self.old, self.computed)
        texts = (text for known in maps for text in known.values())
        return free_name(wanted, {*self.taken, *(text.split(".")[0] for text in texts)})

    def inner(self, binding: str, name: str) -> Names:
        """Return the names inside a comprehension over rows called `name`."""
        return replace(self, rows={**self.rows, binding: name})
