"""One asset per stage: what all of them share."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import dagster as dg

from appgen_assets.checks import CHECKS
from appgen_assets.checks.model import Check, Made, Verdict
from appgen_assets.partitions import apps
from appgen_resources.history import CACHE_TAG, KEY_TAG, PROCESS_TAG, this_process
from appgen_resources.workshop import code_versions
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.pipeline import BY_NAME, EXTERNAL
from generator.stages.model import Artefact
from generator.stages.workshop import Workshop

OWNERS = ["team:platform"]
EXIT_CODE = "exit code"
FRESH_TAG = "appgen/fresh"
FORCE_TAG = "appgen/force"
WHY_TAG = "appgen/why"
KEEP_EDITS_TAG = "appgen/keep_edits"
_MOST_PROBLEMS = 50
_WHAT_NOW = (
    "If the sensor repair is on, a run of the job repair follows, or the diagnosis says why not: it is "
    "an event of the asset at fault. By hand: appgen build SPEC --repair; appgen repairs APP tells "
    "what was done and why."
)
_signed: set[str] = set()

Show = Callable[[Artefact], Mapping[str, Any]]


def stage_asset(group: str, kinds: set[str], **more: Any) -> Callable[..., dg.AssetsDefinition]:
    """Return a decorator: the function's name is the stage's, its docstring the description."""

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        stage = BY_NAME[function.__name__]
        made = [i.stage for i in stage.inputs if i.stage not in EXTERNAL]
        wrap: Callable[..., dg.AssetsDefinition] = dg.asset(
            ins={name: dg.AssetIn(name) for name in made},
            deps=[dg.AssetDep(name) for name in stage.after],
            partitions_def=apps,
            code_version=code_versions()[stage.name][:12],
            group_name=group,
            kinds=kinds,
            owners=OWNERS,
            io_manager_key="artefacts",
            check_specs=[check_spec(check) for check in CHECKS if check.stage == stage.name],
            **more,
        )
        return wrap(telling(function))

    return decorate


def telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors that are meant for people into failures that say the same, without a retry."""

    @wraps(function)
    def told(*args: Any, **inputs: Any) -> Any:
        try:
            return function(*args, **inputs)
        except ToldError as error:
            metadata = {EXIT_CODE: dg.MetadataValue.int(error.exit_code)}
            raise dg.Failure(str(error), metadata=metadata, allow_retries=False) from error
        except SpecError as error:
            raise dg.Failure(str(error), allow_retries=False) from error

    # With checks, Dagster would take the return annotation for that of one output of several.
    told.__annotations__ = {n: t for n, t in function.__annotations__.items() if n != "return"}
    told.__signature__ = inspect.signature(function).replace(  # type: ignore[attr-defined]
        return_annotation=inspect.Signature.empty
    )
    return told


def check_spec(check: Check) -> dg.AssetCheckSpec:
    """Return a check as Dagster declares it."""
    return dg.AssetCheckSpec(
        check.name,
        asset=check.stage,
        description=check.about,
        blocking=check.blocking,
        partitions_def=apps,
    )


def bench(context: dg.AssetExecutionContext, workshop: Any) -> Workshop:
    """Return the workshop of this run; the run's tag says whether the cache may answer."""
    _sign(context)
    opened: Workshop = workshop.open(fresh=context.run.tags.get(FRESH_TAG) == "true")
    return opened


def _sign(context: dg.AssetExecutionContext) -> None:
    """Leave word which process the run has, once: nobody else can tell when it is gone."""
    if PROCESS_TAG not in context.run.tags and context.run.run_id not in _signed:
        _signed.add(context.run.run_id)
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: this_process()})


def make(
    context: dg.AssetExecutionContext, workshop: Any, show: Show, **inputs: Artefact
) -> dg.MaterializeResult[Artefact]:
    """Run a pure stage behind the cache and return what Dagster records of it."""
    stage = BY_NAME[context.asset_key.path[-1]]
    artefact = bench(context, workshop).make(stage, inputs)
    return record(artefact, show, inputs)


def keep(workshop: Workshop, name: str, inputs: Mapping[str, Artefact], value: Any, same_as: Any) -> Artefact:
    """Put the output of a stage that has effects into the store, under its key."""
    stage = BY_NAME[name]
    return workshop.keep(stage, workshop.key(stage, inputs), value, same_as=same_as)


def record(artefact: Artefact, show: Show, inputs: Mapping[str, Artefact]) -> dg.MaterializeResult[Artefact]:
    """Return an artefact as a materialization with its checks' answers."""
    made = Made(artefact, inputs, {})
    asked = [check for check in CHECKS if check.stage == artefact.ref.stage]
    return dg.MaterializeResult(
        value=artefact,
        data_version=dg.DataVersion(artefact.ref.digest),
        tags={KEY_TAG: artefact.ref.key, CACHE_TAG: "hit" if artefact.hit else "made"},
        metadata=dict(show(artefact)),
        check_results=[_result(check, check.ask(made)) for check in asked],
    )


def _result(check: Check, answer: Verdict) -> dg.AssetCheckResult:
    problems = answer.problems[:_MOST_PROBLEMS]
    metadata: dict[str, Any] = {"looked at": answer.looked_at, "problems": len(answer.problems)}
    if problems and not check.warns:
        metadata["what now"] = dg.MetadataValue.text(_WHAT_NOW)
    if problems:
        rows = [dg.TableRecord({"problem": text}) for text in problems]
        metadata["what is wrong"] = dg.MetadataValue.table(rows)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(check.stage),
        check_name=check.name,
        passed=answer.ok,
        severity=dg.AssetCheckSeverity.WARN if check.warns else dg.AssetCheckSeverity.ERROR,
        description=problems[0] if problems else None,
        metadata=metadata,
    )
