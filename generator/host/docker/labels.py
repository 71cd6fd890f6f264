"""Who made a container or an image, so that what dead runs have left can be told from what is in use."""

from __future__ import annotations

import http.client
import platform
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from generator.host.pids import is_dead, own_tag

RUN = "appgen.run"  # <pid>_<birth>
_HOST = "appgen.host"
_BOOT = "appgen.boot"
_MADE = "appgen.made"  # seconds since 1970
_LIFETIME = 24 * 3600  # of what was made on another machine: its processes can't be asked for


def own_labels() -> dict[str, str]:
    """Return the labels of what this process makes."""
    return {RUN: own_tag(), _HOST: platform.node(), _BOOT: _boot(), _MADE: str(int(time.time()))}


def is_left(labels: Mapping[str, str]) -> bool:
    """Whether the process that set these labels is gone; false for what bears none."""
    if RUN not in labels:
        return False
    if labels.get(_HOST) != platform.node():
        made = labels.get(_MADE, "")
        return not made.isdigit() or int(made) + _LIFETIME < time.time()
    return labels.get(_BOOT) != _boot() or is_dead(labels[RUN])


def reap(client: docker.DockerClient) -> list[str]:
    """Remove the containers and images of dead runs; returns their ids."""
    return _remove(client, RUN, is_left)


def remove_own(client: docker.DockerClient) -> list[str]:
    """Remove the containers and images of this process; returns their ids."""
    return _remove(client, f"{RUN}={own_tag()}", lambda labels: labels.get(_HOST) == platform.node())


def _remove(
    client: docker.DockerClient, label: str, unwanted: Callable[[Mapping[str, str]], bool]
) -> list[str]:
    chosen = {"label": label}
    containers = [c["Id"] for c in client.api.containers(all=True, filters=chosen) if unwanted(c["Labels"])]
    for container in containers:
        remove_container(client, container)
    images = [i["Id"] for i in client.api.images(filters=chosen) if unwanted(i["Labels"] or {})]
    for image in images:
        remove_image(client, image)
    return containers + images


def remove_container(client: docker.DockerClient, container: str) -> None:
    """Kill and remove a container; nothing happens if it is gone, or going."""
    try:
        client.api.remove_container(container, force=True, v=True)
    except NotFound:
        pass
    except APIError as error:
        if error.status_code != http.client.CONFLICT:  # another process is removing it
            raise


def remove_image(client: docker.DockerClient, image: str) -> None:
    """Remove an image and the layers that no other has; nothing happens if it is gone or in use."""
    with suppress(NotFound):
        try:
            client.api.remove_image(image, force=True)
        except APIError as error:
            if error.status_code != http.client.CONFLICT:
                raise


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
