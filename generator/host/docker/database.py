"""A throwaway PostgreSQL in a container, on a loopback that the application shares."""

from __future__ import annotations

import secrets

import docker

from generator.core.errors import MachineError
from generator.host.docker import commands, containers
from generator.host.docker.containers import Limits
from generator.host.docker.labels import remove_container
from generator.verify.logs.database import PREFIX

_NAME = "app"
_SECONDS = 120
# No folder of the image: some runtimes give a memory file system the rights of the folder below it.
_ROOM = "/throwaway"
_LIMITS = Limits(
    memory="1g",
    pids=256,
    cpus=2.0,
    room=(
        ("/tmp", "64m"),  # noqa: S108 - inside the container
        ("/var/run/postgresql", "1m"),
        ("/var/lib/postgresql", "1m"),  # the image's volume, which stays empty
        (_ROOM, "512m"),
    ),
)
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=64MB",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    f"log_line_prefix={PREFIX}",
)
_READY = "until pg_isready --quiet --host=127.0.0.1; do sleep 0.05; done"


class DatabaseContainer:
    """A server with one empty database; `network` is what makes another container its neighbour."""

    def __init__(self, client: docker.DockerClient, image: str) -> None:
        password = secrets.token_urlsafe(24)
        self._client = client
        self.url = f"postgresql://{_NAME}:{password}@127.0.0.1:5432/{_NAME}"
        self._container = containers.start(
            client,
            image,
            _LIMITS,
            user="postgres",
            shm_size="256m",
            healthcheck=containers.NO_HEALTHCHECK,
            command=["postgres", *(word for setting in _SETTINGS for word in ("-c", setting))],
            environment={
                "POSTGRES_USER": _NAME,
                "POSTGRES_DB": _NAME,
                "POSTGRES_PASSWORD": password,
                "POSTGRES_INITDB_ARGS": "--no-sync",
                "PGDATA": f"{_ROOM}/data",
            },
        )
        self._begun = 0  # of its log, what is about its own start
        self.id = str(self._container.id)
        self.network = f"container:{self.id}"

    def wait(self) -> None:
        """Return once connections are taken (the image's own first start takes none by TCP)."""
        done = commands.run(self._client, self._container, ["sh", "-c", _READY], timeout=_SECONDS)
        if done.code != 0:
            how = self.ending() or f"is not ready after {_SECONDS} s"
            raise MachineError(f"the database container {how}", self.logs()[-2000:])
        self._begun = len(self.logs())

    def ending(self) -> str | None:
        """Return how it ended, None while it runs."""
        how = containers.ending(self._container)
        return how and f"ended with {how}"

    def logs(self) -> str:
        """Return all that the server has logged."""
        return containers.logs(self._container)

    def logs_since_ready(self) -> str:
        """Return what the server has logged since connections are taken."""
        return self.logs()[self._begun :]

    def remove(self) -> None:
        """Kill and remove it, its data too."""
        remove_container(self._client, self.id)
