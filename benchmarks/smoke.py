"""What the plan and its smoke cost; prints a table, asserts nothing.

usage: python benchmarks/smoke.py [--entities N] [--runs N]

Each application is compiled once; its plan is made and measured again in this
process, then played against a live instance in the process sandbox, N times.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from synthetic import spec as synthetic_spec

from generator.host.sandbox import ProcessSandbox
from generator.host.state import State
from generator.host.workshop import open_workshop, read_source
from generator.pipeline import compile_app
from generator.verify.coverage.measure import measure
from generator.verify.plan import make_plan
from generator.verify.smoke import run_smoke

ROOT = Path(__file__).parents[1]
COLUMNS = (
    "application",
    "plan s",
    "coverage s",
    "covered",
    "scenarios",
    "requests",
    "up s",
    "smoke s",
    "failed",
)


def row(path: Path, scratch: Path, runs: int) -> list[str]:
    """Return one line of the table."""
    workshop = open_workshop(State(scratch / path.stem), fresh=True)
    done = compile_app(read_source(path, workshop), workshop)
    ir, guards = done["application_ir"].value, done["guard_ir"].value
    began = time.perf_counter()
    plan = make_plan(ir, guards)
    planned = time.perf_counter()
    coverage = measure(ir, guards, plan)
    measured = time.perf_counter()
    with ProcessSandbox().open(done["app_bundle"].value) as session:
        session.migrate()
        session.start()
        up = time.perf_counter()
        results = [run_smoke(plan, session.base_url, database=session.database_url) for _ in range(runs)]
    times = "/".join(f"{r.ms / 1000:.1f}" for r in results)
    requests = sum(len(s.steps) for s in plan.scenarios())
    failed = sum(len(r.failures) for r in results)
    shown = [
        f"{planned - began:.1f}",
        f"{measured - planned:.1f}",
        coverage.shown,
        str(len(plan.scenarios())),
    ]
    return [path.stem, *shown, str(requests), f"{up - measured:.1f}", times, str(failed)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entities", type=int, default=100)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    table = Table(title="plan and smoke, process sandbox", title_justify="left")
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left")
    scratch = Path(tempfile.mkdtemp(prefix="appgen-bench-"))
    try:
        synthetic = scratch / f"synthetic{options.entities}.yaml"
        synthetic.write_text(synthetic_spec(options.entities), encoding="utf-8")
        for path in (ROOT / "specs" / "shop.yaml", synthetic):
            table.add_row(*row(path, scratch, options.runs))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
