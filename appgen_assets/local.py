"""Building in this process, with the workspace's own history."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import msgspec

from appgen_assets.partitions import APPS
from appgen_assets.planning import Plan, plan_all, plan_compiled
from appgen_assets.progress import NAME, Listener, listening
from appgen_assets.repair import Repaired, repair_evidence, repair_run, tags_of, tell_directives
from appgen_assets.stage_asset import EXIT_CODE, FORCE_TAG, FRESH_TAG, WHY_TAG
from appgen_resources.history import PROCESS_TAG, History, this_process
from appgen_resources.instance import open_instance
from appgen_resources.repairs import well_again
from generator.core.errors import EXIT_FINDINGS
from generator.host.artefacts import open_store
from generator.host.state import AppEntry, State
from generator.host.workshop import open_workshop
from generator.repair.journal import Journal
from generator.repair.model import Evidence
from generator.repair.session import Considered
from generator.stages.model import Artefact
from generator.stages.pointers import current
from generator.stages.workshop import Workshop
from generator.verify.model import SanityReport


class Failure(msgspec.Struct, frozen=True):
    """A stage that could not be made, or a check that failed."""

    stage: str
    message: str
    exit_code: int = EXIT_FINDINGS
    trace: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What a build did; `ran` is empty when nothing was stale."""

    app: str
    out: str
    ran: tuple[str, ...] = ()
    ok: bool = True
    run: str = ""
    failures: tuple[Failure, ...] = ()
    smoke: Any = None
    warnings: tuple[str, ...] = ()  # of the gates, each with its line of the spec


class Builder:
    """Builds applications one after the other; the instance is opened once."""

    def __init__(self, state: State) -> None:
        self._state = state
        state.share()
        self._instance = open_instance(state)

    def plan(
        self, entry: AppEntry, done: dict[str, Artefact], workshop: Workshop, *, everything: bool = False
    ) -> Plan:
        """Return what is stale of a compiled application."""
        History(self._instance, entry.app).close_lost_runs()
        plan = plan_compiled(self._instance, entry, done, workshop)
        return plan_all(plan) if everything else plan

    def run(
        self,
        plan: Plan,
        listener: Listener,
        *,
        everything: bool = False,
        force: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Materialize what is stale; `tags` are those of a repair."""
        app = plan.entry.app
        self._instance.add_dynamic_partitions(APPS, [app])
        own = {
            PROCESS_TAG: this_process(),
            FRESH_TAG: str(everything).lower(),
            FORCE_TAG: str(force).lower(),
            WHY_TAG: plan.why,
        }
        with listening(listener):
            result = self._job("repair" if tags else "build").execute_in_process(
                run_config={"loggers": {NAME: {}}},
                instance=self._instance,
                partition_key=app,
                asset_selection=plan.selection(),
                tags={**own, **(tags or {})},
                raise_on_error=False,
            )
        return self._outcome(plan, result)

    def repair(self, entry: AppEntry, run: str) -> Repaired | None:
        """Decide what comes next after a run that failed, or a spec that could not be compiled (no run)."""
        workshop = open_workshop(self._state)
        failed = self._instance.get_run_by_id(run) if run else None
        if failed is None:
            return repair_evidence(self._instance, entry, Evidence(entry.app, ""), workshop)
        return repair_run(self._instance, entry, failed, workshop)

    def repair_tags(self, considered: Considered) -> dict[str, str]:
        """Return the tags of the run that a repair asks for."""
        return tags_of(considered)

    def tell_directives(self, kept: Journal) -> None:
        """Show at the IR which of its nodes directives have changed."""
        tell_directives(self._instance, kept)

    def well_again(self, app: str) -> None:
        """Close the repair of an application."""
        well_again(open_workshop(self._state), app)

    def _job(self, name: str) -> dg.JobDefinition:
        # Only a build that has something to do pays for loading the definitions.
        from appgen_assets.definitions import defs  # noqa: PLC0415

        return defs.resolve_job_def(name)

    def _made(self, app: str, stage: str, made: set[str]) -> Any:
        """Return the output of a stage of this run; None if it was not made."""
        kept = current(open_store(self._state.artefacts), app, stage) if stage in made else None
        return kept.value if kept else None

    def _outcome(self, plan: Plan, result: dg.ExecuteInProcessResult) -> Outcome:
        events = result.all_events
        if any(_interrupted(event) for event in events):
            raise KeyboardInterrupt
        app = plan.entry.app
        made = {e.asset_key.path[-1] for e in events if e.is_step_materialization and e.asset_key}
        return Outcome(
            app,
            plan.entry.out,
            ran=tuple(name for name in plan.stale if name in made),
            ok=result.success,
            run=result.run_id,
            failures=tuple(_failures(events)),
            smoke=self._made(app, "smoke_result", made),
            warnings=tuple(_warnings(self._made(app, "sanity_report", made))),
        )


def _warnings(report: SanityReport | None) -> Iterable[str]:
    for found in report.findings if report else ():
        if found.severity == "warning":
            yield f"{found.source}: {found.message}" + (f" ({found.span})" if found.span else "")


def _interrupted(event: dg.DagsterEvent) -> bool:
    error = event.step_failure_data.error if event.is_step_failure else None
    return error is not None and error.cls_name == "DagsterExecutionInterruptedError"


def _failures(events: Iterable[dg.DagsterEvent]) -> Iterable[Failure]:
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            answer = event.asset_check_evaluation_data
            if not answer.passed and answer.severity is dg.AssetCheckSeverity.ERROR:
                yield Failure(event.step_key or "", f"{answer.check_name}: {answer.description or 'failed'}")
        elif event.is_step_failure:
            yield from _step_failure(event)


def _step_failure(event: dg.DagsterEvent) -> Iterable[Failure]:
    data = event.step_failure_data
    stage = event.step_key or ""
    told = data.user_failure_data
    if told is not None:
        code = told.metadata.get(EXIT_CODE)
        yield Failure(stage, told.description or "failed", int(str(code.value)) if code else EXIT_FINDINGS)
    elif data.error is not None and data.error.cls_name != "DagsterAssetCheckFailedError":
        cause = data.error.cause or data.error
        yield Failure(stage, cause.message.strip(), EXIT_FINDINGS, data.error.to_string())
