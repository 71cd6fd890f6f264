"""Runs a plan against a base URL with the same program that is delivered in the application."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

import msgspec

from generator.verify.model import SmokeResult, SmokeRow, TestsModelIR
from generator.verify.program.cli import run, select
from generator.verify.program.plan import parse_plan
from generator.verify.program.run import Row

Progress = Callable[[SmokeRow, int, int], None]

NOTHING_RAN = "no scenario was executed: that is a failure"


def run_smoke(
    plan: TestsModelIR,
    base_url: str,
    *,
    only: tuple[str, ...] = (),
    parallel: int = 8,
    timeout: float = 30.0,
    seed: int | None = None,
    progress: Progress | None = None,
) -> SmokeResult:
    """Run every chosen scenario over HTTP; rows come sorted by scenario."""
    chosen = select(parse_plan(msgspec.to_builtins(plan)), only)
    began = time.perf_counter()
    rows = run(chosen, base_url, parallel, timeout, seed, _relay(progress)) if chosen.scenarios else []
    return SmokeResult(
        app=plan.app,
        ir_digest=plan.ir_digest,
        rows=tuple(_row(row) for row in rows),
        ms=round((time.perf_counter() - began) * 1000, 1),
        problem="" if rows else NOTHING_RAN,
    )


def _relay(progress: Progress | None) -> Callable[[Row, int, int], None] | None:
    if progress is None:
        return None
    return lambda row, done, total: progress(_row(row), done, total)


def _row(row: Row) -> SmokeRow:
    return SmokeRow(**asdict(row))
