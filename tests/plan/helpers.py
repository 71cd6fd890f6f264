"""Plans of the specs, made once, and their scenarios played against the interpreter in memory."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from generator.frontend import compile_front
from generator.ir.model import ApplicationIR
from generator.verify.interpreter import MISSING, Interpreter
from generator.verify.model import TestsModelIR
from generator.verify.plan import make_plan
from generator.verify.plan.replay import Router
from generator.verify.program.plan import Plan, parse_plan
from generator.verify.program.run import Reply, Request, Row, run_scenario

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))


@cache
def ir_of(path: Path) -> ApplicationIR:
    return compile_front(path.name, lambda name: (path.parent / name).read_text(encoding="utf-8")).ir


@cache
def plan_of(path: Path) -> TestsModelIR:
    return make_plan(ir_of(path))


def program_plan(plan: TestsModelIR) -> Plan:
    return parse_plan(msgspec.to_builtins(plan))


def inline(text: str) -> ApplicationIR:
    return compile_front("app.yaml", lambda _: text).ir


class Served:
    """Answers the runner's requests from one interpreter, at a clock of its own."""

    def __init__(self, ir: ApplicationIR, start: datetime) -> None:
        self._interpreter = Interpreter(ir)
        self._router = Router(ir.api.operations)
        self._now = start

    async def send(self, request: Request) -> Reply:
        self._now += timedelta(milliseconds=1, microseconds=3)
        operation, path = self._router.find(request.method, request.path)
        try:
            body = MISSING if request.content is None else json.loads(request.content)
        except ValueError:
            body = MISSING
        answer = self._interpreter.call(operation.id, path, request.query, body, now=self._now)
        text = "" if answer.body is None else json.dumps(answer.body)
        return Reply(answer.status, answer.body, text)


def play(plan: TestsModelIR, ir: ApplicationIR, seed: int = 1) -> list[Row]:
    """Run every scenario, shuffled, one after the other, in one world unless it needs one without rows."""
    program = program_plan(plan)
    scenarios = list(program.scenarios)
    random.Random(seed).shuffle(scenarios)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=seed)
    served = Served(ir, start)

    async def work() -> list[Row]:
        return [
            await run_scenario(
                s,
                (Served(ir, start) if s.fresh else served).send,
                base_url="http://app",
                base=seed * 10**6,
                page=program.max_page_size,
                start=start,
            )
            for s in scenarios
        ]

    return asyncio.run(work())
