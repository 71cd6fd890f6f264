"""The sensor: one look at each finished run, one request with exactly what a repair reaches."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import dagster as dg
import psycopg2
import pytest

from appgen_assets.definitions import defs
from appgen_assets.repair import FINDING_TAG, repair_sensor
from appgen_assets.sensors import spec_folder
from appgen_resources.alerts.observe import _ENDS, ATTEMPT_TAG
from appgen_resources.history import History
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.host.artefacts import open_store
from generator.host.sandbox import ProcessSandbox
from generator.repair.model import CorrectDatabase, Retry
from generator.stages.releases import bundle_of, releases
from tests.assets.test_history import instance
from tests.repair.conftest import AFTER, APP, Workspace
from tests.repair.printed import Told

pytestmark = pytest.mark.slow
BROKEN = '"""Statements."""\n\nx: int = nothing\n'


def tick(log: dg.DagsterInstance, cursor: str, sensor: Any = repair_sensor) -> Any:
    context = dg.build_sensor_context(
        instance=log,
        cursor=cursor,
        resources={"specs": SpecStore(folder="."), "workshop": WorkshopResource()},
        definitions=defs,
    )
    return sensor(context)


def now(log: dg.DagsterInstance) -> str:
    """Return the cursor behind everything."""
    found = {}
    for kind in _ENDS:
        records = log.fetch_run_status_changes(
            dg.RunStatusChangeRecordsFilter(event_type=kind), limit=1
        ).records
        found[kind.value] = records[0].storage_id if records else 0
    return json.dumps(found)


def launch(log: dg.DagsterInstance, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("repair").execute_in_process(
        instance=log,
        partition_key=request.partition_key,
        asset_selection=list(request.asset_selection or ()),
        tags=dict(request.tags),
        raise_on_error=False,
        run_config={"loggers": {"appgen": {}}},
    )


def chosen(request: dg.RunRequest) -> set[str]:
    return {key.path[-1] for key in request.asset_selection or ()}


def test_a_failed_run_gets_one_repair_and_a_whole_one_nothing(whole: Workspace) -> None:
    with instance(whole.folder) as log:
        cursor = now(log)
    whole.override("files/app/book/queries.py", BROKEN)
    assert whole.build().startswith("1")
    with instance(whole.folder) as log:
        result = tick(log, cursor)
        (request,) = result.run_requests
        assert chosen(request) == {"services_directives", "services"} | AFTER
        assert request.tags[ATTEMPT_TAG] == "1"
        assert request.tags[FINDING_TAG] == whole.journal().entries[-1].told.diagnosis
        (again,) = tick(log, cursor).run_requests  # whoever decided was killed before the request was kept
        assert (again.run_key, chosen(again)) == (request.run_key, chosen(request))
        assert len(whole.journal().attempts) == 1
        assert not tick(log, result.cursor).run_requests
        assert launch(log, request).success
        end = tick(log, result.cursor)
        assert not end.run_requests
    assert whole.journal().attempts == ()
    assert whole.build().split("\n")[1].endswith(f"it lies in build/{APP}")


def test_an_override_that_can_not_be_used_fails_at_its_stage_and_is_kept_away(whole: Workspace) -> None:
    """The spec folder's sensor starts a run that shows it; the repair's sensor answers that run."""
    source = whole.override("templates/models/base.py.j2", "{{ no_such_thing }}\n")
    with instance(whole.folder) as log:
        cursor = now(log)
        (request,) = tick(log, "", spec_folder).run_requests
        assert chosen(request) == {"models_directives", "models"}
        assert not launch(log, request).success
        result = tick(log, cursor)
        (repair,) = result.run_requests
        assert chosen(repair) == {"models_directives", "models"}
        seen = log.fetch_observations(dg.AssetKey("models"), limit=1).records[0].asset_observation
        assert seen is not None
        assert source in str(seen.metadata["diagnosis"].value)
        assert launch(log, repair).success
        tick(log, result.cursor)
    assert whole.journal().attempts == ()
    assert "nothing has changed" in whole.build()


def test_a_run_whose_process_was_killed_is_tried_again(whole: Workspace) -> None:
    spec = whole.spec.read_text()
    with instance(whole.folder) as log:
        cursor = now(log)
    whole.spec.write_text(spec.replace("All copies are out", "Nothing left"))
    child = subprocess.Popen(
        [sys.executable, "-m", "generator.cli", "build", str(whole.spec)],
        cwd=whole.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    for line in child.stdout:
        if "app_bundle" in line:
            break
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with instance(whole.folder) as log:
        assert len(History(log, APP).close_lost_runs()) == 1
        (request,) = tick(log, cursor).run_requests
        assert chosen(request) == AFTER - {"app_bundle"}
        assert isinstance(whole.journal().entries[-1].directive, Retry)
        assert launch(log, request).success
    whole.spec.write_text(spec)
    assert whole.build().startswith("0")


@contextmanager
def live(whole: Workspace) -> Iterator[str]:
    """Yield the URL of a database on which the delivered migrations were run."""
    store = open_store(whole.state.artefacts)
    released = releases(store, APP).current
    assert released is not None
    with ProcessSandbox().open(bundle_of(store, released).value) as session:
        session.migrate()
        url = session.database_url.replace("+asyncpg", "")
        (whole.folder / "operations.yaml").write_text(f"databases:\n  {APP}: {url}\n")
        yield url


def execute(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()


def look(log: dg.DagsterInstance) -> bool:
    result = defs.resolve_job_def("database_drift").execute_in_process(
        instance=log, partition_key=APP, run_config={"loggers": {"appgen": {}}}
    )
    answers = {a.check_name: a for a in result.get_asset_check_evaluations()}
    return answers["matches_the_models"].passed


def test_a_drifted_database_gets_a_revision_that_brings_it_back(
    whole: Workspace, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    monkeypatch.setenv("APPGEN_OPERATIONS", str(whole.folder / "operations.yaml"))
    with live(whole) as url, instance(whole.folder) as log:
        assert look(log)
        last, cursor = whole.last_made(), now(log)
        execute(
            url, "ALTER TABLE loans ADD COLUMN extra int; ALTER TABLE books ALTER COLUMN spare DROP NOT NULL"
        )
        execute(url, "ALTER TABLE loans ALTER COLUMN pages TYPE bigint; DROP INDEX " + index_of(url, "books"))
        assert not look(log)
        (request,) = tick(log, cursor).run_requests
        directive = whole.journal().entries[-1].directive
        assert isinstance(directive, CorrectDatabase)
        assert len(directive.steps) == 4
        assert chosen(request) == {"migrations_directives", "migrations"} | AFTER
        assert launch(log, request).success
        made = {name for name, run in whole.last_made().items() if run != last[name]}
        assert made == chosen(request)
        seconds = time.monotonic() - began
        Told(10, "database altered by hand", "database_drift", "migrations", len(made), seconds).keep(
            record_property
        )
        upgrade(whole, url)
        assert look(log)
        spec = whole.spec.read_text()
        whole.spec.write_text(
            spec.replace("copies: int >= 0", "shelf: string(1..9)?\n      copies: int >= 0")
        )
        assert whole.build().startswith("0"), "the next revision follows the correction, which stays as it is"
        upgrade(whole, url)
        assert look(log)


def index_of(url: str, table: str) -> str:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname NOT LIKE 'pk%%'"
            " AND indexname NOT LIKE '%%pkey'",
            [table],
        )
        return str(cursor.fetchall()[0][0])


def upgrade(whole: Workspace, url: str) -> None:
    from generator.host import process  # noqa: PLC0415

    env = process.environment(whole.out, DATABASE_URL=url.replace("postgresql:", "postgresql+asyncpg:"))
    done = process.run(["python", "-m", "alembic", "upgrade", "head"], cwd=whole.out, env=env)
    assert done.code == 0, done.stderr


def test_what_would_lose_data_is_refused(whole: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_OPERATIONS", str(whole.folder / "operations.yaml"))
    with live(whole) as url, instance(whole.folder) as log:
        cursor, entries = now(log), whole.journal().entries
        execute(url, "CREATE TABLE kept (x int); INSERT INTO kept VALUES (1)")
        assert not look(log)
        assert not tick(log, cursor).run_requests
        assert whole.journal().entries == entries
        assert "would lose data: the table kept was added: it holds 1 rows" in whole.journal().stopped
