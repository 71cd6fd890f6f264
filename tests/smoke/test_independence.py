"""Scenarios need nothing of each other: any order, any number at a time, again and again on one instance."""

import random
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from generator.host.sandbox import ProcessSandbox
from generator.verify.program.cli import run
from generator.verify.program.plan import Plan, parse_plan
from tests.building import ROOT, compiled

pytestmark = pytest.mark.slow


def shuffled(plan: Plan, seed: int) -> Plan:
    scenarios = list(plan.scenarios)
    random.Random(seed).shuffle(scenarios)
    return replace(plan, scenarios=tuple(scenarios))


def test_order_company_and_leftovers_do_not_matter(tmp_path: Path) -> None:
    built = compiled(ROOT / "specs" / "shop.yaml", tmp_path)
    plan = parse_plan(msgspec.to_builtins(built["test_plan"]))
    turns = [(plan, 8), (plan, 8), (shuffled(plan, 1), 1), (shuffled(plan, 2), 3), (shuffled(plan, 3), 16)]
    with ProcessSandbox().open(built["app_bundle"]) as session:
        session.migrate()
        session.start()
        for turn, (ordered, parallel) in enumerate(turns):
            rows = run(ordered, session.base_url, parallel)
            assert len(rows) == len(plan.scenarios) > 100
            failed = [f"{r.scenario}: {r.problem}" for r in rows if not r.ok]
            assert not failed, f"turn {turn}, {parallel} at a time"
