"""Proofs that a mutant can't be seen by anybody: each is a sentence, listed with its mutant."""

from __future__ import annotations

import ast
import threading

from generator.core.syntax_tree import parse
from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation
from generator.verify.coverage.proofs.conditions import Conditions
from generator.verify.coverage.proofs.structure import Structure
from generator.verify.mutants.model import Kind, Mutant
from generator.verify.mutants.text import called, keyword

_NEVER = "it never fails"
# A guard that can't fail may be left out, let more through or refuse in another way; nobody will see it.
_OF_GUARDS: frozenset[Kind] = frozenset(
    {"guard_dropped", "transition_added", "status_changed", "error_code_changed"}
)
_OF_CONFLICTS: frozenset[Kind] = frozenset({"conflict_changed", "status_changed", "error_code_changed"})


class Proofs:
    """What is known of an application that makes some of its mutants the same application."""

    def __init__(self, ir: ApplicationIR, guards: GuardIR) -> None:
        self._index, self._guards = Index(ir), guards
        self._operations = {o.id: o for o in ir.api.operations}
        self._lock = threading.Lock()  # z3 has one context

    def reason(self, mutant: Mutant) -> str:
        """Return why nothing can see the mutant; "" if that is not proven."""
        alike = self._never_two(mutant)
        if alike or mutant.kind not in _OF_GUARDS:
            return alike
        guarded = self._guarded(mutant)
        with self._lock:
            sure = [Conditions(self._index, self._guards, o).guard(guard) == _NEVER for o, guard in guarded]
        if not sure or not all(sure):
            return ""
        return f"{guarded[0][1]} never fails (proven by SMT over the effects and the other conditions)"

    def _never_two(self, mutant: Mutant) -> str:
        """Return why nobody sees what is answered to two rows that agree: there are never two."""
        if mutant.kind not in _OF_CONFLICTS:
            return ""
        of = ((e, u) for e in self._index.entities.values() for u in e.uniques if u.id == mutant.node)
        return next((Structure(self._index).unique(e.name, u) for e, u in of), "")

    def _guarded(self, mutant: Mutant) -> list[tuple[Operation, str]]:
        """Return the guard that a mutant changes, with the operation that it belongs to."""
        named = {mutant.node, mutant.what.removesuffix(" dropped")}
        return [
            (operation, guard.source_constraint_id)
            for entry in self._guards.entries
            for operation in self._operations.values()
            if (operation.entity, operation.name) == (entry.key.entity, entry.key.operation)
            for guard in entry.guards
            if guard.source_constraint_id in named and not guard.source_constraint_id.startswith("rule:")
        ]


def by_structure(mutant: Mutant) -> str:
    """Return why nothing can see the mutant, as far as its text alone proves it."""
    if mutant.kind == "constraint_dropped" and mutant.level == "code" and _is_key(mutant):
        return "a column of the primary key refuses null whatever else is said of it"
    return ""


def _is_key(mutant: Mutant) -> bool:
    """Whether the mutant lets a column of a primary key accept null."""
    if "null" not in mutant.what:
        return False
    for call in (n for n in ast.walk(parse(mutant.changed[mutant.path])) if isinstance(n, ast.Call)):
        here = call.lineno <= mutant.line <= (call.end_lineno or 0)
        if here and called(call) == "mapped_column" and keyword(call, "primary_key") is not None:
            return True
        if here and called(call) in ("create_table", "Table"):
            columns = {_text(c) for c in call.args if called(c) == "Column" and c.lineno == mutant.line}
            keys = [c for c in call.args if called(c) == "PrimaryKeyConstraint"]
            return bool(columns) and columns <= {_text(key, n) for key in keys for n in range(len(call.args))}
    return False


def _text(call: ast.expr, number: int = 0) -> str:
    """Return the text that a call is given in a place."""
    arguments = call.args if isinstance(call, ast.Call) else []
    found = arguments[number] if number < len(arguments) else None
    return str(found.value) if isinstance(found, ast.Constant) else ""
