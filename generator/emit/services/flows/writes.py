"""When a flow writes: inserts and changes wait until the rules are checked, unless something can't wait."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.emit.services.flows.needs import Needs
from generator.emit.services.function import Function
from generator.expr.walk import refs
from generator.ir.model import Assign, Create, Delete, Each, Effect, Link, Transition
from generator.ir.writes import effects_of, family, row_entity


@dataclass
class Save:
    """Changes of an entity's rows: of the `rows` named here, or of whichever were changed."""

    entity: str
    rows: list[str] | None = field(default_factory=list)


@dataclass(frozen=True)
class Insert:
    """New rows, as arguments of a call."""

    entity: str
    rows: str


def can_wait(needs: Needs) -> bool:
    """Whether all inserts and changes may be written at the end, in order of their first effect."""
    effects = needs.effects
    made = {e.binding: n for n, e in enumerate(effects) if isinstance(e, Create)}
    linked = any(isinstance(e, Link) for e in effects)
    if needs.effects_use_sql() or (linked and made):
        return False
    first: dict[str, int] = {}
    for number, effect in enumerate(effects):
        match effect:
            case Assign(target=target, value=value):
                entity = row_entity(needs.index, target)
                since = first.setdefault(entity, number)
                if any(made.get(ref.root, -1) > since for ref in refs(value)):
                    return False  # it would be saved before the row that it refers to is there
            case Transition(target=target):
                first.setdefault(row_entity(needs.index, target), number)
            case Delete() if _let_go(effects[:number]) or _made_before(needs, effect, number):
                return False  # what refers to the deleted row must be saved before; a new one must be there
            case _:
                pass
    return True


def _made_before(needs: Needs, effect: Delete, number: int) -> bool:
    """Whether a row that the flow has made may be deleted, or go with one that is."""
    gone = family(needs.index, needs.index.entities[effect.target.type.of])
    loops = [tuple(effects_of(e.body)) for e in needs.effects if isinstance(e, Each)]
    before = [*needs.effects[:number], *(e for body in loops if effect in body for e in body)]
    return any(isinstance(e, Create) and e.entity in gone for e in before)


def _let_go(effects: tuple[Effect, ...]) -> bool:
    return any(isinstance(e, Assign) and e.target.type.name == "row" for e in effects)


class Writes:
    """Collects what is to be written, and adds the statements that do it."""

    def __init__(self, function: Function, *, wait: bool) -> None:
        self._function = function
        self._home = function.home
        self._wait = wait
        self._ops: dict[str, Save | Insert] = {}

    @property
    def waiting(self) -> bool:
        """Whether inserts wait."""
        return self._wait

    def changed(self, entity: str, row: str, *, nested: bool) -> None:
        """Remember that a row was changed."""
        save = self._ops.setdefault(f"save {entity}", Save(entity))
        assert isinstance(save, Save)  # noqa: S101 - by its key
        if nested:
            save.rows = None
        elif save.rows is not None and row not in save.rows:
            save.rows.append(row)

    def inserted(self, entity: str, rows: str) -> None:
        """Insert rows, now or when all else is done."""
        if not self._wait:
            self.flush()
        self._ops[f"insert {rows}"] = Insert(entity, rows)
        if not self._wait:
            self.flush()

    def expect(self, entities: set[str]) -> None:
        """Prepare for a block whose effects may change rows of these entities again and again."""
        if not self._wait:
            for entity in sorted(entities):
                self.changed(entity, "", nested=True)

    def pending(self) -> dict[str, Save | Insert]:
        """Return what is not written yet."""
        return dict(self._ops)

    def restore(self, pending: dict[str, Save | Insert]) -> None:
        """Take up what one way through the flow has not written."""
        self._ops = {**pending, **self._ops}

    def ready(self) -> None:
        """Write what a statement that comes now must see; nothing does where writes may wait."""
        if not self._wait:
            self.flush()

    def flush(self) -> None:
        """Add the statements, in order of the first effect of each."""
        for op in self._ops.values():
            queries = self._home.queries(op.entity)
            match op:
                case Insert(rows=rows):
                    self._function.body.line(f"await tx.insert({queries}.INSERT, {rows})")
                case Save(rows=None):
                    self._function.body.line(
                        f"await tx.flush({self._home.model(op.entity)}, {queries}.UPDATE)"
                    )
                case Save(rows=list(rows)):
                    self._function.body.line(f"await tx.save({queries}.UPDATE, {', '.join(rows)})")
        self._ops.clear()


def changed_entities(needs: Needs, effects: tuple[Effect, ...]) -> set[str]:
    """Return the entities whose rows these effects change."""
    targets = [e.target for e in effects if isinstance(e, Assign | Transition)]
    return {row_entity(needs.index, ref) for ref in targets}
