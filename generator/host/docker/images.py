"""The images: the bases as found or pulled, the application's built from its own Dockerfile."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import docker
from docker.errors import BuildError, DockerException, ImageNotFound

from generator.core.digest import digest
from generator.core.errors import MachineError, ToldError
from generator.host.docker.engine import bridgeless
from generator.host.docker.labels import own_labels
from generator.verify.sandbox import AppFailed

_TAIL = 40
_PACKAGES = "packages"  # the Dockerfile's stage that installs them
_KIND = "appgen.packages"


class Base(NamedTuple):
    """An image that others start from: how to choose another, its name, and what may stand in for it."""

    variable: str
    image: str
    substitute: str


PYTHON = Base("APPGEN_PYTHON_IMAGE", "python:3.13-slim", "appgen/python-base:latest")
DATABASE = Base("APPGEN_DATABASE_IMAGE", "postgres:18", "appgen/postgres-base:latest")


def find(client: docker.DockerClient, base: Base) -> str:
    """Return the chosen image, the usual one or its substitute; pulled if the engine has none of them."""
    chosen = os.environ.get(base.variable)
    names = (chosen,) if chosen else (base.image, base.substitute)
    for name in names:
        if _identity(client, name) is not None:
            return name
    try:
        client.images.pull(names[0])
    except DockerException as error:
        raise MachineError(
            f"the image {names[0]} can't be pulled: {error}",
            f"Set {base.variable} to one that can, or make one: sh scripts/install_docker.sh",
        ) from error
    return names[0]


def build(client: docker.DockerClient, root: Path, base: str, tag: str) -> str:
    """Build the application's image and return its id; applications share the layer of their packages."""
    for name in ("Dockerfile", "requirements.txt"):
        if not (root / name).is_file():
            raise AppFailed(f"there is no {name} to build an image from")
    options = {
        "path": str(root),
        "buildargs": {"BASE": base},
        "network_mode": "host" if bridgeless(client) else None,
        "rm": True,
        "forcerm": True,
    }
    _keep_packages(client, root, base, options)
    image = _build(client, AppFailed, tag=tag, labels=own_labels(), **options)
    return str(image)


def _keep_packages(client: docker.DockerClient, root: Path, base: str, options: dict[str, Any]) -> None:
    """Build and tag the layers up to the packages, so that they stay when the application's image goes."""
    parts = [
        _identity(client, base),
        (root / "Dockerfile").read_text(),
        (root / "requirements.txt").read_text(),
    ]
    tag = f"appgen-packages:{digest(parts)[:16]}"
    if _identity(client, tag) is None:
        _build(client, MachineError, tag=tag, target=_PACKAGES, labels={_KIND: "1"}, **options)


def _identity(client: docker.DockerClient, name: str) -> str | None:
    try:
        return client.images.get(name).id
    except ImageNotFound:
        return None


def _build(client: docker.DockerClient, failure: type[ToldError], **options: Any) -> str | None:
    try:
        image, _ = client.images.build(**options)
    except BuildError as error:
        raise failure(f"the image can't be built: {error.msg}", _end(error.build_log)) from error
    return image.id


def _end(lines: Iterable[dict[str, Any]]) -> str:
    text = "".join(str(line.get("stream") or line.get("error") or "") for line in lines)
    return "\n".join(text.splitlines()[-_TAIL:])
