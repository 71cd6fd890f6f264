"""Each way a trial can end badly has its own message, is never a pass, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from generator.emit.bundle import Bundle
from generator.emit.tree import EmittedFile
from generator.host.home import home
from generator.host.pids import own_tag
from generator.host.postgres import PostgresServer, shared_server, stop_server
from generator.host.sandbox import ProcessSandbox
from generator.stages.steps import smoke_result
from generator.verify.model import SmokeResult
from generator.verify.smoke import NOTHING_RAN
from tests.assets.conftest import SPEC
from tests.building import ROOT, compiled
from tests.chaos.whole import places

pytestmark = pytest.mark.slow
Made = dict[str, Any]
AT = 12  # scenarios after which something happens


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A sound application of a few scenarios, and its plan."""
    spec = tmp_path_factory.mktemp("specs") / "library.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    done = compiled(spec, tmp_path_factory.mktemp("state"), "")
    assert len(done["test_plan"].scenarios()) > 2 * AT
    return done


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """A server of its own, which may be killed."""
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path / "home"))
    yield shared_server()
    stop_server(shared_server())


def smoke(
    made: Made, bundle: Bundle | None = None, at_some_time: Callable[[], object] | None = None
) -> SmokeResult:
    def progress(_row: object, done: int, _total: int) -> None:
        if done == AT and at_some_time is not None:
            at_some_time()

    return smoke_result.run(bundle or made["app_bundle"], made["test_plan"], ProcessSandbox(), progress)


def with_text(bundle: Bundle, path: str, text: str) -> Bundle:
    files = tuple(f for f in bundle.files if f.path != path)
    return replace(bundle, files=(*files, EmittedFile(path, text)))


def children() -> list[int]:
    """Return the processes that work in this process's sandboxes, also if their folder is gone."""
    mine = home() / "sandboxes" / f"{own_tag()}_"
    return [pid for pid, place in places() if str(place).startswith(str(mine))]


def databases(server: PostgresServer) -> list[str]:
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"ag_{own_tag()}%"])
        names = [name for (name,) in cursor.fetchall()]
    connection.close()
    return names


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Whatever happens within, no process, folder or database of it stays; other tests may have theirs."""
    before = children(), folders(), databases(shared_server())
    yield
    assert (children(), folders(), databases(shared_server())) == before


def folders() -> list[Path]:
    return sorted((home() / "sandboxes").glob(f"{own_tag()}_*"))


@pytest.mark.usefixtures("nothing_left")
def test_a_sound_application_passes_and_its_logs_were_read(made: Made) -> None:
    result = smoke(made)
    assert result.ok, [result.problem, *result.failures, *result.findings]
    assert result.log_lines > 3


@pytest.mark.usefixtures("nothing_left")
def test_no_scenario_is_no_pass(made: Made) -> None:
    empty = replace(made["test_plan"], suites=())
    result = smoke_result.run(made["app_bundle"], empty, ProcessSandbox())
    assert not result.ok
    assert result.problem == NOTHING_RAN


@pytest.mark.usefixtures("nothing_left")
def test_an_application_that_fails_at_import_names_its_line_and_node(made: Made) -> None:
    service = next(f for f in made["app_bundle"].files if f.path == "app/loan/service.py")
    broken = replace(service, text=service.text + "\nnothing_of_that_name()\n")
    files = tuple(broken if f.path == service.path else f for f in made["app_bundle"].files)
    result = smoke(made, replace(made["app_bundle"], files=files))
    assert "ended with exit code 1" in result.problem
    (found,) = result.findings
    assert found.message == "NameError: name 'nothing_of_that_name' is not defined"
    assert (found.path, found.stage) == ("app/loan/service.py", "services")


@pytest.mark.usefixtures("nothing_left")
def test_an_application_that_dies_half_way(made: Made) -> None:
    others = set(children())
    result = smoke(
        made, at_some_time=lambda: [os.kill(pid, signal.SIGKILL) for pid in set(children()) - others]
    )
    assert not result.ok
    assert "the application's server ended with SIGKILL" in result.problem
    assert len(result.rows) == len(made["test_plan"].scenarios())
    assert any("connection refused" in row.problem for row in result.failures)
    assert any(row.problem.startswith("not sent") for row in result.failures)


def test_a_database_that_dies_half_way(made: Made, private: PostgresServer) -> None:
    postmaster = int((private.data / "postmaster.pid").read_text().split()[0])
    others = children()
    result = smoke(made, at_some_time=lambda: os.kill(postmaster, signal.SIGKILL))
    assert not result.ok
    assert result.problem.startswith("the database is gone")
    assert result.failures
    assert children() == others
    assert list((home() / "sandboxes").iterdir()) == []
    again = smoke(made)
    assert again.ok, [again.problem, *again.failures, *again.findings]
    assert databases(shared_server()) == []


@pytest.mark.usefixtures("nothing_left")
def test_an_error_that_is_only_logged_fails_the_run(made: Made) -> None:
    main = next(f for f in made["app_bundle"].files if f.path == "app/main.py")
    logging = f"{main.text}\nimport logging\n\nlogging.getLogger('own').error('half of it is lost')\n"
    result = smoke(made, with_text(made["app_bundle"], "app/main.py", logging))
    assert result.failures == ()
    assert result.problem == ""
    assert not result.ok
    assert [(f.source, f.message) for f in result.findings] == [
        ("the application's log", "ERROR:     own: half of it is lost")
    ]


@pytest.mark.usefixtures("nothing_left")
def test_an_error_in_the_databases_log_alone_fails_the_run(made: Made) -> None:
    """The application swallows it and answers as if nothing were."""
    database = next(f for f in made["app_bundle"].files if f.path == "app/runtime/database.py")
    swallowing = textwrap.dedent("""

        from sqlalchemy import event as _event
        from sqlalchemy.engine import Engine as _Engine


        @_event.listens_for(_Engine, "connect")
        def _swallow(connection, _record):
            cursor = connection.cursor()
            try:
                cursor.execute("SELECT lost FROM nowhere")
            except Exception:
                connection.rollback()
    """)
    result = smoke(made, with_text(made["app_bundle"], database.path, database.text + swallowing))
    assert result.failures == ()
    assert not result.ok
    (found,) = result.findings
    assert found.message == 'relation "nowhere" does not exist at character 18 (SQLSTATE 42P01)'
    assert "SELECT lost FROM nowhere" in found.evidence


def test_no_room_for_the_files_is_told_and_leaves_nothing(
    made: Made, pg_server: PostgresServer, tmp_path: Path
) -> None:
    """A file system of 64 kB stands where sandboxes are unpacked, in a namespace of its own."""
    (tmp_path / "bundle").write_bytes(msgspec.msgpack.encode(made["app_bundle"]))
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        import msgspec
        from generator.emit.bundle import Bundle
        from generator.core.errors import MachineError
        from generator.host.home import home
        from generator.host.sandbox import ProcessSandbox
        bundle = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Bundle)
        try:
            with ProcessSandbox().open(bundle):
                print("opened")
        except MachineError as error:
            print(error.exit_code, error)
        print(list((home() / "sandboxes").iterdir()))
    """)
    assert pg_server.data.exists()
    (home() / "sandboxes").mkdir(exist_ok=True)
    script = 'mount -t tmpfs -o size=64k,mode=700 tmpfs "$1" && shift && exec "$@"'
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    run = [sys.executable, "-c", program, str(tmp_path / "bundle")]
    done = subprocess.run(
        [*alone, "sh", "-c", script, "sh", str(home() / "sandboxes"), *run],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("3 can't write "), done.stdout + done.stderr
    assert "No space left on device" in done.stdout
    assert done.stdout.endswith("[]\n")
