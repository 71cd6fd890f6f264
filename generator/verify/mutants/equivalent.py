"""Proofs that a mutant can't be seen by anybody: each is a sentence, listed with its mutant."""

from __future__ import annotations

import threading

from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation
from generator.verify.coverage.case import Case
from generator.verify.coverage.proofs.conditions import Conditions
from generator.verify.mutants.model import Kind, Mutant

_NEVER = "it never fails"
# A guard that can't fail may be left out, or refuse in another way; nobody will see it.
_OF_GUARDS: frozenset[Kind] = frozenset({"guard_dropped", "status_changed", "error_code_changed"})


class Proofs:
    """What is known of an application that makes some of its mutants the same application."""

    def __init__(self, ir: ApplicationIR, guards: GuardIR) -> None:
        self._index, self._guards = Index(ir), guards
        self._case = Case(ir, guards, ())
        self._operations = {o.id: o for o in ir.api.operations}
        self._lock = threading.Lock()  # z3 has one context

    def reason(self, mutant: Mutant) -> str:
        """Return why nothing can see the mutant; "" if that is not proven."""
        if mutant.kind not in _OF_GUARDS:
            return ""
        with self._lock:
            for operation, guard in self._guarded(mutant):
                if Conditions(self._case, operation).guard(guard) != _NEVER:
                    return ""
                return f"{guard} never fails (proven by SMT over the effects and the other conditions)"
        return ""

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
