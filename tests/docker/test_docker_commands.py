"""Commands inside: input, outputs apart, exit codes, time limits."""

import time

import pytest

from generator.host.docker.session import DockerSession
from generator.verify.logs.database import entries
from generator.verify.sandbox import AppFailed

ECHO = "import sys; t = sys.stdin.read(); print(len(t)); print(t[-3:], file=sys.stderr)"


def test_input_and_both_outputs(session: DockerSession) -> None:
    done = session.run(["python", "-c", ECHO], stdin="x" * 3_000_000 + "äöü")
    assert (done.code, done.stdout, done.stderr) == (0, "3000003\n", "äöü\n")


def test_much_output_while_much_input_waits(session: DockerSession) -> None:
    program = "import sys; print('y' * 2_000_000, flush=True); print(len(sys.stdin.read()))"
    done = session.run(["python", "-c", program], stdin="x" * 2_000_000)
    assert done.stdout.endswith("y\n2000000\n")


def test_input_that_nobody_reads(session: DockerSession) -> None:
    assert session.run(["python", "-c", "print('done')"], stdin="x" * 2_000_000).stdout == "done\n"


def test_no_input_is_an_end_of_file(session: DockerSession) -> None:
    assert session.run(["python", "-c", ECHO]).stdout == "0\n"


def test_exit_codes(session: DockerSession) -> None:
    assert session.run(["python", "-c", "raise SystemExit(7)"]).code == 7
    assert session.run(["python", "-c", "import os; os.kill(os.getpid(), 15)"]).code == -15


def test_a_command_that_does_not_end_is_killed_with_its_children(session: DockerSession) -> None:
    program = "import subprocess; subprocess.run(['sleep', '4242'])"
    begin = time.monotonic()
    done = session.run(["python", "-c", program], timeout=2)
    assert time.monotonic() - begin < 15
    assert done.code == -9
    assert "killed: not done after 2 s" in done.stderr
    listing = "import pathlib; print([p.read_bytes() for p in pathlib.Path('/proc').glob('[0-9]*/cmdline')])"
    assert "4242" not in session.run(["python", "-c", listing]).stdout


def test_tools_run_on_the_same_files(session: DockerSession) -> None:
    assert session.run(["ruff", "--version"]).stdout.startswith("ruff ")
    assert (session.root / "app" / "main.py").is_file()


def test_the_logs_of_both_servers(session: DockerSession) -> None:
    assert "Uvicorn running" in session.logs()
    wrong = (
        "import asyncio, asyncpg, os\nasync def main():\n"
        "    connection = await asyncpg.connect(os.environ['DATABASE_URL'])\n"
        "    await connection.execute('SELECT nothing')\n"
        "asyncio.run(main())"
    )
    assert session.run(["python", "-c", wrong]).code == 1
    (entry,) = [e for e in entries(session.database_logs()) if e.is_bad]
    assert (entry.database, entry.state, entry.severity) == ("app", "42703", "ERROR")
    assert "SELECT nothing" in entry.text


def test_a_server_is_stopped_and_started_again(session: DockerSession) -> None:
    session.stop()
    session.stop()
    with pytest.raises(AppFailed, match="not started"):
        session.check_alive()
    session.start()
    session.check_alive()
    assert session.logs().count("Uvicorn running") >= 2
