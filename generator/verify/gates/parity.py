"""Gate: the migrated database refuses, by itself, whatever breaks a constraint that is routed to it.

The rows come from the IR: a valid one first, then one for each constraint that breaks
nothing else. What no SQL can break alone has a reason (`appgen show parity SPEC`).
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.python import module_path
from generator.graph.routing import Layer, ValidationRoutingMatrix
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding
from generator.verify.parity.model import Group, Outcome, Trial, Trials
from generator.verify.parity.trials import trials

_NO_SUCH_THING = "42"  # SQLSTATEs of what is not there, or is of another type


def check(build: Build) -> list[Finding]:
    """Compare what the database said with what it has to say."""
    if build.probe.parity is None:
        raise CannotRun(build.probe.why_not("parity"))
    asked = trials(build.ir)
    if not any(group.trials for group in asked.groups):
        raise CannotRun("no constraint was tried")
    for outcome in (o for outcomes in build.probe.parity for o in outcomes):
        if outcome.sqlstate.startswith(_NO_SUCH_THING):
            raise CannotRun(f"the tables are not those of the IR: {outcome.message}")
    found = [*_forgotten(build, asked)]
    for group, outcomes in zip(asked.groups, build.probe.parity, strict=True):
        found += _group(build, group, outcomes)
    return found


def _forgotten(build: Build, asked: Trials) -> Iterator[Finding]:
    """Whatever is routed to the database is tried, or there is a reason why it isn't."""
    known = {t.id for g in asked.groups for t in g.trials} | {u.id for u in asked.untried}
    matrix = ValidationRoutingMatrix()
    for constraint in build.ir.validation.constraints:
        if Layer.DATABASE in matrix.route(constraint) and constraint.id not in known:
            text = f"nobody has tried to break {constraint.id}"
            yield build.finding(
                "not-tried", text, path=_path(build, constraint.source), node=constraint.source
            )


def _group(build: Build, group: Group, outcomes: tuple[Outcome, ...]) -> Iterator[Finding]:
    setup, *rest = outcomes
    if setup.sqlstate:
        raise CannotRun(f"the rows that those of {group.table} refer to are refused: {setup.message}")
    for trial, outcome in zip(group.trials, rest, strict=True):
        problem = _problem(trial, outcome)
        if problem:
            code, text = problem
            message = f"{group.table}: {text} ({trial.about}, {trial.source})"
            node = trial.source
            yield build.finding(code, message, path=_path(build, node), node=node)


def _problem(trial: Trial, outcome: Outcome) -> tuple[str, str] | None:
    """Return what is wrong with the answer to a trial."""
    last = len(trial.statements) - 1
    if not trial.sqlstate:
        return ("valid-refused", f"a valid row is refused: {outcome.message}") if outcome.sqlstate else None
    if not outcome.sqlstate:
        return "accepted", f"a row that breaks {trial.constraint or trial.id} is accepted"
    if outcome.accepted != last:
        return "valid-refused", f"the row before is refused: {outcome.message}"
    if (outcome.sqlstate, outcome.constraint) != (trial.sqlstate, trial.constraint or outcome.constraint):
        wanted = f"{trial.sqlstate} {trial.constraint}".strip()
        text = f"expected {wanted}, got {outcome.sqlstate} {outcome.constraint}: {outcome.message}"
        return "other-refusal", text
    return None


def _path(build: Build, node: str) -> str:
    """Return the model that states a node's constraint."""
    entity = node.partition(":")[2].partition(".")[0].partition(":")[0]
    known = build.index.entities.get(entity)
    return module_path(known.snake, "models") if known else "app/base.py"
