"""A live database that someone has changed by hand is seen, told with its line of the spec, left alone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import psycopg2
import pytest

from appgen_assets.definitions import defs
from appgen_assets.drift import hourly_database_drift
from appgen_resources.specs import SpecStore
from generator.host.artefacts import open_store
from generator.host.sandbox import ProcessSandbox
from generator.host.workshop import compile_spec, open_workshop
from generator.stages.pointers import point
from generator.stages.releases import Released, note
from tests.operations.conftest import Workspace

pytestmark = pytest.mark.slow


class Live:
    """A released application whose migrations were run on a real database."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        self.workspace = workspace
        self.url = url

    def sql(self, statement: str) -> None:
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            connection.commit()

    def look(self) -> dict[str, dg.AssetCheckEvaluation]:
        self.result = defs.resolve_job_def("database_drift").execute_in_process(
            instance=self.workspace.log,
            partition_key="alpha",
            raise_on_error=False,
            run_config={"loggers": {"appgen": {}}},
        )
        return {answer.check_name: answer for answer in self.result.get_asset_check_evaluations()}

    def rows(self, answer: dg.AssetCheckEvaluation) -> list[dict[str, Any]]:
        shown = answer.metadata["what is wrong"]
        assert isinstance(shown, dg.TableMetadataValue)
        return [dict(record.data) for record in shown.records]


@pytest.fixture
def live(workspace: Workspace) -> Iterator[Live]:
    spec = workspace.spec("alpha")
    workspace.add("alpha")
    entry = SpecStore().entry("alpha")
    done = compile_spec(spec, open_workshop(workspace.state))
    store = open_store(workspace.state.artefacts)
    point(store, "alpha", done["application_ir"].ref)
    note(store, "alpha", Released(0, "2026-01-01", entry.out, done["app_bundle"].ref, 1))
    with ProcessSandbox().open(done["app_bundle"].value) as session:
        session.migrate()
        url = session.database_url.replace("+asyncpg", "")
        workspace.operations(f"databases:\n  alpha: {url}\n")
        yield Live(workspace, url)


def test_a_database_as_delivered_is_well(live: Live) -> None:
    answers = live.look()
    assert {name: answer.passed for name, answer in answers.items()} == {
        "matches_the_models": True,
        "at_the_delivered_revision": True,
        "rows_allow_the_upgrade": True,
    }


def test_a_column_that_someone_altered_is_seen_with_its_line(live: Live) -> None:
    live.sql("ALTER TABLE notes ALTER COLUMN text TYPE varchar(50); ALTER TABLE notes ADD COLUMN extra int")
    answer = live.look()["matches_the_models"]
    assert live.result.success, "it blocks nothing"
    assert not answer.passed
    assert answer.severity is dg.AssetCheckSeverity.ERROR
    rows = live.rows(answer)
    assert any("notes.extra" in row["problem"] for row in rows)
    (altered,) = [row for row in rows if "type is" in row["problem"]]
    assert altered["IR node"] == "field:Note.text"
    assert altered["spec"] == "alpha.yaml:5:7"


def test_a_table_that_is_gone_is_seen(live: Live) -> None:
    live.sql("DROP TABLE notes")
    answer = live.look()["matches_the_models"]
    assert any(row["problem"] == "the table notes is missing" for row in live.rows(answer))


def test_a_database_of_another_revision_is_told_but_not_called_drifted(live: Live) -> None:
    live.sql("UPDATE alembic_version SET version_num = 'older'")
    answers = live.look()
    assert not answers["at_the_delivered_revision"].passed
    fits = answers["matches_the_models"]
    assert (fits.passed, fits.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "not compared: it is at older" in (fits.description or "")


def test_nothing_is_written_to_it(live: Live) -> None:
    live.sql("DROP TABLE alembic_version")
    live.look()
    with pytest.raises(psycopg2.errors.UndefinedTable):
        live.sql("SELECT * FROM alembic_version")


def test_a_database_that_does_not_answer_is_told_without_its_password(
    live: Live, capfd: pytest.CaptureFixture[str]
) -> None:
    live.workspace.operations("databases:\n  alpha: postgresql://me:hush-hush@127.0.0.1:1/x\n")
    answers = live.look()
    assert not answers
    assert not live.result.success
    told = [
        e.step_failure_data.user_failure_data.description
        for e in live.result.all_events
        if e.is_step_failure and e.step_failure_data.user_failure_data
    ]
    assert any("the live database does not answer" in (text or "") for text in told)
    assert "hush-hush" not in "".join(capfd.readouterr()) + str(told)


def test_the_schedule_asks_for_those_that_are_named(workspace: Workspace) -> None:
    workspace.add("alpha", "beta")
    workspace.operations("databases:\n  beta: postgresql://h/d\n  gone: postgresql://h/e\n")
    context = dg.build_schedule_context(
        instance=workspace.log,
        scheduled_execution_time=datetime(2026, 1, 31, 2, 17, tzinfo=UTC),
        resources={"specs": SpecStore()},
    )
    assert [r.partition_key for r in hourly_database_drift(context)] == ["beta"]
