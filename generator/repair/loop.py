"""What comes next: decided from what was tried and what is wrong now, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from generator.repair.journal import Attempt, State
from generator.repair.model import AnyDirective, Diagnosis, PatchSpec, Refusal


class Budget(msgspec.Struct, frozen=True):
    """How often something is tried until a person has to look."""

    per_app: int = 8
    per_finding: int = 3


class Apply(msgspec.Struct, frozen=True):
    """Do this, then build what it reaches."""

    diagnosis: Diagnosis
    directive: AnyDirective


class Withdraw(msgspec.Struct, frozen=True):
    """Take a directive back, then build what that reaches."""

    entry: int
    why: str


class Propose(msgspec.Struct, frozen=True):
    """A person has to decide."""

    diagnosis: Diagnosis
    directive: PatchSpec


class Stop(msgspec.Struct, frozen=True):
    """Nothing more is tried."""

    diagnosis: Diagnosis
    why: str


NextStep = Apply | Withdraw | Propose | Stop
Proposals = Sequence[tuple[Diagnosis, AnyDirective | Refusal]]


def next_step(
    attempts: Sequence[Attempt], standing: frozenset[int], state: State, proposals: Proposals, budget: Budget
) -> NextStep:
    """Return what comes next; `standing` are the directives in force, `proposals` are not empty."""
    last = attempts[-1] if attempts else None
    if last is not None and last.entry in standing and not state.better_than(last.state):
        worse = "made it worse" if state.worse_than(last.state) else "did not help"
        return Withdraw(last.entry, f"directive {last.entry} {worse}")
    first = proposals[0][0]
    tried = [a for a in attempts if a.entry]
    if len(tried) >= budget.per_app:
        return Stop(first, f"{len(tried)} repairs were tried, which is all that is allowed")
    if _goes_round(attempts, state):
        return Stop(first, "the repairs undo each other: it is as wrong as it was before the last ones")
    return _chosen(tried, proposals, budget)


def _goes_round(attempts: Sequence[Attempt], state: State) -> bool:
    """Whether this state was there before and something else since, without anything being taken back."""
    since: list[State] = []
    for attempt in attempts:
        since = [*since, attempt.state] if attempt.entry else []
    return any(s == state for s in since[:-1]) and bool(since) and since[-1] != state


def _chosen(tried: Sequence[Attempt], proposals: Proposals, budget: Budget) -> NextStep:
    known = {a.directive for a in tried}
    reasons = []
    proposed: Propose | None = None
    for diagnosis, proposal in proposals:
        if isinstance(proposal, Refusal):
            reasons.append((diagnosis, str(proposal)))
        elif proposal.id in known:
            reasons.append((diagnosis, "it was tried before"))
        elif sum(a.diagnosis == diagnosis.id for a in tried) >= budget.per_finding:
            reasons.append((diagnosis, f"{budget.per_finding} repairs were tried for it"))
        elif isinstance(proposal, PatchSpec):
            proposed = proposed or Propose(diagnosis, proposal)
        else:
            return Apply(diagnosis, proposal)
    return proposed or Stop(*reasons[0])
