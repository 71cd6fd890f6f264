"""Runs scenarios against an instance, several at once, and gives one row for each."""

from __future__ import annotations

import asyncio
import json
import shlex
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from .plan import Plan, Scenario, Step
from .symbols import Bindings

MAX_ROWS = 20_000  # that a list is followed for
NO_ANSWER = "no answer"
PATIENCE = 3  # as often every place may wait in vain, until the rest is given up
WALKS = 3  # a page may shift while it is read, since other scenarios write at the same time


@dataclass(frozen=True)
class Request:
    """A step with its symbols resolved."""

    method: str
    path: str
    query: dict[str, str]
    content: str | None = None

    def curl(self, base_url: str) -> str:
        """Return the shell line that sends this request."""
        query = "?" + urlencode(self.query) if self.query else ""
        line = ["curl", "-sS", "-i", "-X", self.method, base_url.rstrip("/") + self.path + query]
        if self.content is not None:
            line += ["-H", "content-type: application/json", "-d", self.content]
        return shlex.join(line)


@dataclass(frozen=True)
class Reply:
    """What came back; `body` is None when there was no content or no JSON."""

    status: int
    body: Any = None
    text: str = ""


Send = Callable[[Request], Awaitable[Reply]]
Empty = Callable[[], Awaitable[None]]


class Unreachable(Exception):  # noqa: N818
    """No answer came: refused, broken off or timed out."""


@dataclass(frozen=True)
class Row:
    """One scenario's result: of several steps the first that failed, else the one that matters."""

    scenario: str
    suite: str
    kind: str
    node: str
    ok: bool
    request: str
    expected: str
    got: str
    ms: float
    curl: str
    step: str
    steps: int
    problem: str = ""


Progress = Callable[[Row, int, int], None]


async def run_plan(
    plan: Plan,
    send: Send,
    *,
    base_url: str,
    base: int,
    parallel: int = 8,
    progress: Progress | None = None,
    empty: Empty | None = None,
) -> list[Row]:
    """Run every scenario: first those that need to be alone, then at most `parallel` at a time.

    Those that need an empty database come last, and only if `empty` can make it so.
    """
    fresh = needing_empty(plan) if empty else []
    total = len(plan.scenarios) - len(needing_empty(plan)) + len(fresh)
    gate = asyncio.Semaphore(parallel)
    rows: list[Row] = []
    silent = 0  # scenarios without an answer since the last answer

    async def one(scenario: Scenario, send: Send = send) -> None:
        nonlocal silent
        async with gate:
            if silent < PATIENCE * parallel:
                row = await run_scenario(
                    scenario, send, base_url=base_url, base=base, page=plan.max_page_size
                )
                silent = silent + 1 if row.got == NO_ANSWER else 0
            else:
                row = _not_sent(scenario)
        rows.append(row)
        if progress is not None:
            progress(row, len(rows), total)

    for scenario in plan.scenarios:
        if scenario.alone:
            await one(scenario)
    await asyncio.gather(*(one(s) for s in plan.scenarios if not s.alone and not s.fresh))
    for scenario in fresh:
        await one(scenario, on_empty(send, empty))
    return sorted(rows, key=lambda r: (r.scenario, r.suite))


def needing_empty(plan: Plan) -> list[Scenario]:
    """Return the scenarios that run on an empty database only."""
    return [scenario for scenario in plan.scenarios if scenario.fresh]


def on_empty(send: Send, empty: Empty | None) -> Send:
    """Return a sender whose first request meets an empty database."""
    waiting = [] if empty is None else [empty]

    async def begin(request: Request) -> Reply:
        while waiting:
            await waiting.pop()()
        return await send(request)

    return begin


def _not_sent(scenario: Scenario) -> Row:
    """Return the row of a scenario that is given up: waiting for each one's time limit would take hours."""
    step = next((s for s in scenario.steps if s.id == scenario.target), scenario.steps[-1])
    return Row(
        scenario=scenario.name,
        suite=scenario.suite,
        kind=scenario.kind,
        node=scenario.node,
        ok=False,
        request=f"{step.method} {step.path}",
        expected=str(step.status),
        got=NO_ANSWER,
        ms=0.0,
        curl="",
        step=step.id,
        steps=len(scenario.steps),
        problem="not sent: nobody has answered for too long",
    )


async def run_scenario(
    scenario: Scenario,
    send: Send,
    *,
    base_url: str,
    base: int,
    page: int = 100,
    start: datetime | None = None,
) -> Row:
    """Run one scenario step by step; the first step that goes wrong ends it."""
    names = Bindings((start or datetime.now(UTC)).replace(microsecond=0), base)
    result: Row | None = None
    reached = False
    began = time.perf_counter()
    for step in scenario.steps:
        reached = reached or step.id == scenario.target or _is_about(scenario, step)
        row = await _run_step(scenario, step, names, send, base_url, page)
        if reached:  # what looks afterwards is about the same node
            row = replace(row, node=scenario.node)
        if result is None or step.id == scenario.target or not row.ok:
            result = row
        if not row.ok:
            break
    if result is None:
        raise ValueError(f"scenario {scenario.name} has no steps")
    return replace(result, ms=round((time.perf_counter() - began) * 1000, 1))


def _is_about(scenario: Scenario, step: Step) -> bool:
    """Whether each request to the operation, not only the last, tries what the scenario is about."""
    return step.operation == scenario.suite and scenario.node.startswith(("field:", "input:"))


async def _run_step(
    scenario: Scenario, step: Step, names: Bindings, send: Send, base_url: str, page: int
) -> Row:
    request, reply, problem, silence = Request(step.method, step.path, {}), None, "", NO_ANSWER
    try:
        request = make_request(step, names)
        reply, problem = await _attempt(step, request, names, send, page)
    except Unreachable as error:
        problem = str(error)
    except ValueError as error:
        problem, silence = f"the request could not be made: {error}", "not sent"
    return Row(
        scenario=scenario.name,
        suite=scenario.suite,
        kind=scenario.kind,
        node=step.operation,
        ok=not problem,
        request=f"{request.method} {request.path}" + _body_text(request),
        expected=f"{step.status}" + ("" if step.empty else " " + _json(step.expect_body)),
        got=silence if reply is None else f"{reply.status} {reply.text}".strip(),
        ms=0.0,
        curl=request.curl(base_url),
        step=step.id,
        steps=len(scenario.steps),
        problem=problem,
    )


async def _attempt(step: Step, request: Request, names: Bindings, send: Send, page: int) -> tuple[Reply, str]:
    if not step.walk:
        reply = await send(request)
        return reply, check(step, reply, names)
    for _ in range(WALKS):
        reply, wrong = await _walk(request, send, page)
        problem = wrong or check(step, reply, names)
        if not problem:
            break
    return reply, problem


def pages(request: Request, page: int) -> Iterator[Request]:
    """Yield the requests for one page of a list after the other."""
    for number in range(-(-MAX_ROWS // page)):
        query = request.query | {"limit": str(page), "offset": str(number * page)}
        yield replace(request, query=query if number else {**query, "total": "true"})


async def _walk(request: Request, send: Send, page: int) -> tuple[Reply, str]:
    """Read a list page by page; return all its items as one reply, and what is wrong with a page."""
    items: list[Any] = []
    for asked in pages(request, page):
        reply = await send(asked)
        if reply.status != 200:
            return reply, ""
        problem = _page_problem(asked, reply.body)
        if problem:
            return reply, problem
        items += reply.body["items"]
        if not reply.body["has_more"]:
            break
    return Reply(200, {"items": items}, f"{len(items)} items"), ""


def _page_problem(asked: Request, body: Any) -> str:
    """Return "" when a page is what its limit and offset ask for, else what is wrong with it."""
    match body:
        case {"items": list(items), "limit": int(limit), "offset": int(offset), "has_more": bool(has_more)}:
            pass
        case _:
            return "the answer is no page: items, limit, offset, has_more"
    wanted = asked.query["limit"], asked.query["offset"]
    if (str(limit), str(offset)) != wanted:
        return f"asked for {wanted[0]} rows from {wanted[1]}, got {limit} from {offset}"
    if len(items) > limit or (has_more and len(items) < limit):
        return f"a page of {limit} has {len(items)} rows" + (", and there are more" if has_more else "")
    total = body.get("total")
    if "total" in asked.query and (not isinstance(total, int) or total < len(items)):
        return f"expected a total of at least {len(items)}, got {total}"
    return ""


def make_request(step: Step, names: Bindings) -> Request:
    """Resolve a step's symbols."""
    path = step.path.format(*(names.resolve(v) for v in step.path_values))
    query = {k: query_text(names.resolve(v)) for k, v in step.query.items()}
    if step.raw:
        return Request(step.method, path, query, step.raw)
    content = _json(names.resolve(step.body)) if step.has_body else None
    return Request(step.method, path, query, content)


def check(step: Step, reply: Reply, names: Bindings) -> str:
    """Return "" when the reply is the expected one, else what is wrong with it."""
    if reply.status >= 500:
        return f"the server failed with {reply.status}"
    if reply.status != step.status:
        return f"expected status {step.status}, got {reply.status}"
    if step.empty:
        return "expected no content" if reply.text else ""
    if reply.body is None:
        return "the answer is not JSON"
    return names.mismatch(step.expect_body, reply.body)


def query_text(value: Any) -> str:
    """Return a value as it stands in a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _body_text(request: Request) -> str:
    query = "?" + "&".join(f"{k}={v}" for k, v in request.query.items()) if request.query else ""
    return query + (f" {request.content}" if request.content is not None else "")
