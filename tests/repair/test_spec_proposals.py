"""A mistake of the spec that only shows at run time: proposed, applied by a person, green.

The spec demands what rows of the live database don't have. No build can see that: it has other rows.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from appgen_assets.definitions import defs
from generator.repair.model import PatchSpec
from tests.assets.test_history import instance
from tests.cli.test_cli import run
from tests.repair.conftest import APP, Workspace
from tests.repair.test_sensor import execute, live, now, tick, upgrade

pytestmark = pytest.mark.slow
SHELF = "shelf: string(1..9)"
ROW = "INSERT INTO books (id, title, copies, spare) VALUES (gen_random_uuid(), 'Without', 1, 0)"


def answers(log: dg.DagsterInstance) -> dict[str, Any]:
    result = defs.resolve_job_def("database_drift").execute_in_process(
        instance=log, partition_key=APP, run_config={"loggers": {"appgen": {}}}
    )
    return {a.check_name: a for a in result.get_asset_check_evaluations()}


def with_shelf(whole: Workspace, before: str, form: str) -> None:
    text = before.replace("      spare: int >= 0\n", f"      spare: int >= 0\n      {form}\n")
    whole.spec.write_text(text, encoding="utf-8")
    told = whole.build()
    assert told.startswith("0"), told


def test_rows_contradict_what_a_spec_demands(whole: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_OPERATIONS", str(whole.folder / "operations.yaml"))
    before = whole.spec.read_text()
    with_shelf(whole, before, f"{SHELF}?")
    with live(whole) as url, instance(whole.folder) as log:
        execute(url, ROW)
        with_shelf(whole, before, SHELF)
        cursor, place = now(log), f"{APP}.yaml:8:7"

        found = answers(log)
        check = found["rows_allow_the_upgrade"]
        assert not check.passed
        assert "books.shelf allows NULL: 1 rows have no value for it" in (check.description or "")
        (row,) = [dict(r.data) for r in check.metadata["what is wrong"].records]
        assert (row["IR node"], row["spec"]) == ("field:Book.shelf", place)
        assert found["matches_the_models"].severity is dg.AssetCheckSeverity.WARN

        assert not tick(log, cursor).run_requests, "a person decides"
        entry = whole.journal().entries[-1]
        assert entry.status == "proposed"
        assert entry.directive == PatchSpec(f"{APP}.yaml", 8, f"      {SHELF}", f"      {SHELF}?")
        assert (entry.told.node, entry.told.spec) == ("field:Book.shelf", place)
        number = str(entry.number)
        patch = whole.folder / ".appgen" / "repairs" / f"{APP}-{number}.patch"
        assert f"-      {SHELF}\n+      {SHELF}?\n" in patch.read_text()
        seen = log.fetch_observations(dg.AssetKey("app_spec"), limit=1).records[0].asset_observation
        assert seen is not None
        assert f"+      {SHELF}?" in str(seen.metadata["proposed change of the spec"].value)
        assert "needs a person" in run("repairs", APP)[1]

        code, _, err = run("repairs", APP, "--apply", number)
        assert code == 0, err
        assert run("rollback", APP)[0] == 0, "no database has run the revision that can't be run"
        assert whole.build().startswith("0")
        upgrade(whole, url)
        healed = answers(log)
        assert {name: a.passed for name, a in healed.items()} == dict.fromkeys(healed, True)
        assert "needs a person" not in run("repairs", APP)[1]


def test_what_no_line_of_the_spec_would_mend_is_told_and_left_alone(
    whole: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row holds more than the spec lets through now: only a person can say which of them is right."""
    monkeypatch.setenv("APPGEN_OPERATIONS", str(whole.folder / "operations.yaml"))
    before = whole.spec.read_text()
    with live(whole) as url, instance(whole.folder) as log:
        execute(url, ROW.replace("'Without'", "repeat('x', 120)"))
        whole.spec.write_text(before.replace("title: string(1..200)", "title: string(1..50)"))
        assert whole.build().startswith("0")
        cursor, entries = now(log), whole.journal().entries
        check = answers(log)["rows_allow_the_upgrade"]
        assert "books.title: its type is character varying(200)" in check.description
        assert "a value does not fit" in check.description
        assert not tick(log, cursor).run_requests
        assert whole.journal().entries == entries
        assert "Correct the spec by hand" in whole.journal().stopped
