"""One application in containers: the delivered image serves, a second container of it runs commands."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from generator.host import process
from generator.host.docker import commands, containers
from generator.host.docker.containers import Limits
from generator.host.docker.database import DatabaseContainer
from generator.host.docker.labels import remove_container
from generator.verify.sandbox import AppFailed, Completed, Heard

_PORT = 8000
_TAIL = 40
_SECONDS = 60
_SLICE = 2  # after which the server is looked at again
_COMMANDS = Limits(memory="1g", cpus=2.0)
_WAIT = """
import sys, time, urllib.error, urllib.request
end = time.monotonic() + float(sys.argv[2])
status = 0
while status != 200 and not 400 <= status < 500 and time.monotonic() < end:
    time.sleep(0.05)
    try:
        status = urllib.request.urlopen(sys.argv[1], timeout=1).status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
print(status)
"""


class DockerSession:
    """One application's containers; its address can be reached by commands run inside only."""

    reachable = False
    base_url = f"http://127.0.0.1:{_PORT}"

    def __init__(
        self, client: docker.DockerClient, root: Path, image: str, database: DatabaseContainer
    ) -> None:
        self.root = root
        self._client, self._image, self._database = client, image, database
        self.database_url = database.url
        self._environment = {"DATABASE_URL": database.url, "PORT": str(_PORT)}
        self._server: Container | None = None
        self._log = ""  # of servers that were stopped
        self._inside = self._start(
            _COMMANDS, entrypoint=["sleep", "infinity"], healthcheck=containers.NO_HEALTHCHECK
        )

    @property
    def container_ids(self) -> list[str]:
        """Ids of the database, of where commands run, and of the server if there is one."""
        used = [self._inside, *([self._server] if self._server is not None else [])]
        return [self._database.id, *(str(container.id) for container in used)]

    def run(
        self, args: Sequence[str], *, stdin: str = "", timeout: float = 60, heard: Heard | None = None
    ) -> Completed:
        """Run a command inside; tools that are no part of the image run beside it, on the same files."""
        if args[0] == "python":
            return commands.run(self._client, self._inside, args, stdin=stdin, timeout=timeout, heard=heard)
        env = process.tool_environment(process.environment(self.root))
        return process.run(args, cwd=self.root, env=env, stdin=stdin, timeout=timeout)

    def migrate(self) -> None:
        """Run `alembic upgrade head` inside; raises AppFailed."""
        done = self.run(["python", "-m", "alembic", "upgrade", "head"], timeout=120)
        if done.code != 0:
            raise AppFailed("`alembic upgrade head` failed", _tail(done.stdout + done.stderr))

    def start(self) -> None:
        """Start the image as it is delivered and wait until /health answers; raises AppFailed."""
        self._server = self._start(Limits())
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the application's server; nothing happens if it is not running."""
        if self._server is not None:
            self._server.stop(timeout=5)
            self._log += containers.logs(self._server)
            remove_container(self._client, str(self._server.id))
            self._server = None

    def logs(self) -> str:
        """Return all that the application's server has logged."""
        return self._log + (containers.logs(self._server) if self._server is not None else "")

    def database_logs(self) -> str:
        """Return what the database's server, which is this session's alone, has logged since it was ready."""
        return self._database.logs_since_ready()

    def check_alive(self) -> None:
        """Raise AppFailed with the end of the log if the server or its database is gone."""
        if self._server is None:
            raise AppFailed("the application was not started")
        if (how := containers.ending(self._server)) is not None:
            raise AppFailed(f"the application's server ended with {how}", _tail(self.logs()))
        if (how := self._database.ending()) is not None:
            raise AppFailed(f"the database {how}", _tail(self._database.logs()))

    def close(self) -> None:
        """Kill and remove the application's containers."""
        for container in (self._server, self._inside):
            if container is not None:
                remove_container(self._client, str(container.id))

    def _start(self, limits: Limits, **more: Any) -> Container:
        return containers.start(
            self._client,
            self._image,
            limits,
            network=self._database.network,
            environment=self._environment,
            **more,
        )

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            asked = self.run(["python", "-c", _WAIT, f"{self.base_url}/health", str(_SLICE)])
            self.check_alive()
            status = int(asked.stdout or 0)
            if status == http.client.OK:
                return
            if http.client.BAD_REQUEST <= status < http.client.INTERNAL_SERVER_ERROR:
                raise AppFailed(
                    f"the application is not healthy: /health answers {status}", _tail(self.logs())
                )
        raise AppFailed(f"the application is not ready after {_SECONDS} s", _tail(self.logs()))


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-_TAIL:])
