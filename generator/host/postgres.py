"""The embedded PostgreSQL: started once per user, shared by every process, never by TCP."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psycopg2
from filelock import FileLock

from generator.core.errors import MachineError
from generator.host.account import Account, binaries, server_account, server_base
from generator.host.home import home, make_folder
from generator.host.leftovers import mark_home, socket_folder, sweep

_PORT = 5432  # only part of the socket's name
_SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")
_COMMON = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}


class PostgresServer(msgspec.Struct, frozen=True):
    """A running server: the folder of its socket, and of its data."""

    socket: Path
    data: Path

    def url(self, database: str = "postgres", driver: str = "") -> str:
        """Return a URL such as postgresql+asyncpg://postgres@/name?host=/socket/folder."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://postgres:@/{database}?host={self.socket}"

    def connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """Return a blocking connection in autocommit, for what belongs to no transaction."""
        connection = psycopg2.connect(host=str(self.socket), port=_PORT, user="postgres", dbname=database)
        connection.autocommit = True
        return connection


def shared_server() -> PostgresServer:
    """Return the user's server for throwaway databases, starting it if it isn't up."""
    return _ensure(home() / "pg", durable=False)


def durable_server(folder: Path) -> PostgresServer:
    """Return the server whose data in `folder` is to be kept, starting it if it isn't up."""
    return _ensure(folder.absolute(), durable=True)


def stop_server(server: PostgresServer) -> None:
    """Stop a server; its data stays. Nothing happens if it is down."""
    account = server_account()
    with FileLock(_lock_path(server.data)):
        if (server.data / "postmaster.pid").exists():
            programs = binaries(server.data.parent, account)
            _run([programs / "pg_ctl", "-D", server.data, "-m", "fast", "-w", "stop"], account)


def server_log(server: PostgresServer) -> Path:
    """Return the path of the server's own log."""
    return server.data.with_name(server.data.name + ".log")


def _lock_path(data: Path) -> Path:
    return data.with_name(data.name + ".lock")


def _ensure(wanted: Path, *, durable: bool) -> PostgresServer:
    account = server_account()
    base = server_base(make_folder(wanted), account)
    if base != wanted:
        base = _stand_in(base, wanted, durable=durable)
    server = PostgresServer(socket=_socket_folder(base), data=base / "data18")
    if answers(server):
        return server
    with FileLock(_lock_path(server.data)):
        if not answers(server):
            _start(server, account, durable=durable)
    return server


def _stand_in(bases: Path, wanted: Path, *, durable: bool) -> Path:
    """Return the folder that holds what the server's account couldn't reach in `wanted`."""
    base = bases / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    if not base.exists():
        sweep(bases)
        make_folder(base, 0o755)
        if not durable:
            mark_home(base, wanted)
    return base


def _socket_folder(base: Path) -> Path:
    inside = base / "socket"
    if len(os.fsencode(inside)) <= _SOCKET_LIMIT:
        return inside
    return socket_folder(hashlib.sha256(os.fsencode(base)).hexdigest()[:16])


def answers(server: PostgresServer, database: str = "postgres") -> bool:
    """Whether it takes connections to a database."""
    try:
        server.connect(database).close()
    except psycopg2.OperationalError:
        return False
    return True


def _start(server: PostgresServer, account: Account, *, durable: bool) -> None:
    programs = binaries(server.data.parent, account)
    _prepare(server, programs, account)
    try:
        _pg_ctl_start(server, programs, account, durable=durable)
    except MachineError:
        if durable:
            raise
        # Without fsync a power cut may spoil the data; all of it is throwaway.
        _run([programs / "pg_ctl", "-D", server.data, "-m", "immediate", "stop"], account, check=False)
        shutil.rmtree(server.data)
        _prepare(server, programs, account)
        _pg_ctl_start(server, programs, account, durable=durable)
    if not answers(server):
        raise MachineError(
            "the embedded PostgreSQL started but refuses connections", _tail(server_log(server))
        )


def _prepare(server: PostgresServer, programs: Path, account: Account) -> None:
    _own_folder(server.socket, account)
    log = server_log(server)
    log.touch()
    account.own(log)
    if not (server.data / "PG_VERSION").exists():
        _init(server.data, programs, account)


def _own_folder(path: Path, account: Account) -> None:
    make_folder(path, 0o700)
    if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), account.uid}:
        raise MachineError(f"{path} belongs to someone else", "Remove it or set APPGEN_HOME.")
    account.own(path)


def _init(data: Path, programs: Path, account: Account) -> None:
    """Make the data folder beside its place and move it there: a kill leaves none, never half of one."""
    for left in data.parent.glob(f"{data.name}.new-*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = data.with_name(f"{data.name}.new-{os.getpid()}")
    fresh.mkdir()
    account.own(fresh)
    options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--no-instructions"]
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run([programs / "initdb", *options, *locale, "-D", fresh], account)
    fresh.rename(data)


def _pg_ctl_start(server: PostgresServer, programs: Path, account: Account, *, durable: bool) -> None:
    settings = _COMMON if durable else _COMMON | _THROWAWAY
    settings = settings | {"unix_socket_directories": str(server.socket), "unix_socket_permissions": "0700"}
    options = " ".join(f"-c {name}={_shell_word(value)}" for name, value in settings.items())
    log = server_log(server)
    start = ["-D", str(server.data), "-l", str(log), "-w", "-t", "30", "-o", options, "start"]
    _run([programs / "pg_ctl", *start], account, log=log)


def _shell_word(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _run(
    args: Sequence[str | Path], account: Account, *, check: bool = True, log: Path | None = None
) -> None:
    # A temporary file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        try:
            done = subprocess.run(
                [str(a) for a in args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=60,
                user=account.uid,
                group=account.gid,
                extra_groups=None if account.uid is None else [],
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineError(f"the embedded PostgreSQL can't be started: {error}") from error
        output.seek(0)
        text = output.read().strip()
    if check and done.returncode != 0:
        what = Path(args[0]).name
        raise MachineError(
            f"the embedded PostgreSQL can't be started: {what} failed:\n{text}", _tail(log) if log else ""
        )


def _tail(log: Path, lines: int = 20) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([f"The end of {log}:", *text[-lines:]])
