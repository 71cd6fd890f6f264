"""Delivering to a branch, the kept releases, and going back: through the command line."""

import json
from pathlib import Path

import pytest
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Commit
from dulwich.repo import Repo

from generator.host.artefacts import open_store
from generator.host.state import State
from generator.stages.pointers import current
from generator.stages.releases import Released, note
from tests.cli.test_cli import run

SPEC = """\
app: demo
entities:
  Thing:
    fields:
      size: int >= 0
    rules:
      - size != 7 else 422 "%s"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def say(folder: Path, message: str) -> None:
    (folder / "demo.yaml").write_text(SPEC % message, encoding="utf-8")


def service(folder: Path) -> str:
    return delivered(folder)["app/thing/service.py"]


def delivered(folder: Path) -> dict[str, str]:
    """Return path -> text of what the branch holds."""
    repo = Repo(str(folder / "repo"))
    commit = repo[repo.refs[b"refs/heads/main"]]
    assert isinstance(commit, Commit)
    entries = iter_tree_contents(repo.object_store, commit.tree)
    return {e.path.decode().removeprefix("demo/"): repo[e.sha].as_raw_string().decode() for e in entries}


def build() -> str:
    code, out, err = run("build", "demo.yaml", "--out", "git:repo//demo#main")
    assert code == 0, out + err
    return out


def test_releases_are_commits_and_can_be_taken_back(folder: Path) -> None:
    say(folder, "First")
    assert "demo lies in git:" in build()
    say(folder, "Second")
    build()
    assert "Second" in service(folder)
    assert "/things" in json.loads(delivered(folder)["openapi.json"])["paths"]
    repo = Repo(str(folder / "repo"))
    commit = repo[repo.refs[b"refs/heads/main"]]
    assert isinstance(commit, Commit)
    told = commit.message.decode()
    assert "\n\nthe spec has changed, or how it is read\n\n- rule:Thing:" in told
    assert " (demo.yaml:7:" in told
    assert "\nM app/thing/service.py" in told
    code, out, _ = run("rollback", "demo")
    assert (code, "release 3 is release 1 again" in out) == (0, True)
    assert "First" in service(folder)
    assert "nothing has changed" in build()  # what was rolled back stays away
    code, out, _ = run("releases", "demo")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line[0].isdigit()] == ["3", "2", "1"]
    say(folder, "Third")
    build()
    assert "Third" in service(folder)
    repo = Repo(str(folder / "repo"))
    titles = [e.commit.message.decode().splitlines()[0] for e in repo.get_walker()]
    assert titles[1] == "demo: back to release 1"
    assert len(titles) == 4


def test_going_back_happens_where_the_application_lies_now(folder: Path) -> None:
    say(folder, "First")
    assert run("build", "demo.yaml", "--out", "plain")[0] == 0
    build()
    code, _, err = run("rollback", "demo")
    assert (code, "All that was released is one tree (2 times)." in err) == (2, True)
    say(folder, "Second")
    build()
    assert run("rollback", "demo", "--to", "1")[0] == 0
    assert "First" in service(folder)
    assert "openapi.json" in delivered(folder)
    store = open_store(State().artefacts)
    bundle = current(store, "demo", "app_bundle")
    assert bundle is not None
    note(store, "demo", Released(0, "2026-01-01", "git:repo//demo#main", bundle.ref, 1))
    assert run("rollback", "demo", "--to", "3")[0] == 0
    assert run("rollback", "demo", "--to", "5")[0] == 0  # from before the description was delivered
    assert "Second" in service(folder)
    assert "openapi.json" not in delivered(folder)
    assert "nothing has changed" in build()


def test_what_was_never_released_cant_be_taken_back(folder: Path) -> None:
    code, _, err = run("rollback", "demo")
    assert (code, "no earlier release" in err) == (2, True)
    assert run("releases", "demo")[0] == 2


def test_a_target_without_a_branch_is_wrong_usage(folder: Path) -> None:
    say(folder, "First")
    code, _, err = run("build", "demo.yaml", "--out", "git:repo")
    assert (code, "names no branch" in err) == (2, True)
    assert not (folder / "repo").exists()
