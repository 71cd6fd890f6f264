"""The fleet of deploy/compose, really started: a spec appears, and a container of its own builds it.

What is replaced is what a machine without a registry lacks (the images of PostgreSQL and of the object
store), and every name that could be another deployment's.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
import yaml

from generator.host.docker.images import DATABASE, PYTHON, find
from tests.building import ROOT

pytestmark = pytest.mark.slow
COMPOSE = ROOT / "deploy" / "compose"
IMAGE = "appgen-fleet-test:latest"
SPEC = "app: notes\nentities:\n  Note:\n    fields:\n      text: string(1..200)\n"
NAME = re.compile(
    r"\bappgen(?=_(?:specs|state|apps|operations)\b)|(?<=network: )appgen\b|(?<=name: )appgen$", re.MULTILINE
)
RUNS = "{ runsOrError { ... on Runs { results { runId status jobName tags { key value } } } } }"
MADE = """{ assetNodes { assetKey { path } partitionStats { numMaterialized numFailed } } }"""
BUILD_SECONDS, RUN_SECONDS = 900, 900


class Fleet:
    """One deployment: its files, `docker compose` over them, its web server."""

    def __init__(self, folder: Path, client: docker.DockerClient) -> None:
        self.folder = folder
        self.client = client
        self.name = f"appgen-test-{os.getpid()}"
        for file in ("compose.yaml", "dagster.yaml"):
            text = (COMPOSE / file).read_text(encoding="utf-8")
            (folder / file).write_text(NAME.sub(self.name, text), encoding="utf-8")
        (folder / ".env").write_text(self._settings(), encoding="utf-8")
        (folder / "here.yaml").write_text(yaml.safe_dump(self._here()), encoding="utf-8")

    def _settings(self) -> str:
        given = {
            "APPGEN_IMAGE": IMAGE,
            "POSTGRES_PASSWORD": "of-a-test",
            "S3_KEY": "k",
            "S3_SECRET": "s",
            "COMPOSE_PROFILES": "",
            "APPGEN_STORE": "/srv/state/artefacts",
            "DOCKER_GROUP": str(Path("/var/run/docker.sock").stat().st_gid),
            "UI_PORT": "0",
        }
        example = (COMPOSE / ".env.example").read_text(encoding="utf-8")
        names = re.findall(r"^(\w+)=", example, re.MULTILINE)
        return "".join(f"{name}={given.get(name, '')}\n" for name in names)

    def _here(self) -> dict[str, Any]:
        """Return what this machine needs besides."""
        mount = f"{self.folder / 'dagster.yaml'}:/srv/dagster/dagster.yaml:ro"
        own: dict[str, Any] = {"volumes": [mount], "environment": {"APPGEN_TICK_SECONDS": "5"}}
        storage = {"image": find(self.client, DATABASE), "command": ["postgres", "-c", "listen_addresses=*"]}
        return {"services": {"storage": storage, "code": own, "web": own, "daemon": own}}

    def compose(self, *words: str) -> str:
        files = [f"--file={self.folder / name}" for name in ("compose.yaml", "here.yaml")]
        return told(["docker", "compose", *files, f"--env-file={self.folder / '.env'}", *words])

    def fill(self, volume: str, files: dict[str, str]) -> None:
        """Make a volume with these files."""
        self.client.volumes.create(f"{self.name}_{volume}")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, text in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        box = self.client.containers.create(IMAGE, volumes=[f"{self.name}_{volume}:/to"], network_mode="none")
        box.put_archive("/to", packed.getvalue())
        box.remove()

    def ask(self, query: str) -> Any:
        port = self.compose("port", "web", "3000").strip().rpartition(":")[2]
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": query}, timeout=60)
        return answer.raise_for_status().json()["data"]

    def inside(self, *command: str) -> str:
        return self.compose("exec", "-T", "code", *command)

    def end(self) -> None:
        self.compose("down", "--volumes", "--timeout=5")
        for volume in ("specs", "operations"):
            self.client.volumes.get(f"{self.name}_{volume}").remove()


def told(command: list[str], seconds: int = 300) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    """The image, built as its first lines say."""
    base = f"--build-arg=BASE={find(engine, PYTHON)}"
    file = f"--file={COMPOSE / 'Dockerfile'}"
    told(["docker", "build", "--network=host", base, file, f"--tag={IMAGE}", "."], BUILD_SECONDS)
    return IMAGE


@pytest.fixture(scope="module")
def fleet(
    image: str, engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    assert image
    made = Fleet(tmp_path_factory.mktemp("fleet"), engine)
    operations = (ROOT / "deploy" / "operations.yaml").read_text(encoding="utf-8")
    made.fill("operations", {"operations.yaml": operations})
    made.fill("specs", {"notes.yaml": SPEC})
    try:
        made.compose("up", "--detach", "--wait")
        yield made
    finally:
        made.end()


def ended_run(fleet: Fleet) -> dict[str, Any]:
    """Wait for the first run's end."""
    end = time.monotonic() + RUN_SECONDS
    found: list[dict[str, Any]] = []
    while time.monotonic() < end:
        found = fleet.ask(RUNS)["runsOrError"]["results"]
        if found and found[-1]["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
            return found[-1]
        time.sleep(2)
    raise AssertionError(f"no run has ended: {found}\n{fleet.compose('logs', '--tail=60')}")


def test_a_spec_is_built_in_a_container_of_its_own(fleet: Fleet) -> None:
    run = ended_run(fleet)
    assert run["status"] == "SUCCESS", fleet.compose("logs", "--tail=60")
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert tags["dagster/partition"] == "notes"
    assert tags["dagster/sensor_name"] == "spec_folder"
    assert tags["dagster/image"] == IMAGE
    own = {box.id for box in fleet.client.containers.list(all=True, filters={"name": fleet.name})}
    assert tags["docker/container_id"] not in own, "it is neither the code server nor the daemon"


def test_what_it_made_lies_where_the_compose_file_says(fleet: Fleet) -> None:
    ended_run(fleet)
    delivered = fleet.inside("ls", "/srv/apps/notes")
    assert {"app", "migrations", "smoke", "Dockerfile"} <= set(delivered.split())
    assert fleet.inside("ls", "/srv/state/artefacts").split(), (
        "artefacts of the run are the code server's too"
    )
    stats = {n["assetKey"]["path"][-1]: n["partitionStats"] for n in fleet.ask(MADE)["assetNodes"]}
    assert stats["release"] == {"numMaterialized": 1, "numFailed": 0}
    assert stats["smoke_result"] == {"numMaterialized": 1, "numFailed": 0}


def test_containers_of_runs_are_gone_and_nobody_is_root(fleet: Fleet) -> None:
    run = ended_run(fleet)
    end = time.monotonic() + 30
    label = {"label": f"dagster/run_id={run['runId']}"}
    while (left := fleet.client.containers.list(all=True, filters=label)) and time.monotonic() < end:
        time.sleep(0.5)
    assert not left
    for service in ("code", "web", "daemon"):
        assert fleet.compose("exec", "-T", service, "id", "-u").strip() == "10001"
