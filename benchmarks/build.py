"""What a build costs and where the time goes; prints tables, asserts nothing.

usage: python benchmarks/build.py [--runs N] [--quick]

- cold commands: whole processes, in turn, the median of N runs
- the generator's own share: spec text to emitted and formatted tree, per stage
- one build's wall time split into generator, Dagster and sandbox, from its event log
- front end to emitted tree for synthetic specs of 10, 100 and 1,000 entities
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from synthetic import spec as synthetic_spec

from generator.host.state import State
from generator.host.workshop import open_workshop, read_source
from generator.pipeline import SOURCE, STAGES
from generator.stages.workshop import external

ROOT = Path(__file__).parents[1]
APPGEN = str(Path(sys.executable).parent / "appgen")
SHOP = ROOT / "specs" / "shop.yaml"
FIRST = "first build ever, of one entity (makes the database and the instance)"
SANDBOX = ("sanity_report", "smoke_result")
EMITTED = ("schemas", "models", "migrations", "services", "routes", "project")
TREE = ("app_spec", "application_ir", "constraint_graph", "guard_ir", *EMITTED)


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left")
    for n, column in enumerate(columns):
        made.add_column(column, justify="left" if n == 0 else "right")
    return made


def timed(args: list[str], home: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(
        args,
        env={**os.environ, "APPGEN_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(args)} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - began


def cold_commands(runs: int, scratch: Path, console: Console) -> Path:
    """Time whole processes, alternating; return the last workspace."""
    other = scratch / "other.yaml"
    other.write_text("app: other\nentities: {Thing: {fields: {name: text}}}\n", encoding="utf-8")
    rows: dict[str, list[float]] = {"check": [], FIRST: [], "build": [], "build, nothing changed": []}
    for n in range(runs):
        home, out = scratch / f"home{n}", scratch / f"app{n}"
        rows["check"].append(timed([APPGEN, "check", str(SHOP)], home))
        rows[FIRST].append(timed([APPGEN, "build", str(other), "--out", str(scratch / f"o{n}")], home))
        rows["build"].append(timed([APPGEN, "build", str(SHOP), "--out", str(out)], home))
        again = [APPGEN, "build", str(SHOP), "--out", str(out)]
        rows["build, nothing changed"].append(timed(again, home))
    target = {"check": "0.5", FIRST: "", "build": "15", "build, nothing changed": "4"}
    made = table(f"cold commands on {SHOP.name}, s, {runs} runs", "appgen", "min", "median", "max", "wanted")
    for name, seconds in rows.items():
        figures = (min(seconds), statistics.median(seconds), max(seconds))
        made.add_row(name, *(f"{s:.2f}" for s in figures), target[name])
    console.print(made)
    return scratch / f"home{runs - 1}"


def stage_times(path: Path) -> dict[str, float]:
    """Return the seconds of each pure stage, with nothing cached."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(State(Path(folder)), fresh=True)
        seconds = {}
        began = time.perf_counter()
        done = {SOURCE: external(SOURCE, read_source(path, workshop))}
        for stage in STAGES:
            if stage.pure:
                done[stage.name] = workshop.make(stage, done)
                seconds[stage.name] = time.perf_counter() - began
                began = time.perf_counter()
        return seconds


def own_share(runs: int, console: Console) -> None:
    """Print the stages' times; the first run also imports what they need."""
    first = stage_times(SHOP)
    rest = [stage_times(SHOP) for _ in range(runs)]
    made = table("the generator's own share, s", "stage", "first (with imports)", "median after")
    for name in first:
        made.add_row(name, f"{first[name]:.3f}", f"{statistics.median(r[name] for r in rest):.3f}")
    made.add_section()
    after = statistics.median(sum(r[n] for n in TREE) for r in rest)
    made.add_row("spec to formatted tree (wanted 0.7)", f"{sum(first[n] for n in TREE):.3f}", f"{after:.3f}")
    console.print(made)


def build_shares(home: Path, console: Console) -> None:
    """Split the last build's wall time by what its steps spent it on."""
    import dagster as dg  # noqa: PLC0415  (not a cost of the other tables)

    from appgen_resources.instance import open_instance  # noqa: PLC0415

    instance = open_instance(State(home))
    run = next(r for r in instance.get_run_records(limit=1))
    steps = {
        e.dagster_event.step_key: e.timestamp
        for e in instance.all_logs(run.dagster_run.run_id)
        if e.dagster_event and e.dagster_event.event_type is dg.DagsterEventType.STEP_START
    }
    ends = {
        e.dagster_event.step_key: e.timestamp
        for e in instance.all_logs(run.dagster_run.run_id)
        if e.dagster_event and e.dagster_event.event_type is dg.DagsterEventType.STEP_SUCCESS
    }
    took = {name: ends[name] - began for name, began in steps.items() if name in ends}
    wall = (run.end_time or 0) - (run.start_time or 0)
    sandbox = sum(took[name] for name in SANDBOX)
    made = table("one build's run, from its event log, s", "share", "s", "%")
    rows = {"sandbox (gates and smoke)": sandbox, "other steps": sum(took.values()) - sandbox}
    rows["Dagster between the steps"] = wall - sum(took.values())
    for name, seconds in rows.items():
        made.add_row(name, f"{seconds:.2f}", f"{100 * seconds / wall:.0f}")
    made.add_section()
    made.add_row("the run", f"{wall:.2f}", "100")
    console.print(made)


def scale(sizes: tuple[int, ...], scratch: Path, console: Console) -> None:
    """Print the time per entity of growing synthetic specs."""
    made = table("front end to emitted tree", "entities", "s", "ms per entity", "front end s", "emitters s")
    for size in sizes:
        path = scratch / f"synthetic{size}.yaml"
        path.write_text(synthetic_spec(size))
        seconds = tree_times(path)
        total, front = sum(seconds.values()), sum(seconds[n] for n in TREE[:4])
        per = f"{1000 * total / size:.2f}"
        made.add_row(str(size), f"{total:.2f}", per, f"{front:.2f}", f"{total - front:.2f}")
    console.print(made)


def tree_times(path: Path) -> dict[str, float]:
    """Return the seconds of the stages up to the emitted tree."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(State(Path(folder)), fresh=True)
        seconds = {}
        began = time.perf_counter()
        done = {SOURCE: external(SOURCE, read_source(path, workshop))}
        for stage in STAGES:
            if stage.name in TREE:
                done[stage.name] = workshop.make(stage, done)
                seconds[stage.name] = time.perf_counter() - began
                began = time.perf_counter()
        return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="leave 1,000 entities out")
    options = parser.parse_args()
    console, scratch = Console(width=100), Path(tempfile.mkdtemp(prefix="appgen-bench-"))
    try:
        own_share(options.runs, console)
        scale((10, 100) if options.quick else (10, 100, 1000), scratch, console)
        build_shares(cold_commands(options.runs, scratch, console), console)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
