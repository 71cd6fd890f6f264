"""The front end: spec, IR, constraint graph, guards."""

import dagster as dg

from appgen_assets.show import frontend as show
from appgen_assets.stage_asset import bench, make, stage_asset
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.pipeline import SOURCE
from generator.stages.model import Artefact
from generator.stages.workshop import external

_GROUP = "frontend"


@stage_asset(_GROUP, {"yaml"})
def app_spec(
    context: dg.AssetExecutionContext, specs: SpecStore, workshop: WorkshopResource
) -> dg.MaterializeResult[Artefact]:
    """The spec as a person wrote it: its text, parsed, with every message of the front end.

    Whatever is wrong with it is listed under `diagnostics`, with file, line and a way out.
    """
    source = specs.source(context.partition_key, bench(context, workshop))
    return make(context, workshop, show.app_spec, **{SOURCE: external(SOURCE, source)})


@stage_asset(_GROUP, {"ir"})
def application_ir(
    context: dg.AssetExecutionContext, workshop: WorkshopResource, app_spec: Artefact
) -> dg.MaterializeResult[Artefact]:
    """What the spec says, fully resolved: entities, operations, flows, constraints, with diagrams.

    All that follows is made from it alone. What repairs have changed is listed under `directives`.
    """
    return make(context, workshop, show.application_ir, app_spec=app_spec)


@stage_asset(_GROUP, {"graph"})
def constraint_graph(
    context: dg.AssetExecutionContext, workshop: WorkshopResource, application_ir: Artefact
) -> dg.MaterializeResult[Artefact]:
    """Every constraint, what it bears on, and the layers that enforce it: schemas, database, services."""
    return make(context, workshop, show.constraint_graph, application_ir=application_ir)


@stage_asset(_GROUP, {"ir"})
def guard_ir(
    context: dg.AssetExecutionContext,
    workshop: WorkshopResource,
    constraint_graph: Artefact,
    application_ir: Artefact,
) -> dg.MaterializeResult[Artefact]:
    """The checks that each operation makes before, during and after its effects."""
    inputs = {"constraint_graph": constraint_graph, "application_ir": application_ir}
    return make(context, workshop, show.guard_ir, **inputs)
