"""Containers that can do nothing but their work: no network but each other's, no rights, little room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import docker
import msgspec
from docker.models.containers import Container
from docker.types import LogConfig

from generator.host.docker.engine import cores
from generator.host.docker.labels import own_labels, remove_container

NO_HEALTHCHECK = {"test": ["NONE"]}


class Limits(msgspec.Struct, frozen=True):
    """What a container may use: bytes, processes, processors, and memory file systems of its own."""

    memory: str = "512m"
    pids: int = 128
    cpus: float = 1.0
    room: tuple[tuple[str, str], ...] = (("/tmp", "64m"),)  # noqa: S108 - inside the container


def start(
    client: docker.DockerClient,
    image: str,
    limits: Limits,
    *,
    network: str = "none",
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] | None = None,
    **more: Any,
) -> Container:
    """Start a container; `network` may be "container:<id>" to share that one's loopback."""
    options: dict[str, Any] = {
        "command": None if command is None else list(command),
        "network_mode": network,
        "environment": dict(environment or {}),
        "labels": own_labels(),
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory,
        "pids_limit": limits.pids,
        "nano_cpus": int(min(limits.cpus, cores(client)) * 1e9),
        "tmpfs": {path: f"size={size},mode=1777" for path, size in limits.room},
        # Whatever the engine's own choice is: these can be read back.
        "log_config": LogConfig(type=LogConfig.types.JSON, config={"max-size": "64m"}),
    }
    container: Container = client.containers.create(image, **options, **more)
    try:
        container.start()
    except BaseException:
        remove_container(client, str(container.id))
        raise
    return container


def logs(container: Container) -> str:
    """Return all that a container has printed."""
    return bytes(container.logs()).decode("utf-8", errors="replace")


def ending(container: Container) -> str | None:
    """Return how a container ended, None while it runs."""
    container.reload()
    state = container.attrs["State"]
    if state["Running"]:
        return None
    if state.get("OOMKilled"):
        return "the end of its memory"
    return f"exit code {state['ExitCode']}"
