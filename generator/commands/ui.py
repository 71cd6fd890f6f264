"""`appgen ui`: the Dagster UI over the workspace's history."""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from pathlib import Path

from generator.core.errors import MachineError
from generator.host.state import State

_WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"


def run(port: int, specs: Path) -> int:
    """Replace this process by `dagster dev`."""
    state = State()
    _require_free(port)
    home = import_module("appgen_resources.instance").prepare_home(state)
    state.share()
    os.environ.update(
        APPGEN_SPECS=str(specs.absolute()),
        APPGEN_LOCAL_UI=f"http://127.0.0.1:{port}",
        DAGSTER_HOME=str(home),
        PYTHONWARNINGS="ignore",  # of Dagster about itself
    )
    where = ["-w", str(_WORKSPACE)] if _WORKSPACE.exists() else ["-m", "appgen_assets.definitions"]
    print(f"The lineage will be at http://127.0.0.1:{port}/asset-groups (Ctrl-C ends it)", flush=True)
    command = [sys.executable, "-m", "dagster", "dev", *where, "-h", "127.0.0.1", "-p", str(port)]
    command += ["--log-level", "warning"]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise MachineError(f"port {port} is taken", "Choose another with --port.")
