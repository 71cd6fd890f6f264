"""One page for the whole fleet: how each application stands."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import dagster as dg
import msgspec

from appgen_assets.checks import CHECKS
from appgen_assets.drift import DRIFT_CHECK, ROWS_CHECK
from appgen_assets.partitions import APPS
from appgen_assets.show.parts import table
from appgen_assets.stage_asset import OWNERS
from appgen_assets.switches import every, sensor_status
from appgen_resources.alerts.observe import advanced, ended_runs, first_cursors
from appgen_resources.specs import SpecStore
from appgen_resources.status import ORDER, AppStatus, fleet_status
from generator.host.artefacts import open_store

_MOST_LINKS = 100
_KEYS = [*(dg.AssetCheckKey(dg.AssetKey(c.stage), c.name) for c in CHECKS), DRIFT_CHECK, ROWS_CHECK]
_COLUMNS = ("application", "state", "release", "released", "failing checks", "warnings", "delivered to")


@dg.asset(group_name="fleet", kinds={"table"}, owners=OWNERS)
def app_status(context: dg.AssetExecutionContext, specs: SpecStore):  # type: ignore[no-untyped-def]  # noqa: ANN201 - see mutants.py
    """How every application stands: its state, its last release, the checks that fail.

    The sensor of the same name keeps it up to date; materialize it to look again now.
    """
    return dg.MaterializeResult(metadata=shown(_look(context.instance, specs)))


class _Seen(msgspec.Struct, frozen=True):
    """The sensor's cursor: the last runs that ended, the applications that there were."""

    ends: dict[str, int] = {}
    apps: tuple[str, ...] = ()


@dg.sensor(
    name="app_status",
    minimum_interval_seconds=every(60),
    default_status=sensor_status("app_status"),
    description="Brings the asset app_status up to date whenever a run has ended; needs no run for that.",
)
def app_status_sensor(context: dg.SensorEvaluationContext, specs: SpecStore) -> dg.SensorResult:
    """Report the table when something may have changed it."""
    before = _read(context.cursor)
    ends = before.ends or first_cursors(context.instance)
    after = _Seen(
        advanced(ends, ended_runs(context.instance, ends)),
        tuple(sorted(context.instance.get_dynamic_partitions(APPS))),
    )
    if after == before:
        return dg.SensorResult(skip_reason="no run has ended since", cursor=context.cursor)
    found = _look(context.instance, specs)
    made = dg.AssetMaterialization("app_status", metadata=shown(found))
    cursor = msgspec.json.encode(after).decode()
    return dg.SensorResult(
        asset_events=[made], cursor=cursor, skip_reason=_words(found) or "nothing is built"
    )


def shown(found: Sequence[AppStatus]) -> dict[str, Any]:
    """Return what the UI shows of a fleet, the applications that need someone first."""
    counted = Counter(status.state for status in found)
    return {
        **{state: dg.MetadataValue.int(counted[state]) for state in ORDER},
        "applications": table(_COLUMNS, [_row(status) for status in found]),
        "look into": dg.MetadataValue.md(
            "\n".join(_link(s) for s in found[:_MOST_LINKS]) or "nothing is built"
        ),
    }


def _row(status: AppStatus) -> tuple[str, ...]:
    last = status.release
    number = f"{last.number}{' (rolled back)' if status.held else ''}" if last else ""
    lists = (", ".join(status.failing), ", ".join(status.warnings))
    return (status.app, status.state, number, last.time if last else "", *lists, last.out if last else "")


def _link(status: AppStatus) -> str:
    app = quote(status.app)
    assets = dict.fromkeys(name.partition(".")[0] for name in (*status.failing, "release"))
    pages = [f"[{asset}](/assets/{asset}?view=partitions&partition={app})" for asset in assets]
    pages.append(f"[runs](/runs?q[0]=tag:dagster/partition={app})")
    if status.run:
        pages.append(f"[the run under way](/runs/{status.run})")
    return f"- **{status.app}** ({status.state}): {', '.join(pages)}"


def _words(found: Sequence[AppStatus]) -> str:
    counted = Counter(status.state for status in found)
    return ", ".join(f"{counted[state]} {state}" for state in ORDER if counted[state])


def _look(instance: dg.DagsterInstance, specs: SpecStore) -> list[AppStatus]:
    store = open_store(specs.state().artefacts)
    return fleet_status(instance, _KEYS, store, instance.get_dynamic_partitions(APPS))


def _read(cursor: str | None) -> _Seen:
    try:
        return msgspec.json.decode(cursor or "{}", type=_Seen)
    except msgspec.DecodeError:
        return _Seen()
