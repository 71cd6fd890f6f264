"""Drives a real browser through the Dagster UI of a workspace and saves docs/lineage.png.

Usage: python scripts/screenshots.py [--out docs] [--build specs/shop.yaml]

The workspace is $APPGEN_HOME, else .appgen; with --build the spec is built first.
CHROMIUM names the browser, by default Debian's /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from generator.pipeline import STAGES

GROUPS = ("frontend", "backend", "verification")
QUERY = "{ assetNodes { assetKey { path } partitionStats { numMaterialized numFailed } } }"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS = 90
_PATIENCE = 30_000


@contextmanager
def running_ui(port: int) -> Iterator[str]:
    """Start `appgen ui` and wait for it; it and all its children are gone at the end."""
    command = [sys.executable, "-m", "generator.cli", "ui", "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/server_info", child)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(child)


@contextmanager
def browser_page(width: int = 1900, height: int = 1250) -> Iterator[Page]:
    """Open an empty page of a browser that knows nothing."""
    program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory(prefix="appgen-browser-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=True,
            args=list(FLAGS),
            viewport={"width": width, "height": height},
        )
        try:
            yield context.new_page()
        finally:
            context.close()


def require_green(page: Page, address: str) -> None:
    """Wait until every stage is materialized and none has failed, by the UI's own GraphQL."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        answer = page.request.post(f"{address}/graphql", data={"query": QUERY}).json()
        nodes = {node["assetKey"]["path"][-1]: node for node in answer["data"]["assetNodes"]}
        stats = [nodes[stage.name]["partitionStats"] for stage in STAGES if stage.name in nodes]
        if len(stats) == len(STAGES) and all(s["numMaterialized"] and not s["numFailed"] for s in stats):
            return
        time.sleep(1)
    sys.exit("screenshots: not every stage is green; build an application first")


def shoot_lineage(page: Page, address: str, path: Path) -> None:
    """Open the lineage with every group expanded, wait until all is green, save it."""
    require_green(page, address)
    expanded = ",".join(f"global@global:{group}" for group in GROUPS)
    page.goto(f"{address}/asset-groups?expanded={expanded}")
    expect(page.get_by_text("smoke_result").first).to_be_visible(timeout=_PATIENCE)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(path))


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            sys.exit(f"screenshots: `appgen ui` ended with {child.returncode}")
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.5)
    sys.exit(f"screenshots: {url} did not answer in {_START_SECONDS} s")


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        child.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the pictures")
    parser.add_argument("--build", default="specs/shop.yaml", help="spec to build first; empty for none")
    chosen = parser.parse_args()
    if chosen.build:
        subprocess.run([sys.executable, "-m", "generator.cli", "build", chosen.build], check=True)
    with running_ui(free_port()) as address, browser_page() as page:
        shoot_lineage(page, address, chosen.out / "lineage.png")
    print(f"wrote {chosen.out / 'lineage.png'}")


if __name__ == "__main__":
    main()
