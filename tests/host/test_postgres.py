import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from generator.core.errors import MachineError
from generator.host.databases import create_database, drop_database, reap, temporary_database
from generator.host.postgres import PostgresServer, durable_server, shared_server, stop_server

MAKE = "from generator.host.databases import *; from generator.host.postgres import *; import sys;"


def names(server: PostgresServer) -> set[str]:
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def child(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_running_server_is_found_again_at_once(pg_server: PostgresServer) -> None:
    begin = time.perf_counter()
    assert shared_server() == pg_server
    assert time.perf_counter() - begin < 1


def test_a_database_is_gone_after_use(pg_server: PostgresServer) -> None:
    with temporary_database(pg_server) as name:
        assert name in names(pg_server)
        connection = pg_server.connect(name)
    assert name not in names(pg_server)
    connection.close()


def test_a_template_gives_its_tables(pg_server: PostgresServer) -> None:
    with temporary_database(pg_server) as first:
        with closing(pg_server.connect(first)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE thing (id int)")
        with temporary_database(pg_server, first) as second, closing(pg_server.connect(second)) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT count(*) FROM thing")
            assert cursor.fetchone() == (0,)


def test_databases_of_killed_runs_are_reaped_and_others_kept(pg_server: PostgresServer) -> None:
    make = MAKE + "print(create_database(shared_server()), flush=True); sys.stdin.read()"
    killed = child(make)
    left = killed.stdout.readline().strip()
    killed.kill()
    killed.wait()
    with temporary_database(pg_server) as own:
        assert left in names(pg_server)
        assert left in reap(pg_server)
        assert left not in names(pg_server)
        assert own in names(pg_server)


def test_ten_processes_may_ask_for_a_server_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path))
    code = MAKE + "s = shared_server()\nwith temporary_database(s) as n: print(s.data)"
    children = [child(code) for _ in range(6)]
    out = {c.communicate()[0] for c in children}
    server = shared_server()
    try:
        assert out == {f"{server.data}\n"}
        assert all(c.returncode == 0 for c in children)
    finally:
        stop_server(server)
    with pytest.raises(psycopg2.OperationalError):
        server.connect()


def test_spoilt_throwaway_data_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path))
    server = shared_server()
    stop_server(server)
    (server.data / "global" / "pg_control").write_bytes(b"spoilt")
    server = shared_server()
    try:
        drop_database(server, create_database(server))
    finally:
        stop_server(server)


def test_durable_data_survives_a_restart_and_is_never_thrown_away(tmp_path: Path) -> None:
    server = durable_server(tmp_path / "kept")
    try:
        with closing(server.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE thing AS SELECT 7 AS id")
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("on",)
        stop_server(server)
        durable_server(tmp_path / "kept")
        with closing(server.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM thing")
            assert cursor.fetchone() == (7,)
    finally:
        stop_server(server)
    (server.data / "global" / "pg_control").write_bytes(b"spoilt")
    with pytest.raises(MachineError, match="can't be started"):
        durable_server(tmp_path / "kept")
    assert (server.data / "global" / "pg_control").read_bytes() == b"spoilt"


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(MachineError, match="APPGEN_HOME") as caught:
        shared_server()
    assert caught.value.exit_code == 3


def test_the_socket_is_closed_to_others(pg_server: PostgresServer) -> None:
    assert pg_server.socket.stat().st_mode & 0o077 == 0
    assert os.environ.get("PGHOST") is None
