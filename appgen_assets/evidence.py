"""What a finished run says is wrong, read from the event log and the artefacts that it made."""

from collections.abc import Iterator

import dagster as dg
from dagster import DagsterEventType as Kind

from appgen_assets.stage_asset import EXIT_CODE
from generator.core.errors import EXIT_ENVIRONMENT
from generator.pipeline import STAGES
from generator.repair.evidence import is_transient, of_check, of_sanity, of_smoke
from generator.repair.model import LIVE, Evidence, StepFailure
from generator.stages.pointers import current
from generator.stages.store import Store
from generator.verify.model import Finding

_ASKED = {Kind.ASSET_CHECK_EVALUATION, Kind.ASSET_MATERIALIZATION, Kind.STEP_FAILURE}
_GATE_ERROR = "DagsterAssetCheckFailedError"
_PROBLEMS = "what is wrong"


def evidence_of(instance: dg.DagsterInstance, run: dg.DagsterRun, app: str, store: Store) -> Evidence:
    """Return what failed in a run, in the order of the stages."""
    records = instance.get_records_for_run(run.run_id, of_type=_ASKED).records
    events = [e for r in records if (e := r.event_log_entry.dagster_event) is not None]
    failed: dict[str, list[dg.AssetCheckEvaluation]] = {}
    for event in events:
        if event.event_type is Kind.ASSET_CHECK_EVALUATION and _counts(event.asset_check_evaluation_data):
            answer = event.asset_check_evaluation_data
            failed.setdefault(answer.asset_key.path[-1], []).append(answer)
    findings: list[Finding] = []
    failures = [f for e in events if e.event_type is Kind.STEP_FAILURE for f in _failure(e)]
    findings += [f for answer in failed.pop(LIVE, ()) for f in _of_live(answer)]
    for stage in (s.name for s in STAGES if s.name in failed):
        found, more = _of_stage(stage, failed[stage], app, store)
        findings += found
        failures += more
    if not findings and not failures and run.status is dg.DagsterRunStatus.FAILURE:
        failures = [StepFailure(_unmade(run, events), "The process was killed.", transient=True)]
    return Evidence(app, run.run_id, tuple(findings), tuple(failures))


def _counts(answer: dg.AssetCheckEvaluation) -> bool:
    """Whether a check has failed that stops a build, or that says that the live database was changed."""
    matters = answer.blocking or answer.asset_key.path[-1] == LIVE
    return bool(not answer.passed and matters and answer.severity is dg.AssetCheckSeverity.ERROR)


def _of_stage(
    stage: str, answers: list[dg.AssetCheckEvaluation], app: str, store: Store
) -> tuple[list[Finding], list[StepFailure]]:
    made = current(store, app, stage)
    if stage == "sanity_report" and made is not None and (found := of_sanity(made.value)):
        return found, []
    if stage == "smoke_result" and made is not None:
        found, failures = of_smoke(made.value)
        if found or failures:
            return found, failures
    return [f for a in answers for f in of_check(stage, a.check_name, _problems(a))], []


def _of_live(answer: dg.AssetCheckEvaluation) -> list[Finding]:
    listed = answer.metadata.get(_PROBLEMS)
    rows = [r.data for r in listed.records] if isinstance(listed, dg.TableMetadataValue) else []
    return [
        Finding(LIVE, "drift", str(r.get("problem", "")), node=str(r.get("IR node", "")), stage="migrations")
        for r in rows
    ]


def _problems(answer: dg.AssetCheckEvaluation) -> list[str]:
    listed = answer.metadata.get(_PROBLEMS)
    if isinstance(listed, dg.TableMetadataValue):
        return [str(record.data.get("problem", "")) for record in listed.records]
    return [answer.description or "failed"]


def _failure(event: dg.DagsterEvent) -> Iterator[StepFailure]:
    """Yield why a step failed; one that was ended by its own checks has said so already."""
    data = event.step_failure_data
    stage = event.step_key or ""
    told = data.user_failure_data
    if told is not None:
        code = told.metadata.get(EXIT_CODE)
        machine = code is not None and int(str(code.value)) == EXIT_ENVIRONMENT
        message = told.description or "failed"
        yield StepFailure(stage, message, transient=machine or is_transient(message))
    elif data.error is not None and data.error.cls_name != _GATE_ERROR:
        cause = data.error.cause or data.error
        interrupted = data.error.cls_name == "DagsterExecutionInterruptedError"
        message = cause.message.strip()
        yield StepFailure(stage, message, transient=interrupted or is_transient(message))


def _unmade(run: dg.DagsterRun, events: list[dg.DagsterEvent]) -> str:
    """Return the first stage of a run that it has not made."""
    made = {e.asset_key.path[-1] for e in events if e.is_step_materialization and e.asset_key}
    wanted = {key.path[-1] for key in run.asset_selection or ()} or {s.name for s in STAGES}
    return next((s.name for s in STAGES if s.name in wanted - made), STAGES[-1].name)
