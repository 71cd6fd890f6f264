"""A new version of the generator reaches the canaries first, the rest only when all of them are green."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import msgspec

from appgen_assets.jobs import build
from appgen_assets.partitions import APPS
from appgen_assets.planning import plan_app, showing
from appgen_assets.show.parts import table
from appgen_assets.stage_asset import OWNERS, WHY_TAG
from appgen_assets.switches import every, sensor_status
from appgen_resources.history import PARTITION_TAG, History
from appgen_resources.operations.read import load_operations
from appgen_resources.specs import SpecStore
from appgen_resources.status import UNFINISHED, all_releases
from appgen_resources.waves import Rollout, Standing, advance, begin
from appgen_resources.workshop import WorkshopResource, code_versions
from generator.core.diagnostics import SpecError
from generator.core.digest import digest
from generator.core.errors import ToldError
from generator.host.artefacts import open_store

WAVE_TAG = "appgen/wave"
ROLLOUT = "generator_rollout"
CANARIES_CHECK = "canaries_green"
BROKEN = "failed canaries"

generator_rollout = dg.AssetSpec(
    ROLLOUT,
    group_name="fleet",
    owners=OWNERS,
    kinds={"python"},
    description="How far the generator's current version has come: canaries first, then wave after wave.",
)


def generator_version() -> str:
    """Return the version of the code that this process has loaded; it changes with any stage's code."""
    return digest(code_versions())[:12]


@dg.sensor(
    job=build,
    minimum_interval_seconds=every(30),
    default_status=sensor_status("generator_upgrades"),
    description=(
        "When the generator's version has changed: builds what is stale of the canaries and, only when every "
        "canary is green, of the others, a wave at a time. A canary that fails stops it and is told."
    ),
)
def generator_upgrades(
    context: dg.SensorEvaluationContext, specs: SpecStore, workshop: WorkshopResource
) -> dg.SensorResult:
    """Ask how the builds of the last tick went, and start what is next."""
    told = load_operations(specs.state())
    apps = context.instance.get_dynamic_partitions(APPS)
    before = _read(context.cursor) or begin(generator_version(), _released(specs, apps), told.waves)
    plans = _Plans(context.instance, specs, workshop, before.version)
    present = before.without(lambda app: app not in apps)
    after, chosen = advance(present, told.waves, plans.standing, plans.busy)
    requests = [request for app in chosen for request in plans.request(app)]
    if after != before or not context.cursor:
        _report(context.instance, after)
    return dg.SensorResult(
        run_requests=requests,
        cursor=msgspec.json.encode(after).decode(),
        skip_reason=None if requests else f"version {after.version}: {after.phase}",
    )


def _read(cursor: str | None) -> Rollout | None:
    """Return how far the version that is loaded has come; None if it has just been installed."""
    try:
        known = msgspec.json.decode(cursor or "{}", type=Rollout)
    except msgspec.DecodeError:
        return None
    return known if known.version == generator_version() else None


def _released(specs: SpecStore, apps: Sequence[str]) -> list[str]:
    known = all_releases(open_store(specs.state().artefacts), apps)
    return [app for app in apps if known[app].current is not None]


class _Plans:
    """Knows how applications stand towards a version, and asks for their builds."""

    def __init__(
        self, instance: dg.DagsterInstance, specs: SpecStore, workshop: WorkshopResource, version: str
    ) -> None:
        self._instance = instance
        self._specs = specs
        self._workshop = workshop
        self._version = version

    def busy(self, app: str) -> bool:
        """Whether a run of an application is under way: of this wave, of its spec, of its repair."""
        chosen = dg.RunsFilter(tags={PARTITION_TAG: app}, statuses=list(UNFINISHED))
        return bool(self._instance.get_runs(chosen, limit=1))

    def standing(self, app: str) -> Standing:
        """Return how an application stands: green when nothing of it is stale and every check has passed."""
        if self.busy(app):
            return "building"
        try:
            return "failed" if self._stale(app)[0] else "green"
        except (SpecError, ToldError, OSError):
            return "failed"

    def request(self, app: str) -> Iterator[dg.RunRequest]:
        """Yield the run of what is stale; of what the front end refuses, the run that shows it."""
        try:
            chosen, why = self._stale(app)
        except SpecError as error:
            chosen, why = showing(error, [dg.AssetKey("app_spec")]), "the spec is refused"
        except (ToldError, OSError):
            chosen, why = [dg.AssetKey("app_spec")], "the spec can't be read"
        if chosen:
            yield dg.RunRequest(
                f"wave:{app}:{self._version}:{History(self._instance, app).made()}",
                partition_key=app,
                asset_selection=chosen,
                tags={WAVE_TAG: self._version, WHY_TAG: f"a new version of the generator; {why}"},
            )

    def _stale(self, app: str) -> tuple[list[dg.AssetKey], str]:
        plan = plan_app(self._instance, self._specs.entry(app), self._workshop.open())
        return (plan.selection() if plan.stale else []), plan.why


def _report(instance: dg.DagsterInstance, rollout: Rollout) -> None:
    """Show it in the UI: an event without a run, and a check that says whether the canaries are well."""
    phase = rollout.phase
    counted = Counter(rollout.standing.get(app, "waiting") for app in rollout.members)
    rows = [
        (app, "canary" if app in rollout.canaries else "", rollout.standing.get(app, "waiting"))
        for app in sorted(rollout.members, key=lambda a: (a not in rollout.canaries, a))
    ]
    broken = [app for app in rollout.canaries if rollout.standing.get(app) == "failed"]
    metadata: dict[str, Any] = {
        standing: dg.MetadataValue.int(counted[standing]) for standing in sorted(counted)
    }
    metadata |= {"version": rollout.version, "phase": phase, BROKEN: ", ".join(broken)}
    metadata["applications"] = table(("application", "", "stands"), rows)
    instance.report_runless_asset_event(dg.AssetMaterialization(ROLLOUT, metadata=metadata))
    if broken or phase != "canaries":
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(ROLLOUT),
                check_name=CANARIES_CHECK,
                passed=not broken,
                severity=dg.AssetCheckSeverity.ERROR,
                description=_verdict(rollout.version, ", ".join(broken)),
                metadata={},
            )
        )


def _verdict(version: str, broken: str) -> str:
    if broken:
        return f"version {version} stays with the canaries: {broken} failed"
    return f"no canary has failed with version {version}"


@dg.asset_check(
    asset=ROLLOUT, name=CANARIES_CHECK, description="No canary of the current version has failed."
)
def canaries_green(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Ask again; the sensor asks at each change."""
    event = context.instance.get_latest_materialization_event(dg.AssetKey(ROLLOUT))
    made = event.asset_materialization if event else None
    if made is None:
        return dg.AssetCheckResult(passed=False, description="no version was rolled out yet")
    broken = str(made.metadata[BROKEN].value)
    return dg.AssetCheckResult(
        passed=not broken, description=_verdict(str(made.metadata["version"].value), broken)
    )
