"""Whether live databases still have what their delivered applications' models say."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from appgen_assets.partitions import APPS, apps
from appgen_assets.show.parts import table
from appgen_assets.stage_asset import OWNERS, telling
from appgen_assets.switches import schedule_status
from appgen_resources.live import Live, look_at
from appgen_resources.operations.read import load_operations
from appgen_resources.specs import SpecStore
from generator.core.errors import ToldError
from generator.emit.physical import physical
from generator.host.artefacts import open_store
from generator.ir.model import ApplicationIR
from generator.repair.drift.model import Drift
from generator.stages.pointers import current
from generator.stages.releases import bundle_of, releases
from generator.verify.provenance import locate

_FITS = "matches_the_models"
DRIFT_CHECK = dg.AssetCheckKey(dg.AssetKey("live_database"), _FITS)
_UPGRADED = "at_the_delivered_revision"
_ROWS = "rows_allow_the_upgrade"
ROWS_CHECK = dg.AssetCheckKey(dg.AssetKey("live_database"), _ROWS)
Places = Mapping[tuple[str, str], tuple[str, str]]


def _check(name: str, about: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset="live_database", description=about, partitions_def=apps)


@dg.asset(
    deps=["release"],
    partitions_def=apps,
    group_name="fleet",
    kinds={"postgresql"},
    owners=OWNERS,
    check_specs=[
        _check(_FITS, "Nobody has changed the live database by hand: it has what the delivered models say."),
        _check(_UPGRADED, "The delivered migrations were run on the live database."),
        _check(_ROWS, "No row of the live database keeps the delivered migrations from being run."),
    ],
)
def live_database(context: dg.AssetExecutionContext, specs: SpecStore):  # type: ignore[no-untyped-def]  # noqa: ANN201 - see mutants.py
    """The application's live database beside what its delivered migrations make; it is only looked at.

    `databases` of operations.yaml names it. What differs was changed by hand: repair delivers a revision that
    brings it back, or refuses where data would be lost. Nothing is ever written to the database from here.
    """
    return _look(context, specs)


@telling
def _look(context: dg.AssetExecutionContext, specs: SpecStore) -> dg.MaterializeResult[Any]:
    app, state = context.partition_key, specs.state()
    url = load_operations(state).databases.get(app)
    if url is None:
        raise ToldError(
            f"no live database of {app} is known", "Name it below `databases` in operations.yaml."
        )
    store = open_store(state.artefacts)
    released = releases(store, app).current
    if released is None:
        raise ToldError(f"nothing of {app} was delivered yet", "Build it first.")
    live = look_at(store, bundle_of(store, released), url)
    ir = current(store, app, "application_ir")
    places = _places(ir.value, ir.sidecar or {}) if ir is not None else {}
    return _result(live, places)


def _places(ir: ApplicationIR, source_map: Any) -> Places:
    """Return table and name of something in it ("": itself) -> IR node and line of the spec."""
    nodes = {(t.name, name): node for t in physical(ir).tables for name, node in t.parts()}
    return {place: (node, str(locate(node, source_map) or "")) for place, node in nodes.items()}


def _result(live: Live, places: Places) -> dg.MaterializeResult[Any]:
    rows = [(d.about, *_place(d, places)) for d in live.differences]
    found = table(("problem", "IR node", "spec"), rows)
    behind = f"it is at {_words(live.revisions)}, delivered is {_words(live.heads)}"
    return dg.MaterializeResult(
        metadata={
            "revision": _words(live.revisions),
            "differences": len(live.differences),
            "what differs": found,
            "operations": dg.MetadataValue.json([_plain(d) for d in live.differences]),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=_FITS,
                passed=live.upgraded and not live.differences,
                # Of another revision nobody can say whether it drifted.
                severity=dg.AssetCheckSeverity.ERROR if live.upgraded else dg.AssetCheckSeverity.WARN,
                description=None if live.upgraded else f"not compared: {behind}",
                metadata={"what is wrong": found} if live.upgraded and rows else {},
            ),
            dg.AssetCheckResult(
                check_name=_UPGRADED,
                passed=live.upgraded,
                severity=dg.AssetCheckSeverity.WARN,
                description=None if live.upgraded else behind,
            ),
            _rows_allow(live, places),
        ],
    )


def _rows_allow(live: Live, places: Places) -> dg.AssetCheckResult:
    rows = [(f"{c.drift.about}: {c.words}", *_place(c.drift, places)) for c in live.contradicted]
    problems = table(("problem", "IR node", "spec"), rows)
    return dg.AssetCheckResult(
        check_name=_ROWS,
        passed=not rows,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"the upgrade would fail: {rows[0][0]}" if rows else None,
        metadata={"what is wrong": problems} if rows else {},
    )


def _place(found: Drift, places: Places) -> tuple[str, str]:
    """Return the place of the nearest part that the IR knows, at last of the table."""
    named = (places.get((found.table, part)) for part in (*found.parts, ""))
    return next(filter(None, named), ("", ""))


def _plain(found: Drift) -> dict[str, str]:
    return {"what": found.what, "table": found.table, "name": ".".join(found.parts[:1])}


def _words(revisions: tuple[str, ...]) -> str:
    return ", ".join(revisions) or "no revision"


database_drift = dg.define_asset_job(
    "database_drift",
    selection=dg.AssetSelection.assets("live_database"),
    description="Compares live databases with the delivered models; changes nothing.",
)


@dg.schedule(
    job=database_drift,
    name="hourly_database_drift",
    cron_schedule="17 * * * *",
    default_status=schedule_status("database_drift"),
    description="Every hour: the live database of every application that operations.yaml names one for.",
)
def hourly_database_drift(context: dg.ScheduleEvaluationContext, specs: SpecStore) -> Iterator[dg.RunRequest]:
    """One run per application that is there."""
    hour = context.scheduled_execution_time.isoformat(timespec="hours")
    present = set(context.instance.get_dynamic_partitions(APPS))
    for app in sorted(present & load_operations(specs.state()).databases.keys()):
        yield dg.RunRequest(f"drift:{app}:{hour}", partition_key=app)
