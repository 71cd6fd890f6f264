import os
import signal
import socket
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from generator.core.errors import MachineError
from generator.emit.tree import EmittedFile, Tree
from generator.host.home import home
from generator.host.pids import birth
from generator.host.process import environment
from generator.host.sandbox import ProcessSandbox
from generator.host.server import AppServer
from generator.verify.sandbox import AppFailed
from tests.host.test_process import until

MAIN = """
from fastapi import FastAPI
import os
app = FastAPI()
print("hello from the app", flush=True)
@app.get("/health")
def health():
    return {"pid": os.getpid()}
@app.get("/die")
def die():
    os._exit(7)
"""


def tree(**files: str) -> Tree:
    named = {"app/__init__.py": "", "app/main.py": files.get("main", MAIN)}
    return Tree(tuple(EmittedFile(path, text) for path, text in named.items()))


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def pid_of(url: str) -> int:
    return int(get(url + "/health").partition(":")[2].strip("}"))


def test_an_application_is_started_and_all_of_it_is_gone_afterwards() -> None:
    with ProcessSandbox().open(tree()) as session:
        session.start()
        pid = pid_of(session.base_url)
        session.check_alive()
        assert "hello from the app" in session.logs()
        root = session.root
    assert birth(pid) is None
    assert not root.exists()


def test_an_application_that_does_not_import_is_told_with_its_log() -> None:
    broken = tree(main="raise RuntimeError('broken inside')")
    wanted = pytest.raises(AppFailed, match="ended with exit code 1")
    with ProcessSandbox().open(broken) as session, wanted as caught:
        session.start()
    assert "broken inside" in caught.value.log


def test_an_application_that_never_gets_ready_is_told(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("import time\ntime.sleep(600)")
    server = AppServer(tmp_path, environment(tmp_path), tmp_path / "log")
    with pytest.raises(AppFailed, match="not ready after 1 s: /health does not answer"):
        server.start(deadline=1)


def test_an_application_that_is_not_healthy_is_told(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()")
    server = AppServer(tmp_path, environment(tmp_path), tmp_path / "log")
    with pytest.raises(AppFailed, match="not healthy: /health answers 404"):
        server.start(deadline=60)


def test_a_server_that_dies_is_noticed() -> None:
    with ProcessSandbox().open(tree()) as session:
        with pytest.raises(AppFailed, match="not started"):
            session.check_alive()
        session.start()
        with pytest.raises(OSError, match=r"closed|reset|Remote"):
            get(session.base_url + "/die")
        with pytest.raises(AppFailed, match="exit code 7"):
            until(session.check_alive)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"can't listen on port {port}"):
            AppServer(tmp_path, environment(tmp_path), tmp_path / "log", port).start()


def test_a_migration_that_fails_is_told_with_its_output() -> None:
    with ProcessSandbox().open(tree()) as session, pytest.raises(AppFailed, match="upgrade head") as caught:
        session.migrate()
    assert "script_location" in caught.value.log


def test_a_program_that_hangs_is_killed_with_its_children_and_the_next_one_runs() -> None:
    hangs = "import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"
    with ProcessSandbox().open(tree()) as session:
        done = session.run(["python", "-c", hangs], timeout=1)
        assert done.code < 0
        assert "not done after 1 s" in done.stderr
        assert until(lambda: birth(int(done.stdout)) is None)
        assert session.run(["python", "-", "a"], stdin="import sys; print(sys.argv)").stdout == "['-', 'a']\n"


def test_a_program_starts_without_what_another_one_has_imported() -> None:
    loaded = (
        "import sys; print('app.main' in sys.modules, 'asyncpg' in sys.modules, 'generator' in sys.modules)"
    )
    with ProcessSandbox().open(tree()) as session:
        assert session.run(["python", "-c", "import app.main"]).code == 0
        assert session.run(["python", "-c", loaded]).stdout == "False True False\n"


def test_sessions_at_once_do_not_wait_for_each_other() -> None:
    waits = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    with (
        ProcessSandbox().open(tree()) as one,
        ProcessSandbox().open(tree()) as other,
        ThreadPoolExecutor() as threads,
    ):
        waiting = threads.submit(one.run, ["python", "-c", waits])
        assert other.run(["python", "-c", "print('done')"]).stdout == "done\n"
        assert not waiting.done()
        (one.root / "go").touch()
        assert waiting.result().code == 0


def test_a_file_outside_the_folder_is_refused() -> None:
    outside = Tree((EmittedFile("../outside.py", ""),))
    with pytest.raises(ValueError, match="outside"), ProcessSandbox().open(outside):
        pass


def test_a_killed_run_leaves_no_server_and_its_folder_is_reaped() -> None:
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.host.test_sandbox import *\n"
        "with ProcessSandbox().open(tree()) as session:\n"
        "    session.start(); print(pid_of(session.base_url), session.root, flush=True); sys.stdin.read()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid, root = run.stdout.readline().split()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert until(lambda: birth(int(pid)) is None)
    assert Path(root).exists()
    with ProcessSandbox().open(tree()):
        assert not Path(root).parent.exists()
    assert Path(root).is_relative_to(home() / "sandboxes")
