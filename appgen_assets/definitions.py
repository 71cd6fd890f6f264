"""What Dagster loads."""

import warnings

import dagster as dg
from dagster_shared.utils.warnings import BetaWarning, PreviewWarning

# Partitioned checks are new, and everything here stands on them; the version of Dagster is pinned.
warnings.filterwarnings("ignore", category=PreviewWarning)
warnings.filterwarnings("ignore", category=BetaWarning)

from appgen_assets import backend, directives, frontend, mutants, verification  # noqa: E402
from appgen_assets.alerts import alerts  # noqa: E402
from appgen_assets.drift import database_drift, hourly_database_drift, live_database  # noqa: E402
from appgen_assets.jobs import JOBS  # noqa: E402
from appgen_assets.lost_runs import lost_runs  # noqa: E402
from appgen_assets.progress import NAME, progress_logger  # noqa: E402
from appgen_assets.references import referenced  # noqa: E402
from appgen_assets.repair import repair, repair_sensor  # noqa: E402
from appgen_assets.retention import artefact_store, daily_retention, retention  # noqa: E402
from appgen_assets.schedules import SCHEDULES  # noqa: E402
from appgen_assets.sensors import SENSORS  # noqa: E402
from appgen_assets.status import app_status, app_status_sensor  # noqa: E402
from appgen_assets.waves import canaries_green, generator_rollout, generator_upgrades  # noqa: E402
from appgen_resources.artefacts import ArtefactIO  # noqa: E402
from appgen_resources.reports import ReportStore  # noqa: E402
from appgen_resources.sandbox import SandboxResource  # noqa: E402
from appgen_resources.specs import SpecStore  # noqa: E402
from appgen_resources.workshop import WorkshopResource  # noqa: E402

ASSETS = (
    directives.directives,
    frontend.app_spec,
    frontend.application_ir,
    frontend.constraint_graph,
    frontend.guard_ir,
    backend.schemas,
    backend.models,
    backend.migrations,
    backend.services,
    backend.routes,
    backend.project,
    verification.test_plan,
    backend.app_bundle,
    verification.sanity_report,
    verification.smoke_result,
    verification.release,
    mutants.mutation_score,
    generator_rollout,
    live_database,
    app_status,
    artefact_store,
)

defs = dg.Definitions(
    assets=referenced(ASSETS),
    asset_checks=(canaries_green,),
    jobs=(*JOBS, repair, mutants.mutants, database_drift, retention),
    sensors=(*SENSORS, generator_upgrades, repair_sensor, alerts, app_status_sensor, lost_runs),
    schedules=(*SCHEDULES, mutants.weekly_mutants, hourly_database_drift, daily_retention),
    executor=dg.in_process_executor,
    loggers={"console": dg.colored_console_logger, NAME: progress_logger},
    resources={
        "artefacts": ArtefactIO(),
        "reports": ReportStore(),
        "sandbox": SandboxResource(),
        "specs": SpecStore(),
        "workshop": WorkshopResource(),
    },
)
