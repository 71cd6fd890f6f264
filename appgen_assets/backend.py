"""The generated application: a tree of files per stage, then all of them together."""

import dagster as dg

from appgen_assets.show import backend as show
from appgen_assets.stage_asset import bench, make, stage_asset
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.host.workshop import released_at
from generator.pipeline import BY_NAME
from generator.stages.history import RELEASED, that_counts
from generator.stages.model import Artefact

_GROUP = "backend"


@stage_asset(_GROUP, {"python", "pydantic"})
def schemas(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    schemas_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """Pydantic schemas of requests and replies, a module per entity."""
    inputs = {"application_ir": application_ir, "schemas_directives": schemas_directives}
    return make(context, workshop, show.tree, **inputs)


@stage_asset(_GROUP, {"python", "sqlalchemy"})
def models(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    models_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """SQLAlchemy models, a module per entity, and what a broken database constraint answers."""
    inputs = {"application_ir": application_ir, "models_directives": models_directives}
    return make(context, workshop, show.tree, **inputs)


@stage_asset(_GROUP, {"python", "alembic", "postgresql"})
def migrations(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    specs: SpecStore,
    application_ir: Artefact,
    app_spec: Artefact,
    migrations_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """Alembic revisions: those that were released as they are, and one from there to the schema of now."""
    inputs = {"application_ir": application_ir, "app_spec": app_spec}
    inputs["migrations_directives"] = migrations_directives
    released = released_at(specs.entry(context.partition_key).out)
    stage = BY_NAME["migrations"]
    inputs[RELEASED] = that_counts(released, stage, inputs, bench(context, workshop))
    return make(context, workshop, show.tree, **inputs)


@stage_asset(_GROUP, {"python"})
def services(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    guard_ir: Artefact,
    services_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """Operations with their guards, one transaction each, over prebuilt statements."""
    model = {"application_ir": application_ir, "guard_ir": guard_ir}
    return make(context, workshop, show.tree, **model, services_directives=services_directives)


@stage_asset(_GROUP, {"python", "fastapi"})
def routes(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    routes_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """FastAPI routers, one handler per operation, and the application's main module."""
    inputs = {"application_ir": application_ir, "routes_directives": routes_directives}
    return make(context, workshop, show.tree, **inputs)


@stage_asset(_GROUP, {"python", "docker"})
def project(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    application_ir: Artefact,
    project_directives: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """Settings, Docker and compose files, README, dependencies, runtime library, tests."""
    inputs = {"application_ir": application_ir, "project_directives": project_directives}
    return make(context, workshop, show.tree, **inputs)


@stage_asset(_GROUP, {"python"})
def app_bundle(  # noqa: PLR0913, PLR0917 - Dagster names an input by its argument
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    schemas: Artefact,
    models: Artefact,
    migrations: Artefact,
    services: Artefact,
    routes: Artefact,
    project: Artefact,
    test_plan: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """The whole application as one tree, with a manifest of hashes."""
    data = {"schemas": schemas, "models": models, "migrations": migrations}
    rest = {"services": services, "routes": routes, "project": project, "test_plan": test_plan}
    return make(context, workshop, show.app_bundle, **data, **rest)
