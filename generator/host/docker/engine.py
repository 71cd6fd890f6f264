"""The engine: finding it, and telling its failures as the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from generator.core.errors import MachineError

_SECONDS = 300  # between two signs of life; installing packages is silent for long
_HINT = "Start Docker or set DOCKER_HOST; on Debian: sh scripts/install_docker.sh"


def connect() -> docker.DockerClient:
    """Return a client of the engine that DOCKER_HOST or the default socket leads to."""
    try:
        client = docker.from_env(timeout=_SECONDS)
        client.ping()
    except (DockerException, RequestException) as error:
        raise MachineError(f"no Docker engine answers: {error}", _HINT) from error
    return client


@contextmanager
def told() -> Iterator[None]:
    """Turn what the engine refuses, or its silence, into the machine's error."""
    try:
        yield
    except (DockerException, RequestException) as error:
        raise MachineError(f"Docker failed: {error}") from error


def bridgeless(client: docker.DockerClient) -> bool:
    """Whether the engine was started without a network for containers."""
    return not any(network.name == "bridge" for network in client.networks.list(names=["bridge"]))


def cores(client: docker.DockerClient) -> int:
    """Return how many processors containers may be given."""
    return max(1, int(client.info().get("NCPU") or 1))
