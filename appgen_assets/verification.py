"""Trying the application out, and delivering it once it has passed."""

from datetime import UTC, datetime
from functools import partial

import dagster as dg

from appgen_assets.progress import tell_progress
from appgen_assets.show import verification as show
from appgen_assets.stage_asset import (
    FORCE_TAG,
    KEEP_EDITS_TAG,
    WHY_TAG,
    bench,
    keep,
    make,
    record,
    stage_asset,
)
from appgen_resources.reports import ReportStore
from appgen_resources.sandbox import SandboxResource
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.deliver.causes import causes
from generator.deliver.description import with_description
from generator.emit.bundle import Bundle
from generator.pipeline import BY_NAME, RUNS_ON, TARGET
from generator.repair.passed import note_passed, running_on
from generator.stages import ahead
from generator.stages.model import Artefact
from generator.stages.pointers import current
from generator.stages.releases import Released, bundle_of, delivered_last, note, put_bundle, releases
from generator.stages.steps import release as delivery
from generator.stages.steps import sanity_report as sanity
from generator.stages.steps import smoke_result as smoke
from generator.stages.store import Store
from generator.stages.workshop import external

_GROUP = "verification"
_TOLD = 3  # causes in the list of releases; the commit and the asset have all of them


@stage_asset(_GROUP, {"testing"})
def test_plan(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    guard_ir: Artefact,
    app_spec: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """The scenarios: every endpoint, guard, constraint and transition, with the answers that must come."""
    inputs = {"application_ir": application_ir, "guard_ir": guard_ir, "app_spec": app_spec}
    return make(context, workshop, show.test_plan, **inputs)


@stage_asset(_GROUP, {"testing", "postgresql"}, pool="sandbox")
def sanity_report(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    sandbox: SandboxResource,
    app_bundle: Artefact,
    application_ir: Artefact,
    guard_ir: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """What the gates found: static ones, and those that migrate a real database.

    A finding names its file, its IR node and its line of the spec. With one, nothing is delivered.
    """
    inputs = {"app_bundle": app_bundle, "application_ir": application_ir, "guard_ir": guard_ir}
    app, ir, guards = (artefact.value for artefact in inputs.values())
    made = bench(context, workshop)
    report = ahead.result(
        made.key(BY_NAME["sanity_report"], inputs),
        lambda: sanity.run(app, ir, application_ir.sidecar, guards, sandbox.sandbox()),
    )
    kept = keep(made, "sanity_report", inputs, report, sanity.timeless(report))
    if report.openapi:  # so that a plan knows what a release will hold
        made.remember(kept.ref)
    return record(kept, show.sanity_report, inputs)


@stage_asset(_GROUP, {"testing", "postgresql"}, pool="sandbox")
def smoke_result(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    sandbox: SandboxResource,
    reports: ReportStore,
    app_bundle: Artefact,
    test_plan: Artefact,
    application_ir: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """What the running application answered, scenario by scenario, and what was logged meanwhile.

    With one scenario that failed, or one error in the logs, nothing is delivered. The last good one stays.
    """
    inputs = {"app_bundle": app_bundle, "test_plan": test_plan, "application_ir": application_ir}
    progress = partial(tell_progress, context.asset_key.path[-1], context.log.info)
    result = smoke.run(app_bundle.value, test_plan.value, sandbox.sandbox(), progress, application_ir.sidecar)
    kept = keep(bench(context, workshop), "smoke_result", inputs, result, smoke.timeless(result))
    report = reports.keep(result, context.run.run_id, test_plan.value.coverage)
    return record(kept, partial(show.smoke_result, report=report), inputs)


@stage_asset(_GROUP, {"python"})
def release(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    specs: SpecStore,
    app_bundle: Artefact,
    sanity_report: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """The verified application in its folder or git branch; hand-written files stay as they are.

    Beside it lies what it said of itself when the gates asked: `openapi.json`.

    Only what has passed every gate and every scenario comes here. `appgen rollback APP` goes one back.
    """
    out = specs.entry(context.partition_key).out
    inputs = {"app_bundle": app_bundle, "sanity_report": sanity_report, TARGET: external(TARGET, out)}
    tags, app, made = context.run.tags, context.partition_key, bench(context, workshop)
    why, bundle = tags.get(WHY_TAG, ""), with_description(app_bundle.value, sanity_report.value.openapi)
    title = f"{app}: {len(bundle.files)} files, verified"
    originals = delivered_last(made.store, app) if tags.get(KEEP_EDITS_TAG) == "true" else None
    force = tags.get(FORCE_TAG) == "true"
    because = _causes(made.store, app, bundle)
    report = delivery.run(
        bundle, out, title=title, why=why, force=force, originals=originals, because=because
    )
    note_passed(made.store, app, running_on(bundle, RUNS_ON))
    changed = len(report.added) + len(report.changed) + len(report.removed)
    time = datetime.now(UTC).isoformat(timespec="seconds")
    told = f"{why}: {', '.join(because[:_TOLD])}" if because else why
    ref = put_bundle(made.store, bundle)
    note(made.store, app, Released(0, time, out, ref, changed, told))
    kept = keep(made, "release", inputs, report, [out, ref.digest])
    return record(kept, show.release, inputs)


def _causes(store: Store, app: str, bundle: Bundle) -> tuple[str, ...]:
    """Return what stands behind the difference from the release before; nothing if there is none."""
    before, ir = releases(store, app).current, current(store, app, "application_ir")
    if before is None:
        return ()
    return causes(bundle_of(store, before).value, bundle, (ir.sidecar if ir else None) or {})
