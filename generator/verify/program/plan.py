"""The plan as the runner reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Step:
    """One request and the answer that must come."""

    id: str
    operation: str
    method: str
    path: str
    status: int
    expect_body: Any = None
    empty: bool = False
    path_values: tuple[Any, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False
    raw: str = ""
    walk: bool = False
    about: str = ""


@dataclass(frozen=True)
class Scenario:
    """Steps that run one after the other and need nothing but an instance."""

    name: str
    suite: str
    kind: str
    node: str
    steps: tuple[Step, ...]
    target: str = ""
    alone: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Plan:
    """Every scenario of an application."""

    app: str
    ir_digest: str
    scenarios: tuple[Scenario, ...]
    max_page_size: int = 100


def read_plan(path: Path) -> Plan:
    """Read a plan from a file."""
    return parse_plan(json.loads(path.read_text(encoding="utf-8")))


def parse_plan(data: dict[str, Any]) -> Plan:
    """Make a plan from its JSON form; an unknown version is refused."""
    if data.get("version", 1) != 1:
        raise ValueError(f"plan version {data['version']} is not known here")
    scenarios = [parse_scenario(s) for suite in data["suites"] for s in suite["scenarios"]]
    return Plan(data["app"], data["ir_digest"], tuple(scenarios), data.get("max_page_size", 100))


def parse_scenario(data: dict[str, Any]) -> Scenario:
    """Make a scenario from its JSON form."""
    steps = tuple(_step(s) for s in data["steps"])
    return Scenario(
        name=data["name"],
        suite=data["suite"],
        kind=data["kind"],
        node=data["node"],
        steps=steps,
        target=data.get("target", "") or steps[-1].id,
        alone=data.get("alone", False),
        fresh=data.get("fresh", False),
    )


def _step(data: dict[str, Any]) -> Step:
    expect = data["expect"]
    return Step(
        id=data["id"],
        operation=data["operation"],
        method=data["method"],
        path=data["path"],
        status=expect["status"],
        expect_body=expect.get("body"),
        empty=expect.get("empty", False),
        path_values=tuple(data.get("path_values", ())),
        query=data.get("query", {}),
        body=data.get("body"),
        has_body=data.get("has_body", False),
        raw=data.get("raw", ""),
        walk=data.get("walk", False),
        about=data.get("about", ""),
    )
