"""Drives a real browser through the Dagster UI and saves what a person sees.

Usage: python scripts/screenshots.py [--out docs] [--build specs/shop.yaml]

In a workspace of its own: a build (lineage.png, app_status.png), one that an override breaks
(failed_check.png), and its repair (repair_run.png, repair_tags.png).
CHROMIUM names the browser, by default Debian's /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
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

from playwright.sync_api import FloatRect, Page, expect, sync_playwright

from generator.pipeline import STAGES

GROUPS = ("frontend", "backend", "verification", "repair", "fleet")
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
    """Open all that leads to a release with every group expanded, wait until it is green, save it."""
    require_green(page, address)
    expanded = ",".join(f"global@global:{group}" for group in GROUPS)
    usual = page.viewport_size
    page.set_viewport_size({"width": 1900, "height": 1500})
    page.goto(f"{address}/asset-groups?expanded={expanded}")
    expect(page.get_by_text("smoke_result").first).to_be_visible(timeout=_PATIENCE)
    page.locator(".CodeMirror").first.click()
    page.keyboard.type('+key:"release"')
    page.keyboard.press("Enter")
    expect(page.get_by_text("app_status")).to_have_count(0, timeout=_PATIENCE)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(path))
    page.set_viewport_size(usual or {"width": 1900, "height": 1250})


BREAKING = "import nothing_there\n"
RUNS = "{ runsOrError(limit: 1) { ... on Runs { results { runId status } } } }"


def break_routes(spec: Path) -> Path:
    """Put an override beside a spec that breaks its application; returns the override."""
    path = spec.with_suffix(".overrides") / "files" / "app" / "main.py"
    path.parent.mkdir(parents=True)
    path.write_text(BREAKING, encoding="utf-8")
    return path


def shoot_failed_check(page: Page, address: str, path: Path) -> None:
    """Open the check that saw the override, with what it found."""
    page.goto(f"{address}/assets/app_bundle?view=checks&checkDetail=names_resolve")
    expect(page.get_by_text("names_resolve").first).to_be_visible(timeout=_PATIENCE)
    page.get_by_text("names_resolve").first.click()
    expect(page.get_by_text("what is wrong").first).to_be_visible(timeout=_PATIENCE)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(path))


def shoot_last_run(page: Page, address: str, path: Path) -> str:
    """Open the last run, a repair, with its steps and its tags; returns its id."""
    answer = page.request.post(f"{address}/graphql", data={"query": RUNS}).json()
    run = str(answer["data"]["runsOrError"]["results"][0]["runId"])
    page.goto(f"{address}/runs/{run}")
    expect(page.get_by_text("app_bundle").first).to_be_visible(timeout=_PATIENCE)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(path))
    page.get_by_text("View tags and config").click()
    expect(page.get_by_text("appgen/repair_finding").first).to_be_visible(timeout=_PATIENCE)
    page.wait_for_timeout(500)
    top = page.get_by_text("Run configuration").bounding_box() or {"x": 470.0, "y": 98.0}
    clip: FloatRect = {"x": top["x"] - 20, "y": top["y"] - 15, "width": 1000, "height": 200}
    page.screenshot(path=str(path.with_name("repair_tags.png")), clip=clip)
    return run


def shoot_status(page: Page, address: str, path: Path) -> None:
    """Open the table of all applications; its sensor makes it once a run has ended."""
    page.goto(f"{address}/assets/app_status")
    expect(page.get_by_text("failing checks").first).to_be_visible(timeout=4 * _PATIENCE)
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


def appgen(*arguments: str) -> int:
    """Run a command in the working directory; return its exit code."""
    return subprocess.run([sys.executable, "-m", "generator.cli", *arguments], check=False).returncode


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the pictures")
    parser.add_argument("--build", type=Path, default=Path("specs/shop.yaml"), help="the spec to build")
    chosen = parser.parse_args()
    out, source = chosen.out.absolute(), chosen.build.absolute()
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="appgen-pictures-") as folder:
        os.chdir(folder)
        spec = Path("specs", source.name)
        spec.parent.mkdir()
        shutil.copy(source, spec)
        take(spec, out)
    print(f"wrote lineage.png, app_status.png, failed_check.png, repair_run.png and repair_tags.png to {out}")


def take(spec: Path, out: Path) -> None:
    """Build, break and repair an application, and show each of it."""
    if appgen("build", str(spec)) != 0:
        sys.exit("screenshots: the build has failed")
    with running_ui(free_port()) as address, browser_page() as page:
        shoot_lineage(page, address, out / "lineage.png")
        shoot_status(page, address, out / "app_status.png")
        break_routes(spec)
        if appgen("build", str(spec)) == 0:
            sys.exit("screenshots: nobody saw the override")
        shoot_failed_check(page, address, out / "failed_check.png")
        if appgen("build", str(spec), "--repair") != 0:
            sys.exit("screenshots: the repair has failed")
        shoot_last_run(page, address, out / "repair_run.png")


if __name__ == "__main__":
    main()
