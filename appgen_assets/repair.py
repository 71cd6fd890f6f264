"""Repair: a run that failed is looked at once; what it needs is decided, entered and then built."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from appgen_assets.evidence import evidence_of
from appgen_assets.partitions import APPS
from appgen_assets.planning import Plan, plan_broken, plan_compiled
from appgen_assets.show.parts import table
from appgen_assets.stage_asset import KEEP_EDITS_TAG, WHY_TAG
from appgen_assets.switches import every, sensor_status
from appgen_resources.alerts.observe import ATTEMPT_TAG, Ended, advanced, ended_runs, first_cursors
from appgen_resources.history import PARTITION_TAG
from appgen_resources.repairs import forget_decision, is_open, patch_text, repair_step, well_again
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.host.state import AppEntry
from generator.host.workshop import compile_as_far_as_possible
from generator.pipeline import BY_NAME
from generator.repair.evidence import of_diagnostics
from generator.repair.journal import Journal
from generator.repair.loop import Apply, Propose
from generator.repair.model import Evidence, KeepEdits, Told
from generator.repair.session import Considered
from generator.stages.workshop import Workshop

FINDING_TAG = "appgen/repair_finding"
CAUSE_TAG = "appgen/repair_cause"
_MOST_TEXT = 60
_BUILDS = (
    "build",
    "repair",
    "__ASSET_JOB",
)  # a good one makes whole; others may tell of something without failing

repair = dg.define_asset_job(
    "repair",
    selection=dg.AssetSelection.groups("frontend", "backend", "verification", "repair"),
    description="Builds what a repair has changed: exactly the affected assets and what follows from them.",
)


class Repaired(NamedTuple):
    """What was decided, and what has to be built for it; nothing if the repair has ended."""

    considered: Considered
    plan: Plan | None


def repair_run(
    instance: dg.DagsterInstance, entry: AppEntry, run: dg.DagsterRun, workshop: Workshop
) -> Repaired | None:
    """Decide what comes next after a failed run; None if nothing in it needs a repair."""
    evidence = evidence_of(instance, run, entry.app, workshop.store)
    return repair_evidence(instance, entry, evidence, workshop) if evidence.any else None


def repair_evidence(
    instance: dg.DagsterInstance, entry: AppEntry, evidence: Evidence, workshop: Workshop
) -> Repaired:
    """Decide what comes next; what is to be built is compared with the event log after that."""
    forget_decision(workshop, entry.app, evidence.run)
    compiled = compile_as_far_as_possible(Path(entry.spec), workshop, entry.out)
    if compiled.error is not None:
        found = tuple(of_diagnostics(compiled.error.diagnostics))
        evidence = Evidence(entry.app, evidence.run, found)
    considered = repair_step(entry, evidence, compiled.done, workshop)
    for told in considered.told:
        instance.report_runless_asset_event(_observed(told, considered))
    if any(entry.directive.stands for entry in considered.journal.entries):
        tell_directives(instance, considered.journal)
    if not considered.goes_on:
        return Repaired(considered, None)
    return Repaired(considered, plan_of(instance, entry, workshop))


def _observed(told: Told, considered: Considered) -> dg.AssetObservation:
    """Return a diagnosis as people find it on the page of the asset that is at fault."""
    shown: dict[str, dg.MetadataValue[Any]] = {
        "diagnosis": dg.MetadataValue.text(told.chain),
        "repair": dg.MetadataValue.text(told.doing),
        "attempt": dg.MetadataValue.int(considered.attempt),
        "stages at fault": dg.MetadataValue.text(", ".join(told.stages)),
    }
    shown |= {"IR node": dg.MetadataValue.text(told.node)} if told.node else {}
    shown |= {"spec": dg.MetadataValue.text(told.spec)} if told.spec else {}
    if isinstance(considered.step, Propose) and considered.step.diagnosis.id == told.diagnosis:
        patch = patch_text(considered.step.directive)
        shown |= {"proposed change of the spec": dg.MetadataValue.md(f"```diff\n{patch}```")}
    stage = next((name for name in told.stages if name in BY_NAME), "app_spec")
    return dg.AssetObservation(stage, partition=told.app, metadata=shown)


def tell_directives(instance: dg.DagsterInstance, kept: Journal) -> None:
    """Show at the IR which of its nodes directives have changed, and which of these were withdrawn."""
    standing = [e for e in kept.entries if e.directive.stands]
    columns = ("IR node", "spec", "directive", "status", "what", "because")
    rows = [(e.told.node, e.told.spec, e.number, e.status, str(e.directive), e.told.chain) for e in standing]
    in_force = len(kept.in_force)
    shown: dict[str, dg.MetadataValue[Any]] = {
        "directives in force": dg.MetadataValue.int(in_force),
        "directives": table(columns, rows),
        "to withdraw one": dg.MetadataValue.md(f"`appgen repairs {kept.app} --withdraw NUMBER`"),
    }
    about = f"{in_force} directives of repairs are in force"
    seen = dg.AssetObservation("application_ir", partition=kept.app, metadata=shown, description=about)
    instance.report_runless_asset_event(seen)


def plan_of(instance: dg.DagsterInstance, entry: AppEntry, workshop: Workshop) -> Plan:
    """Return what is stale now; an override that can't be used makes its stage fail in the run."""
    compiled = compile_as_far_as_possible(Path(entry.spec), workshop, entry.out)
    if compiled.error is None:
        return plan_compiled(instance, entry, compiled.done, workshop)
    stage = of_diagnostics(compiled.error.diagnostics)[0].stage
    return plan_broken(instance, entry, compiled.done, stage)


def tags_of(considered: Considered) -> dict[str, str]:
    """Return the tags of a run that a repair has asked for."""
    told = considered.told[0]
    tags = {ATTEMPT_TAG: str(considered.attempt), FINDING_TAG: told.diagnosis}
    step = considered.step
    if isinstance(step, Apply):
        tags |= {FINDING_TAG: step.diagnosis.id, CAUSE_TAG: _tag(step.diagnosis.cause.what)}
        tags |= {WHY_TAG: f"repair: {step.directive}"}
        if isinstance(step.directive, KeepEdits):
            tags |= {KEEP_EDITS_TAG: "true"}
    else:
        tags |= {WHY_TAG: f"repair: {told.doing}"}
    return tags


def _tag(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"…{text[1 - _MOST_TEXT :]}"


@dg.sensor(
    name="repair",
    job=repair,
    minimum_interval_seconds=every(15),
    default_status=sensor_status("repair"),
    description=(
        "Looks at every finished run once. What failed is diagnosed; if a rule repairs it safely, one run "
        "makes exactly the affected assets. It ends when the application is whole, or when nothing more is "
        "safe: `appgen repairs APP` says why."
    ),
)
def repair_sensor(
    context: dg.SensorEvaluationContext, specs: SpecStore, workshop: WorkshopResource
) -> dg.SensorResult:
    """Decide for each application whose last run failed."""
    instance = context.instance
    cursors = _read(context.cursor) or first_cursors(instance)
    ended = ended_runs(instance, cursors)
    latest = {one.run.tags[PARTITION_TAG]: one for one in ended if PARTITION_TAG in one.run.tags}
    requests = [r for one in latest.values() for r in _requests(context, one, specs, workshop.open())]
    return dg.SensorResult(run_requests=requests, cursor=_written(advanced(cursors, ended)))


def _requests(
    context: dg.SensorEvaluationContext, ended: Ended, specs: SpecStore, workshop: Workshop
) -> Iterator[dg.RunRequest]:
    app = ended.run.tags[PARTITION_TAG]
    if app not in context.instance.get_dynamic_partitions(APPS):
        return
    if ended.run.status is dg.DagsterRunStatus.CANCELED:
        return
    try:
        if ended.run.status is dg.DagsterRunStatus.SUCCESS and ended.run.job_name in _BUILDS:
            if is_open(workshop, app) and not plan_of(context.instance, specs.entry(app), workshop).stale:
                well_again(workshop, app)
            return
        repaired = repair_run(context.instance, specs.entry(app), ended.run, workshop)
    except (ToldError, SpecError) as error:
        context.log.warning(f"{app} can't be repaired: {error}")
        return
    yield from _request(context, app, ended, repaired)


def _request(
    context: dg.SensorEvaluationContext, app: str, ended: Ended, repaired: Repaired | None
) -> Iterator[dg.RunRequest]:
    if repaired is None:
        return
    for told in repaired.considered.told:
        context.log.info(f"{app}: {told.chain}: {told.doing}")
    if repaired.plan is None or not repaired.plan.stale:
        return
    yield dg.RunRequest(
        run_key=f"repair:{app}:{ended.run.run_id}",
        partition_key=app,
        asset_selection=repaired.plan.selection(),
        tags=tags_of(repaired.considered),
    )


def _read(cursor: str | None) -> dict[str, int]:
    found: dict[str, int] = json.loads(cursor) if cursor else {}
    return found


def _written(cursors: Mapping[str, int]) -> str:
    return json.dumps(cursors, sort_keys=True)
