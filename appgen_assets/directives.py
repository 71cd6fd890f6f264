"""What people and repairs change of each emitted stage: one small root asset per stage, made in one step."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from appgen_assets.checks import CHECKS
from appgen_assets.partitions import apps
from appgen_assets.show import directives as show
from appgen_assets.stage_asset import OWNERS, bench, check_spec, record, telling
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource, code_versions
from generator.pipeline import BY_NAME, DIRECTIVES, OVERRIDES
from generator.stages.workshop import external


def _spec(name: str) -> dg.AssetSpec:
    stage = name.removesuffix("_directives")
    return dg.AssetSpec(
        name,
        description=(
            f"What people (overrides, in a folder beside the spec) and repairs (directives) change of "
            f"`{stage}`; mostly nothing."
        ),
        group_name="repair",
        kinds={"yaml"},
        owners=OWNERS,
        code_version=code_versions()[name][:12],
        partitions_def=apps,
    )


@dg.multi_asset(
    outs={
        name: dg.AssetOut.from_spec(_spec(name), io_manager_key="artefacts", is_required=False)
        for name in DIRECTIVES
    },
    partitions_def=apps,
    check_specs=[check_spec(check) for check in CHECKS if check.stage in DIRECTIVES],
    can_subset=True,
)
def directives(
    context: dg.AssetExecutionContext, specs: SpecStore, workshop: WorkshopResource
) -> Iterator[dg.MaterializeResult[Any]]:
    """Read the override folders once; each stage gets its part."""
    yield from _made(context, specs, workshop)


@telling
def _made(
    context: dg.AssetExecutionContext, specs: SpecStore, workshop: WorkshopResource
) -> list[dg.MaterializeResult[Any]]:
    made = bench(context, workshop)
    inputs = {OVERRIDES: external(OVERRIDES, specs.overrides(context.partition_key, made))}
    wanted = [name for name in DIRECTIVES if dg.AssetKey(name) in context.selected_asset_keys]
    results = [record(made.make(BY_NAME[name], inputs), show.overrides, inputs) for name in wanted]
    return [r._replace(asset_key=dg.AssetKey(n)) for n, r in zip(wanted, results, strict=True)]
