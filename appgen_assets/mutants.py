"""How many small mistakes gates and scenarios see: made when asked for, or by its schedule."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from appgen_assets.partitions import apps, one_run_each
from appgen_assets.switches import schedule_status
from appgen_resources.mutants import try_mutants
from generator.stages.model import Artefact
from generator.verify.mutants.judge import Subject
from generator.verify.mutants.model import KINDS, MutationReport
from generator.verify.mutants.report import killers, score_line, verdict_text

_CHECK = "most_mutants_are_killed"
_MOST = 50


class MutationConfig(dg.Config):
    """How many mutants are tried, which of them, and what score is asked for."""

    sample: int = 150  # 0: all
    seed: int = 0
    at_least: float = 95.0


@dg.asset(
    ins={name: dg.AssetIn(name) for name in ("app_bundle", "application_ir", "guard_ir", "test_plan")},
    deps=[dg.AssetDep("smoke_result")],
    partitions_def=apps,
    group_name="verification",
    kinds={"testing", "postgresql"},
    owners=["team:platform"],
    pool="sandbox",
    check_specs=[
        dg.AssetCheckSpec(
            _CHECK,
            asset="mutation_score",
            description="Of the mutants that can be seen, at least so many percent are.",
            partitions_def=apps,
        )
    ],
)
def mutation_score(  # type: ignore[no-untyped-def]  # noqa: ANN201 - Dagster takes it for one of two outputs
    config: MutationConfig,
    app_bundle: Artefact,
    application_ir: Artefact,
    guard_ir: Artefact,
    test_plan: Artefact,
):
    """How many small mistakes in the IR and in the code the gates and scenarios see."""
    subject = Subject(app_bundle.value, application_ir.value, guard_ir.value, test_plan.value)
    report = try_mutants(subject, application_ir.sidecar, sample=config.sample, seed=config.seed)
    return dg.MaterializeResult(
        metadata=shown(report),
        check_results=[
            dg.AssetCheckResult(
                check_name=_CHECK,
                passed=not report.problem and report.score >= config.at_least,
                severity=dg.AssetCheckSeverity.WARN,
                description=score_line(report),
            )
        ],
    )


def shown(report: MutationReport) -> dict[str, Any]:
    """Return what the UI shows of a report."""
    kinds = [_row(report, kind) for kind in KINDS if any(v.kind == kind for v in report.verdicts)]
    listed = [verdict_text(v) for v in (*report.survivors, *report.equivalents)][:_MOST]
    return {
        "score": dg.MetadataValue.float(round(report.score, 1)),
        "mutants": len(report.verdicts),
        "of": report.made,
        "kinds": dg.MetadataValue.table(kinds),
        "killed by": dg.MetadataValue.md("\n".join(f"- {name}: {count}" for name, count in killers(report))),
        "survivors": dg.MetadataValue.md("\n\n".join(f"```diff\n{text}\n```" for text in listed) or "none"),
    }


def _row(report: MutationReport, kind: Any) -> dg.TableRecord:
    counts = {outcome: report.count(outcome, kind) for outcome in ("killed", "survived", "equivalent")}
    return dg.TableRecord({"kind": kind, **counts})


mutants = dg.define_asset_job(
    "mutants",
    selection=dg.AssetSelection.assets("mutation_score"),
    description="Makes small mistakes in the built application: gates and scenarios must see them.",
)


@dg.schedule(
    job=mutants,
    cron_schedule="0 3 * * 0",
    default_status=schedule_status("weekly_mutants"),
    description="Every Sunday at 3: the mutation score of every application.",
)
def weekly_mutants(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """One run per application."""
    yield from one_run_each(context, "mutants")
