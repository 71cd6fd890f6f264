"""A job per purpose."""

import dagster as dg

from appgen_assets.partitions import apps

build = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.groups("frontend", "backend", "verification", "repair")
    - dg.AssetSelection.assets("mutation_score"),
    description="From the spec to the delivered application; started with the stale stages only.",
)
verify = dg.define_asset_job(
    "verify",
    selection=dg.AssetSelection.assets("sanity_report", "smoke_result"),
    description="Tries the built application out again: gates on a new database, then every scenario.",
)
deliver = dg.define_asset_job(
    "deliver",
    selection=dg.AssetSelection.assets("release"),
    description="Delivers the last bundle that has passed.",
)
status = dg.define_asset_job(
    "status",
    selection=dg.AssetSelection.assets("app_status"),
    description="Looks at every application again and shows how it stands.",
)

JOBS = (build, verify, deliver, status)
__all__ = ["JOBS", "apps", "build", "deliver", "status", "verify"]
