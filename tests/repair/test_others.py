"""Causes that are no replaced file: templates, pins, hand edits, stale outputs, several at once, people."""

import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from generator.host.artefacts import open_store
from generator.host.state import State
from generator.host.workshop import open_workshop
from generator.pipeline import BY_NAME as STAGE
from generator.pipeline import DIRECTIVES
from generator.repair.model import KeepEdits, Quarantine, Remake
from generator.stages.model import Ref
from generator.stages.store import get_record, put_record
from tests.assets.test_history import instance
from tests.cli.test_cli import run
from tests.faults.app import App
from tests.faults.model import Fault
from tests.faults.table import FAULTS
from tests.repair.conftest import AFTER, ALL, APP, Workspace, found
from tests.repair.printed import Told

pytestmark = pytest.mark.slow
Record = Callable[[str, object], None]
LEFT = 49  # the class of files that stay behind
BY_NAME = {fault.name: fault for fault in FAULTS}


def only_made(whole: Workspace, before: dict[str, str], made: set[str]) -> None:
    """Everything else keeps its last materialization."""
    now = whole.last_made()
    assert {name for name in ALL if now[name] != before[name]} == made


def test_a_template_that_can_not_be_rendered_never_reaches_a_run(whole: Workspace) -> None:
    """It fails while compiling: the broken build makes nothing, the repaired one its stage's root."""
    runs, last = whole.runs(), whole.last_made()
    source = whole.override("templates/routes/router.py.jinja", "{{ no_such_thing }}\n")
    told = whole.build("--repair")
    assert told.startswith("0"), told
    assert f"{source}:1:1: error O201" in told
    assert len(whole.runs()) == len(runs) + 1
    only_made(whole, last, {"routes_directives"})
    assert whole.journal().entries[-1].told.stages == ("routes",)


def test_pins_that_nothing_satisfies(whole: Workspace) -> None:
    last = whole.last_made()
    source = whole.override("pins.yaml", 'fastapi: ">=0.2,<0.1"\n')
    told = whole.build("--repair")
    assert told.startswith("0"), told
    only_made(whole, last, {"project_directives", "project"} | AFTER)
    directive = whole.journal().entries[-1].directive
    assert isinstance(directive, Quarantine)
    assert (directive.source, directive.stage) == (source, "project")


def test_a_pin_to_a_release_that_does_not_exist(
    whole: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The sandbox would have to install it: an index without it stands for all that there is."""
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    last = whole.last_made()
    source = whole.override("pins.yaml", 'uvicorn: "==0.34.999"\n')
    told = whole.build("--repair")
    assert told.startswith("0"), told
    assert "can't install uvicorn==0.34.999" in told
    only_made(whole, last, {"project_directives", "project"} | AFTER)
    directive = whole.journal().entries[-1].directive
    assert isinstance(directive, Quarantine)
    assert directive.source == source


def test_a_hand_edit_becomes_a_patch_beside_its_file(whole: Workspace, record_property: Record) -> None:
    began, last, path = time.monotonic(), whole.last_made(), whole.out / "app" / "loan" / "service.py"
    text = path.read_text()
    path.write_text(text + "\n# My own remark.\n")
    assert whole.build().startswith("1")
    told = whole.build("--repair")
    assert told.startswith("0"), told
    only_made(whole, last, {"release"})
    assert path.read_text() == text
    patch = path.with_name("service.py.edit.patch").read_text()
    assert "+# My own remark.\n" in patch
    assert isinstance(whole.journal().entries[-1].directive, KeepEdits)
    Told(44, "edited by hand", "release", "release", 1, time.monotonic() - began).keep(record_property)
    path.write_text(text + "\n# Another one.\n")
    assert whole.build("--repair").startswith("0")
    assert "+# Another one.\n" in path.with_name("service.py.edit.patch.1").read_text()
    assert patch == path.with_name("service.py.edit.patch").read_text()


def test_a_stale_output_is_made_again(whole: Workspace, record_property: Record) -> None:
    """The cache answers for the services with those of an older build, which answer another status."""
    began, spec = time.monotonic(), whole.spec.read_text()
    store = open_store(whole.state.artefacts)
    old = ref(whole, "services")
    whole.spec.write_text(spec.replace('409 "All copies', '410 "All copies'))
    assert whole.build().startswith("0")
    new, last = ref(whole, "services"), whole.last_made()
    put_record(store, f"stages/services/{new.key}", Ref("services", new.key, old.digest, old.blob))
    assert whole.build().startswith("1")
    told = whole.build("--repair")
    assert told.startswith("0"), told
    entry = whole.journal().entries[-1]
    assert isinstance(entry.directive, Remake)
    assert (entry.directive.stage, entry.status) == ("services", "done")
    assert ref(whole, "services").digest == new.digest
    only_made(whole, last, {"services"} | AFTER)
    seconds = time.monotonic() - began
    Told(42, "output of an older build", "smoke_result", "services", 5, seconds).keep(record_property)
    whole.spec.write_text(spec)
    assert whole.build().startswith("0")


def ref(whole: Workspace, stage: str) -> Ref:
    found = get_record(open_store(whole.state.artefacts), f"apps/{APP}/{stage}", Ref)
    assert found is not None
    return found


PLANS = [fault for fault in FAULTS if fault.stage == "test_plan"]


@pytest.mark.parametrize("fault", PLANS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_plan_that_was_kept_wrong_is_made_again(
    fault: Fault, whole: Workspace, healthy: App, record_property: Record
) -> None:
    began, last, good = time.monotonic(), whole.last_made(), ref(whole, "test_plan")
    wrong = fault.inject(healthy).app.plan
    open_workshop(whole.state).keep(STAGE["test_plan"], good.key, wrong)
    told = whole.build("--repair")
    assert told.startswith("0"), told
    assert isinstance(whole.journal().entries[-1].directive, Remake)
    assert ref(whole, "test_plan").digest == good.digest
    made = {"test_plan"} | AFTER
    only_made(whole, last, made)
    found_by = found(whole, whole.runs()[1])
    seconds = time.monotonic() - began
    Told(fault.number, fault.name, found_by, "test_plan", len(made), seconds).keep(record_property)


def test_a_file_of_something_removed_is_neither_kept_nor_taken(
    whole: Workspace, healthy: App, record_property: Record
) -> None:
    """An override can't bring it back, and what a person has put there is theirs."""
    began, runs = time.monotonic(), whole.runs()
    (fault,) = (f for f in FAULTS if f.number == LEFT)
    known = {file.path for file in healthy.bundle.files}
    (left,) = (f for f in fault.inject(healthy).app.bundle.files if f.path not in known)
    source = whole.override(f"files/{left.path}", left.text)
    told = whole.build("--repair")
    assert told.startswith("0"), told
    assert f"{source}:1:1: error O106" in told
    assert len(whole.runs()) == len(runs) + 1
    assert not (whole.out / left.path).exists()
    stage = whole.journal().entries[-1].told.stages[0]
    Told(fault.number, fault.name, "compiling", stage, 1, time.monotonic() - began).keep(record_property)


def test_two_faults_are_two_diagnoses_and_innocent_overrides_stay(whole: Workspace, healthy: App) -> None:
    innocent = whole.override("files/README.md", "# The library\n")
    assert whole.build().startswith("0")
    last = whole.last_made()
    guilty = []
    for name in ("guard that nothing calls", "column type of the model"):
        app = BY_NAME[name].inject(healthy).app
        texts = {f.path: f.text for f in healthy.bundle.files}
        (file,) = (f for f in app.bundle.files if texts.get(f.path) != f.text)
        guilty.append(whole.override(f"files/{file.path}", file.text + "# Once more.\n"))
    told = whole.build("--repair")
    assert told.startswith("0"), told
    sources = [e.directive.source for e in whole.journal().in_force if isinstance(e.directive, Quarantine)]
    assert set(guilty) <= set(sources)
    assert innocent not in sources
    assert (whole.out / "README.md").read_text() == "# The library\n"
    stages = {"services", "models"}
    only_made(whole, last, {*stages, *(f"{s}_directives" for s in stages)} | AFTER)


def test_a_person_withdraws_a_directive_and_the_override_is_back(whole: Workspace) -> None:
    whole.override("files/.dockerignore", "# {{ unfilled }}\n")
    assert whole.build("--repair").startswith("0")
    entry = whole.journal().entries[-1]
    code, out, _ = run("repairs", APP)
    assert code == 0
    assert "in force" in out
    code, out, _ = run("repairs", APP, "--show", str(entry.number))
    assert "library.overrides/files/.dockerignore" in out
    code, out, _ = run("show", "ir", str(whole.spec))
    assert f"directive {entry.number} at {entry.told.node}: keep library.overrides/files/.docker" in out
    assert shown_at_the_ir(whole)[-1] == (entry.told.node, entry.number, "in force")
    code, out, _ = run("repairs", APP, "--withdraw", str(entry.number))
    assert code == 0
    assert shown_at_the_ir(whole)[-1] == (entry.told.node, entry.number, "withdrawn")
    assert whole.journal().number(entry.number).status == "withdrawn"
    assert whole.build().startswith("1")
    code, _, err = run("repairs", APP, "--withdraw", str(entry.number))
    assert code == 2
    assert "is not in force" in err
    whole.override("files/.dockerignore", ".git\n")
    assert whole.build().startswith("0")


def shown_at_the_ir(whole: Workspace) -> list[tuple[str, int, str]]:
    """Return what the page of the asset `application_ir` says of directives: node, number, status."""
    with instance(whole.folder) as log:
        seen = log.fetch_observations(dg.AssetKey("application_ir"), limit=1).records[0].asset_observation
    assert seen is not None
    listed = seen.metadata["directives"]
    assert isinstance(listed, dg.TableMetadataValue)
    rows = [record.data for record in listed.records]
    return [(str(r["IR node"]), int(str(r["directive"])), str(r["status"])) for r in rows]


def test_what_no_rule_repairs_stops_with_the_diagnosis_and_the_release_stays(whole: Workspace) -> None:
    """What lies where it should be delivered does not look like an application of appgen."""
    before = {p: p.read_bytes() for p in whole.out.rglob("*.py")}
    manifest = whole.out / ".appgen" / "manifest.json"
    manifest.rename(whole.folder / "manifest.json")
    told = whole.build("--repair")
    (whole.folder / "manifest.json").rename(manifest)
    assert told.startswith("1")
    assert "nothing more is tried" in told
    assert {p: p.read_bytes() for p in whole.out.rglob("*.py")} == before
    code, out, _ = run("repairs", APP)
    assert code == 0
    assert "needs a person" in out
    assert whole.build("--repair").startswith("0")
    assert "needs a person" not in run("repairs", APP)[1]


def test_a_mistake_in_an_override_folder_is_for_its_owner(whole: Workspace) -> None:
    runs = whole.runs()
    source = whole.override("fils/app/main.py", "x = 1\n")
    told = whole.build("--repair")
    assert told.startswith("1")
    assert f"{source}:1:1: error O101" in told
    assert whole.runs() == runs
    (whole.folder / source).unlink()


def test_hand_edits_in_a_branch_become_patches_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dulwich import porcelain  # noqa: PLC0415 - half a second

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APPGEN_STATE", str(tmp_path / ".appgen"))
    spec = "app: demo\nentities:\n  Thing:\n    fields:\n      size: int >= 0\n"
    (tmp_path / "demo.yaml").write_text(spec)
    target = ("--out", "git:repo#main")
    assert run("build", "demo.yaml", *target)[0] == 0
    repo = str(tmp_path / "repo")
    path = tmp_path / "repo" / "app" / "thing" / "service.py"
    porcelain.reset(repo, "hard")
    text = path.read_text()
    path.write_text(text + "\n# Edited in a commit.\n")
    porcelain.add(repo, paths=[str(path)])
    porcelain.commit(repo, message=b"mine", author=b"a <a@b>", committer=b"a <a@b>")
    assert run("build", "demo.yaml", *target)[0] == 1
    code, out, err = run("build", "demo.yaml", "--repair", *target)
    assert code == 0, out + err
    porcelain.clone(repo, str(tmp_path / "again"))
    again = tmp_path / "again" / "app" / "thing"
    assert (again / "service.py").read_text() == text
    assert "+# Edited in a commit.\n" in (again / "service.py.edit.patch").read_text()
    assert State(tmp_path / ".appgen").entry("demo") is not None


def test_the_roots_of_changes_are_among_all() -> None:
    assert set(DIRECTIVES) <= ALL
