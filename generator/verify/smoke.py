"""Runs a plan against a base URL with the same program that is delivered in the application."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import msgspec

from generator.core.digest import canonical_json
from generator.verify.model import SmokeResult, SmokeRow, TestsModelIR
from generator.verify.program.cli import NOTHING_RAN, run, select
from generator.verify.program.plan import parse_plan
from generator.verify.program.run import Row
from generator.verify.sandbox import Session

Progress = Callable[[SmokeRow | None, int, int], None]  # the row is not known of a run inside
_TOLD = re.compile(r"(\d+)/(\d+) ")

_SECONDS = 3600


def run_smoke(
    plan: TestsModelIR,
    base_url: str,
    *,
    only: tuple[str, ...] = (),
    parallel: int = 8,
    timeout: float = 30.0,
    seed: int | None = None,
    progress: Progress | None = None,
    database: str = "",
) -> SmokeResult:
    """Run every chosen scenario over HTTP; rows come sorted by scenario.

    Those that need an empty database run if `database` is the URL of one that may be emptied.
    """
    chosen = select(parse_plan(msgspec.to_builtins(plan)), only)
    began = time.perf_counter()
    told = _relay(progress)
    rows = run(chosen, base_url, parallel, timeout, seed, told, database) if chosen.scenarios else []
    return SmokeResult(
        app=plan.app,
        ir_digest=plan.ir_digest,
        rows=tuple(_row(row) for row in rows),
        ms=round((time.perf_counter() - began) * 1000, 1),
        problem="" if rows else NOTHING_RAN,
    )


def smoke_session(plan: TestsModelIR, session: Session, progress: Progress | None = None) -> SmokeResult:
    """Run every scenario against a started application, from inside if its address can't be reached."""
    if session.reachable:
        return run_smoke(plan, session.base_url, progress=progress, database=session.database_url)
    program = ["python", "-m", "smoke", "--base-url", session.base_url, "--empty"]
    program += ["--plan", "-", "--json", "-"]
    heard = None if progress is None else partial(_hear, progress)
    done = session.run(program, stdin=canonical_json(plan).decode(), timeout=_SECONDS, heard=heard)
    try:
        rows = msgspec.json.decode(done.stdout, type=tuple[SmokeRow, ...])
        problem = "" if rows else NOTHING_RAN
    except msgspec.DecodeError:
        rows = ()
        problem = f"the smoke program ended with code {done.code}: {done.stderr.strip()[-2000:]}"
    return SmokeResult(plan.app, plan.ir_digest, rows, round(done.seconds * 1000, 1), problem)


def _hear(progress: Progress, line: str) -> None:
    """Pass on what the program says of its progress."""
    found = _TOLD.match(line)
    if found is not None:
        progress(None, int(found[1]), int(found[2]))


def _relay(progress: Progress | None) -> Callable[[Row, int, int], None] | None:
    if progress is None:
        return None
    return lambda row, done, total: progress(_row(row), done, total)


def _row(row: Row) -> SmokeRow:
    return SmokeRow(**asdict(row))
