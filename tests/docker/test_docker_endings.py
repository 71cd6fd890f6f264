"""However it ends, it is told, and nothing of it is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest
from msgspec.structs import replace

from generator.core.errors import MachineError
from generator.emit.bundle import Bundle
from generator.emit.tree import EmittedFile, Tree
from generator.host.docker import DockerSandbox, images
from generator.host.docker.labels import RUN, is_left, own_labels, reap
from generator.host.docker.session import DockerSession
from generator.host.home import home
from generator.host.pids import birth, own_tag
from generator.stages.steps import smoke_result
from generator.verify.sandbox import AppFailed
from tests.building import ROOT
from tests.docker.conftest import Compile

RUNNER = """
import sys
from pathlib import Path
from generator.host.docker import DockerSandbox
from tests.building import compiled
bundle = compiled(Path("specs/shop.yaml"), Path(sys.argv[1]))["app_bundle"]
with DockerSandbox().open(bundle) as session:
    session.start()
    print(session.root, flush=True)
    sys.stdin.read()
"""
ABANDONED = """
import sys, threading
from pathlib import Path
from generator.host.docker import DockerSandbox
from tests.building import compiled
bundle = compiled(Path("specs/shop.yaml"), Path(sys.argv[1]))["app_bundle"]
opened = threading.Event()
def work():
    with DockerSandbox().open(bundle):
        opened.set()
        threading.Event().wait()
threading.Thread(target=work, daemon=True).start()
opened.wait()
print("opened", flush=True)
sys.stdin.read()
"""

SWALLOWING = """
import logging
from sqlalchemy import event
from sqlalchemy.engine import Engine

logging.getLogger("own").error("half of it is lost")


@event.listens_for(Engine, "connect")
def swallow(connection, _record):
    try:
        connection.cursor().execute("SELECT lost FROM nowhere")
    except Exception:
        connection.rollback()
"""


def made_by(engine: docker.DockerClient, run: str) -> list[str]:
    """Return what the engine holds of a run."""
    chosen = {"label": f"{RUN}={run}"}
    found = [*engine.api.containers(all=True, filters=chosen), *engine.api.images(filters=chosen)]
    return sorted(each["Id"] for each in found)


def changed(bundle: Bundle, path: str, text: str) -> Tree:
    files = tuple(replace(f, text=text) if f.path == path else f for f in bundle.files)
    return Tree(files)


@pytest.fixture
def before(engine: docker.DockerClient) -> list[str]:
    return made_by(engine, own_tag())


def test_nothing_is_left_of_an_application_that_does_not_start(
    made: Compile, engine: docker.DockerClient, before: list[str]
) -> None:
    broken = changed(made("shop")["app_bundle"], "app/main.py", "raise RuntimeError('broken inside')")
    wanted = pytest.raises(AppFailed, match="ended with exit code 1")
    with DockerSandbox().open(broken) as session, wanted as caught:
        session.start()
    assert "broken inside" in caught.value.log
    assert made_by(engine, own_tag()) == before


def test_a_migration_that_fails_is_told(made: Compile) -> None:
    bundle = made("shop")["app_bundle"]
    broken = changed(bundle, "migrations/versions/0001_initial.py", "raise RuntimeError('no way up')")
    with DockerSandbox().open(broken) as session, pytest.raises(AppFailed, match="upgrade head") as caught:
        session.migrate()
    assert "no way up" in caught.value.log


def test_an_image_that_can_not_be_built_is_told(
    made: Compile, engine: docker.DockerClient, before: list[str]
) -> None:
    bundle = made("shop")["app_bundle"]
    text = next(f.text for f in bundle.files if f.path == "Dockerfile")
    broken = changed(bundle, "Dockerfile", text + "RUN echo it stops here && false\n")
    with pytest.raises(AppFailed, match="can't be built") as caught, DockerSandbox().open(broken):
        pass
    assert "it stops here" in caught.value.log
    assert made_by(engine, own_tag()) == before


def test_a_tree_without_a_dockerfile_is_told() -> None:
    empty = Tree((EmittedFile("app/main.py", ""),))
    with pytest.raises(AppFailed, match="no Dockerfile"), DockerSandbox().open(empty):
        pass


def test_servers_that_die_are_noticed(made: Compile, engine: docker.DockerClient) -> None:
    with DockerSandbox().open(made("shop")["app_bundle"]) as session:
        session.start()
        database, _, server = session.container_ids
        engine.containers.get(server).kill()
        with pytest.raises(AppFailed, match="server ended with exit code 137"):
            session.check_alive()
        session.stop()
        session.start()
        engine.containers.get(database).kill()
        with pytest.raises(AppFailed, match="the database ended with exit code 137"):
            session.check_alive()


def test_errors_that_are_only_logged_fail_the_run(made: Compile) -> None:
    """One by the application, one by its database, of which the answers show nothing."""
    stages = made("shop")
    bundle = stages["app_bundle"]
    main = next(f.text for f in bundle.files if f.path == "app/main.py")
    plan = stages["test_plan"]
    few = replace(plan, suites=plan.suites[:1])
    result = smoke_result.run(
        replace(bundle, files=changed(bundle, "app/main.py", main + SWALLOWING).files), few, DockerSandbox()
    )
    assert (result.failures, result.problem) == ((), "")
    assert not result.ok
    assert [(f.source, f.message) for f in result.findings] == [
        ("the application's log", "ERROR:     own: half of it is lost"),
        ("the database's log", 'relation "nowhere" does not exist at character 18 (SQLSTATE 42P01)'),
    ]


def test_a_killed_run_is_reaped(state: Path, engine: docker.DockerClient) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(state)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    root = Path(run.stdout.readline().strip())
    tag = root.parent.name.rpartition("_")[0]
    assert len(made_by(engine, tag)) == 4  # database, commands, server, image
    assert not set(made_by(engine, tag)) & set(reap(engine))
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert root.exists()
    assert root.is_relative_to(home())
    with pytest.raises(AppFailed), DockerSandbox().open(Tree((EmittedFile("app/main.py", ""),))):
        pass
    assert made_by(engine, tag) == []
    assert not root.parent.exists()


def test_a_session_abandoned_in_a_thread_is_removed_at_the_end(
    state: Path, engine: docker.DockerClient
) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", ABANDONED, str(state)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    tag = f"{run.pid}_{birth(run.pid):x}"
    assert run.stdout.readline() == "opened\n"
    assert len(made_by(engine, tag)) == 3  # database, commands, image
    run.communicate()
    assert run.returncode == 0
    assert made_by(engine, tag) == []


def test_who_is_dead() -> None:
    own = own_labels()
    assert not is_left(own)
    assert not is_left({"somebody": "else's"})
    assert is_left({**own, RUN: "999999999_1"})
    assert is_left({**own, "appgen.boot": "another"})
    assert not is_left({**own, "appgen.host": "another", RUN: "999999999_1"})
    assert is_left({**own, "appgen.host": "another", "appgen.made": "1"})


def test_packages_are_installed_once_for_all_applications(
    made: Compile, session: DockerSession, engine: docker.DockerClient
) -> None:
    def kept() -> set[str]:
        return {tag for image in engine.images.list("appgen-packages") for tag in image.tags}

    tags = kept()
    assert tags
    with DockerSandbox().open(made("clinic")["app_bundle"]):
        assert kept() == tags
    assert kept() == tags


def test_an_image_that_nobody_has_is_told(
    engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPGEN_DATABASE_IMAGE", "appgen.invalid/nothing:1")
    with pytest.raises(MachineError, match=r"appgen.invalid/nothing:1 can't be pulled") as caught:
        images.find(engine, images.DATABASE)
    assert "APPGEN_DATABASE_IMAGE" in caught.value.hint
