"""Which stages of an application are stale: asked before a run, so that a run holds nothing else."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dagster as dg

from appgen_assets.checks import names_by_stage
from appgen_resources.history import History
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.deliver.description import with_description
from generator.emit.bundle import Bundle
from generator.host.state import AppEntry
from generator.host.workshop import compile_spec
from generator.pipeline import BY_NAME, DIRECTIVES, STAGES, keys, seen
from generator.stages.model import Artefact
from generator.stages.releases import identity, releases
from generator.stages.steps import release
from generator.stages.workshop import Workshop

_SHOWN = ("app_spec", "application_ir", "migrations_directives", "migrations")
_NEVER = "never made"
_CHANGED = "what it reads, or its code, has changed"
_OF_SOURCES = {
    "app_spec": "the spec has changed, or how it is read",
    "release": "it is delivered elsewhere or otherwise, or describes itself otherwise",
}
_ABOUT_HISTORY = "M"  # codes of what is refused because of rows that are there


class Plan(NamedTuple):
    """What an application is made of now, and stage -> why it has to be materialized."""

    entry: AppEntry
    keys: dict[str, str]
    stale: dict[str, str]

    @property
    def why(self) -> str:
        """The first cause, for people."""
        if all(reason == _NEVER for reason in self.stale.values()) and self.stale:
            return "the first build"
        return next((_cause(name, reason) for name, reason in self.stale.items()), "")

    def selection(self) -> list[dg.AssetKey]:
        """Return the assets of the run."""
        return [dg.AssetKey(name) for name in self.stale]


def _cause(stage: str, reason: str) -> str:
    if reason != _CHANGED:
        return f"{stage}: {reason}"
    if stage in DIRECTIVES:
        return f"overrides of {stage.removesuffix('_directives')} have changed"
    return _OF_SOURCES.get(stage, f"the generator's {stage}, or what it reads, has changed")


def plan_app(instance: dg.DagsterInstance, entry: AppEntry, workshop: Workshop) -> Plan:
    """Compile the spec through the cache and compare with the event log; SpecError if it is wrong."""
    done = compile_spec(Path(entry.spec), workshop, out=entry.out)
    return plan_compiled(instance, entry, done, workshop)


def plan_compiled(
    instance: dg.DagsterInstance, entry: AppEntry, done: dict[str, Artefact], workshop: Workshop
) -> Plan:
    """Compare a compiled application with the event log."""
    wanted = keys(done, workshop, entry.out)

    @cache
    def verified() -> Bundle:
        report = seen(workshop, wanted["sanity_report"])
        return with_description(done["app_bundle"].value, report.value.openapi if report else "")

    stale = dict(_stale(History(instance, entry.app), wanted, done, verified, entry.out))
    held = releases(workshop.store, entry.app).held
    if set(stale) == {"release"} and held and held == identity(verified()):
        stale = {}  # it was rolled back
    return Plan(entry, wanted, stale)


def showing(error: SpecError, otherwise: list[dg.AssetKey]) -> list[dg.AssetKey]:
    """Return the assets of a run that shows why a spec can't follow what was released, else `otherwise`."""
    if not all(d.code.startswith(_ABOUT_HISTORY) for d in error.diagnostics):
        return otherwise
    return [dg.AssetKey(name) for name in _SHOWN]


def plan_broken(instance: dg.DagsterInstance, entry: AppEntry, done: dict[str, Artefact], stage: str) -> Plan:
    """Return the plan of a run in which a stage fails: it, and what of its inputs is stale."""
    history = History(instance, entry.app)
    stale = {}
    for name in (name for name in _upstream(stage) if name in done):
        made = history.last(name)
        if made is None or made.key != done[name].ref.key:
            stale[name] = _CHANGED
    return Plan(entry, {}, {**stale, stage: "an override can't be used"})


def _upstream(stage: str) -> list[str]:
    """Return every stage that one reads from, by whatever way, in the order of the pipeline."""
    found, waiting = set(), [stage]
    while waiting:
        inputs = [name for name in BY_NAME[waiting.pop()].upstream if name in BY_NAME]
        waiting += [name for name in inputs if name not in found]
        found.update(inputs)
    return [s.name for s in STAGES if s.name in found]


def plan_all(plan: Plan) -> Plan:
    """Return the plan that materializes everything."""
    return plan._replace(stale={name: plan.stale.get(name, "asked for") for name in plan.keys})


def _stale(
    history: History,
    wanted: dict[str, str],
    done: dict[str, Artefact],
    verified: Callable[[], Bundle],
    out: str,
) -> Iterator[tuple[str, str]]:
    last = {stage.name: history.last(stage.name) for stage in STAGES}
    runs = {name: made.run for name, made in last.items() if made is not None}
    unsettled = history.unsettled(names_by_stage(), runs)
    for stage in STAGES:
        made = last[stage.name]
        if made is None:
            yield stage.name, _NEVER
        elif made.key != wanted[stage.name]:
            yield stage.name, _CHANGED
        elif stage.pure and made.version != done[stage.name].ref.digest:
            yield stage.name, "what was kept of it was not what it makes"
        elif stage.name in unsettled:
            yield stage.name, "a check has failed, or was not made"
        elif stage.name == "release" and not _delivered(verified, out):
            yield stage.name, "the folder differs from what was delivered"


def _delivered(verified: Callable[[], Bundle], out: str) -> bool:
    try:
        return release.is_current(verified(), out)
    except ToldError:
        return False
