"""One step of a repair: what is wrong, what is done about it, and the journal of both."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from generator.core.digest import digest
from generator.pipeline import STAGES
from generator.repair.diagnose import Case, diagnose
from generator.repair.facts import Facts
from generator.repair.journal import Attempt, Journal, State, change, enter
from generator.repair.loop import Apply, Budget, NextStep, Propose, Stop, Withdraw, next_step
from generator.repair.model import LIVE, Diagnosis, Evidence, Retry, Told, finding_id
from generator.repair.rules import propose

_ORDER = {stage.name: number for number, stage in enumerate(STAGES)}


class Considered(msgspec.Struct, frozen=True):
    """What was decided: the step, every diagnosis in words, the journal as it is now."""

    step: NextStep
    told: tuple[Told, ...]
    journal: Journal

    @property
    def goes_on(self) -> bool:
        """Whether there is something to build."""
        return isinstance(self.step, Apply | Withdraw)

    @property
    def attempt(self) -> int:
        """How many steps this repair has taken."""
        return len(self.journal.attempts)


def consider(case: Case, kept: Journal, time: str, budget: Budget | None = None) -> Considered:
    """Decide what comes next and enter it into the journal; `time` is UTC in ISO 8601."""
    kept = _begun(kept, case.facts)
    diagnoses = diagnose(case)
    state = state_of(case.evidence, diagnoses)
    tried = frozenset(a.directive for a in kept.attempts if a.entry)
    facts = replace(case.facts, retries=_retries(kept))
    proposals = [(d, propose(d, facts, tried)) for d in diagnoses]
    standing = frozenset(e.number for e in kept.in_force)
    step = next_step(kept.attempts, standing, state, proposals, budget or Budget())
    told = tuple(_told(d, step) for d in diagnoses)
    return Considered(step, told, _entered(kept, step, state, told, case.evidence.run, time))


def settle(kept: Journal) -> Journal:
    """Return the journal of an application that is whole again: what stands stays, the attempts are over."""
    return replace(kept, attempts=(), stopped="")


def inputs_of(facts: Facts) -> str:
    """Return the digest of what people give; when it changes, a repair begins anew."""
    return digest([facts.spec, facts.written, sorted(facts.installed.items())])


def state_of(evidence: Evidence, diagnoses: Sequence[Diagnosis]) -> State:
    """Return how bad it is: the first stage that failed counts, then how much is wrong."""
    stages = [f.stage for f in evidence.failures]
    stages += [_seen_in(f.source, f.stage) for f in evidence.findings]
    depth = min((_ORDER.get(stage, len(_ORDER)) for stage in stages), default=len(_ORDER))
    found = {finding_id(f) for d in diagnoses for f in d.findings}
    return State(depth, tuple(sorted(found)), tuple(sorted(d.id for d in diagnoses)))


def _seen_in(source: str, stage: str) -> str:
    """Return the stage in which a finding was made."""
    if source.startswith(("scenario ", "smoke", "the ")):
        return "smoke_result"
    if source == "compile":
        return stage
    if source == LIVE:
        return source
    return source.partition(".")[0] if "." in source else "sanity_report"


def _begun(kept: Journal, facts: Facts) -> Journal:
    """Begin anew on other inputs; what was done last and not judged yet is judged on these."""
    inputs = inputs_of(facts)
    if kept.inputs == inputs:
        return kept
    standing = {e.number for e in kept.in_force}
    unjudged = tuple(a for a in kept.attempts[-1:] if a.entry in standing)
    return replace(kept, inputs=inputs, attempts=unjudged, stopped="")


def undecided(kept: Journal, run: str) -> Journal:
    """Return the journal without what was decided about a run by someone who was killed right then."""
    again = {a.entry for a in kept.attempts if run and a.run == run and a.entry}
    return replace(
        kept,
        entries=tuple(e for e in kept.entries if e.number not in again),
        attempts=tuple(a for a in kept.attempts if a.entry not in again),
    )


def _retries(kept: Journal) -> int:
    again = {e.number for e in kept.entries if isinstance(e.directive, Retry)}
    return sum(a.entry in again for a in kept.attempts)


def _told(diagnosis: Diagnosis, step: NextStep) -> Told:
    return Told(
        diagnosis.app,
        diagnosis.run,
        diagnosis.id,
        tuple(finding_id(f) for f in diagnosis.findings),
        diagnosis.cause.stages,
        diagnosis.node,
        str(diagnosis.span) if diagnosis.span else "",
        diagnosis.chain,
        _doing(diagnosis, step),
        final=isinstance(step, Stop | Propose),
    )


def _doing(diagnosis: Diagnosis, step: NextStep) -> str:
    match step:
        case Apply(diagnosis=chosen, directive=directive) if chosen.id == diagnosis.id:
            return str(directive)
        case Apply():
            return "waiting for the repair of another cause"
        case Withdraw(why=why):
            return f"{why}: it is taken back"
        case Propose(directive=directive):
            return f"proposed, for a person to decide: {directive}"
        case Stop(why=why):
            return f"nothing more is tried: {why}"


def _entered(
    kept: Journal, step: NextStep, state: State, told: tuple[Told, ...], run: str, time: str
) -> Journal:
    match step:
        case Apply(diagnosis=diagnosis, directive=directive):
            own = next(t for t in told if t.diagnosis == diagnosis.id)
            kept = enter(kept, directive, "in force" if directive.stands else "done", own, time)
            number = kept.entries[-1].number
            return _attempted(kept, Attempt(run, diagnosis.id, number, directive.id, state))
        case Withdraw(entry=entry, why=why):
            kept = change(kept, entry, "withdrawn", why)
            return _attempted(kept, Attempt(run, "", 0, "", state))
        case Propose(diagnosis=diagnosis, directive=directive):
            own = next(t for t in told if t.diagnosis == diagnosis.id)
            known = {e.directive.id for e in kept.entries if e.status == "proposed"}
            if directive.id not in known:
                kept = enter(kept, directive, "proposed", own, time)
            return replace(kept, stopped=own.doing)
        case Stop(diagnosis=diagnosis, why=why):
            return replace(kept, stopped=f"{diagnosis.chain}: {why}")


def _attempted(kept: Journal, attempt: Attempt) -> Journal:
    return replace(kept, attempts=(*kept.attempts, attempt), stopped="")
