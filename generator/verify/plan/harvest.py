"""What runs that went well have shown on the way: rows in states, rows that refer to others."""

from __future__ import annotations

from collections.abc import Iterator

from generator.ir.index import Index
from generator.ir.model import OperationKind
from generator.verify.plan.realize import Run
from generator.verify.plan.session import Session
from generator.verify.plan.wants import Program
from generator.verify.plan.ways import Known

_KEPT = (OperationKind.CREATE, OperationKind.UPDATE, OperationKind.FLOW)
MOST = 3  # ways kept for each reference


class Harvest:
    """Remembers, of the runs it is shown, the shortest ways to rows in states and to rows in use."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._states: dict[tuple[str, str, str], Known] = {}
        self._users: dict[tuple[str, str], list[Known]] = {}

    def state(self, entity: str, field: str, state: str) -> Known | None:
        """Return a program that brings a row of an entity to a state."""
        return self._states.get((entity, field, state))

    def used(self, entity: str, field: str) -> list[Known]:
        """Return programs after which a field of some row leads to a row, and that row."""
        return self._users.get((entity, field), [])

    def note(self, run: Run, session: Session) -> bool:
        """Look at the rows as a run has left them; whether a state is new."""
        program = self._onward(run)
        if program is None:
            return False
        known = len(self._states)
        for key, row_id in run.ids.items():
            self._note_states(program, key, session, row_id)
        self._note_users(program, run, session)
        return len(self._states) > known

    def _onward(self, run: Run) -> Program | None:
        """Return the program with its target among the preparations."""
        target = run.program.target
        if target is None or run.answer is None or not run.answer.ok:
            return None
        kind = self._index.operations[target.operation].kind
        if kind not in _KEPT or run.answer.deleted:
            return None
        plain = run.program.aim(None)
        return plain if kind is OperationKind.CREATE else plain.with_late(target)

    def _note_states(self, program: Program, key: int, session: Session, row_id: str) -> None:
        entity = program.wants[key].entity
        row = session.row(entity, row_id)
        for machine in self._index.entities[entity].machines if row is not None else ():
            state = str((row or {})[machine.field])
            now = self._states.get((entity, machine.field, state))
            if now is None or _size(program) < _size(now[0]):
                self._states[entity, machine.field, state] = (program, key)

    def _note_users(self, program: Program, run: Run, session: Session) -> None:
        keys = {row_id: key for key, row_id in run.ids.items()}
        for entity, field, row_id in self._references(session):
            key = keys.get(row_id)
            if key is not None:
                known = [*self._users.get((entity, field), []), (program, key)]
                self._users[entity, field] = sorted(known, key=lambda k: _size(k[0]))[:MOST]

    def _references(self, session: Session) -> Iterator[tuple[str, str, str]]:
        for entity in self._index.entities.values():
            fields = [f.name for f in entity.fields if f.type.name == "row"]
            for row in session.rows(entity.name).values() if fields else ():
                yield from ((entity.name, f, str(row[f])) for f in fields if row.get(f) is not None)


def _size(program: Program) -> int:
    moves = sum(len(w.moves) + len(w.early) for w in program.wants.values())
    return len(program.wants) + len(program.late) + moves
