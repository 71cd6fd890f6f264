"""The command line: reads the plan beside it, runs it, reports, and says by its exit code how it went."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from .client import open_client, sender
from .plan import Plan, parse_plan, read_plan
from .report import failure_text, summary, to_json, to_junit
from .run import Empty, Progress, Row, needing_empty, run_plan

PLAN = Path(__file__).with_name("plan.json")
NOTHING_RAN = "no scenario was executed: that is a failure"
STANDARD = Path("-")  # standard input or output


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the plan; 0 when at least one scenario ran and all passed, 1 when not, 2 when none was chosen."""
    parser = _parser()
    options = parser.parse_args(arguments)
    database = os.environ.get("DATABASE_URL", "") if options.empty else ""
    if options.empty and not database.startswith("postgres"):
        parser.error("--empty needs a DATABASE_URL in the environment")
    plan = select(_read(options.plan), options.only)
    aside = STANDARD in (options.json, options.junit)
    say = partial(print, file=sys.stderr if aside else sys.stdout, flush=True)
    began = time.perf_counter()
    rows = run(
        plan, options.base_url, options.parallel, options.timeout, options.seed, _teller(say), database
    )
    for row in rows:
        if not row.ok:
            say(failure_text(row))
    left = 0 if database else len(needing_empty(plan))
    if left:
        say(f"{left} more need an empty database: --empty deletes every row of the one at DATABASE_URL")
    say(summary(rows, time.perf_counter() - began) if rows else NOTHING_RAN)
    _write(options.json, to_json(rows))
    _write(options.junit, to_junit(plan.app, rows, [] if rows else [("scenarios", NOTHING_RAN)]))
    return 2 if not rows else 0 if all(row.ok for row in rows) else 1


def run(
    plan: Plan,
    base_url: str,
    parallel: int = 8,
    timeout: float = 30.0,
    seed: int | None = None,
    progress: Progress | None = None,
    database: str = "",
) -> list[Row]:
    """Run a plan against a base URL; without a seed each run makes data of its own.

    `database` is the URL of a database whose rows may be deleted.
    """
    base = secrets.randbelow(10**15) if seed is None else seed
    emptied = database if needing_empty(plan) else ""

    async def work() -> list[Row]:
        async with open_client(base_url, timeout, parallel) as client, emptier(emptied) as empty:
            return await run_plan(
                plan,
                sender(client),
                base_url=base_url,
                base=base,
                parallel=parallel,
                progress=progress,
                empty=empty,
            )

    return asyncio.run(work())


@asynccontextmanager
async def emptier(database: str) -> AsyncIterator[Empty | None]:
    """Open what empties a database; None if none is given."""
    if not database:
        yield None
        return
    from .database import open_emptier  # noqa: PLC0415 - nothing else here needs more than Python

    async with open_emptier(database) as empty:
        yield empty


def select(plan: Plan, only: Sequence[str]) -> Plan:
    """Keep the scenarios whose name or suite holds one of the given texts."""
    if not only:
        return plan
    chosen = tuple(s for s in plan.scenarios if any(o in s.name or o in s.suite for o in only))
    return replace(plan, scenarios=chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smoke", description="Exercise a running instance.")
    parser.add_argument("--base-url", required=True, help="where the instance answers")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only scenarios that hold NAME"
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="delete every row of DATABASE_URL's database where that is needed",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON (- prints them)")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="the same as JUnit XML")
    parser.add_argument("--plan", type=Path, default=PLAN, help=argparse.SUPPRESS)
    parser.add_argument("--parallel", type=int, default=8, metavar="N", help="scenarios at a time (8)")
    parser.add_argument(
        "--timeout", type=float, default=30.0, metavar="S", help="seconds for one answer (30)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="makes the data of the run with that seed again"
    )
    return parser


def _teller(say: Callable[[str], None]) -> Progress:
    def tell(row: Row, done: int, total: int) -> None:
        if not row.ok or done == total or done % max(1, total // 20) == 0:
            say(f"{done}/{total} {'ok' if row.ok else 'FAILED'} {row.scenario}")

    return tell


def _read(path: Path) -> Plan:
    return parse_plan(json.loads(sys.stdin.buffer.read())) if path == STANDARD else read_plan(path)


def _write(path: Path | None, text: str) -> None:
    if path == STANDARD:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    elif path is not None:
        path.write_text(text, encoding="utf-8")
