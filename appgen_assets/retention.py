"""What lies in the artefact store, and what no one needs any more."""

from typing import Any

import dagster as dg

from appgen_assets.stage_asset import OWNERS, telling
from appgen_assets.switches import schedule_status
from appgen_resources.operations.read import load_operations
from appgen_resources.retention import Kept, clean
from appgen_resources.specs import SpecStore

_MEGABYTE = 1_000_000


@dg.asset(group_name="fleet", kinds={"storage"}, owners=OWNERS)
def artefact_store(specs: SpecStore):  # type: ignore[no-untyped-def]  # noqa: ANN201 - see mutants.py
    """What is kept of all outputs: the current ones, what the last releases need, whatever is young.

    `retention` of operations.yaml says how many releases and how many days.
    """
    return _clean(specs)


@telling
def _clean(specs: SpecStore) -> dg.MaterializeResult[None]:
    state = specs.state()
    keep = load_operations(state).retention
    kept = clean(state.artefacts, keep)
    return dg.MaterializeResult(
        metadata={"releases kept": keep.releases, "days kept": keep.days, **_shown(kept)}
    )


def _shown(kept: Kept) -> dict[str, Any]:
    return {
        "objects": dg.MetadataValue.int(kept.names),
        "megabytes": dg.MetadataValue.float(round(kept.size / _MEGABYTE, 1)),
        "objects removed": dg.MetadataValue.int(kept.removed),
        "megabytes freed": dg.MetadataValue.float(round(kept.freed / _MEGABYTE, 1)),
    }


retention = dg.define_asset_job(
    "retention",
    selection=dg.AssetSelection.assets("artefact_store"),
    description="Removes outputs that no current asset and no kept release needs.",
)
daily_retention = dg.ScheduleDefinition(
    name="daily_retention",
    job=retention,
    cron_schedule="0 4 * * *",
    default_status=schedule_status("retention"),
    description="Every day at 4: outputs that nobody needs any more are removed.",
)
