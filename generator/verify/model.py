"""What verification plans and what it finds: scenarios, result rows, findings."""

from __future__ import annotations

from typing import Any
from typing import Literal as OneOf

import msgspec

from generator.core.spans import Span
from generator.verify.coverage.model import Coverage

Json = Any  # a JSON value that may hold symbols such as {"$ref": "account1"}


class _Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all nodes."""


# --- the plan ---------------------------------------------------------------

Kind = OneOf["happy", "edge", "error", "effect", "flow"]


class Expected(_Node, frozen=True):
    """The answer that must come; `body` is a pattern (see `program/symbols.py`)."""

    status: int
    body: Json = None
    empty: bool = False  # no content at all; `body` is not looked at


class Step(_Node, frozen=True):
    """One HTTP request; `path` has a `{}` for each of `path_values`."""

    id: str
    operation: str  # IR node
    method: str
    path: str
    expect: Expected
    path_values: tuple[Json, ...] = ()
    query: dict[str, Json] = {}
    body: Json = None
    has_body: bool = False
    raw: str = ""  # sent as it is instead of `body`
    walk: bool = False  # a list: follow the pages, `expect.body` is about all items
    about: str = ""


class Scenario(_Node, frozen=True):
    """Steps that make their own data and run on their own; `node` is the IR node it is about."""

    name: str
    suite: str  # an operation's id, a flow suite's name, or "standalone"
    kind: Kind
    node: str
    steps: tuple[Step, ...]
    target: str = ""  # id of the step that matters; the rest prepares or looks afterwards
    asserts_effects: bool = False
    alone: bool = False  # writes rows that are not its own: runs before all others, with nothing beside it
    fresh: bool = False  # other rows would be in its way: runs after all others, on an emptied database
    covers: tuple[str, ...] = ()  # IR nodes, with ":allowed", ":refused", ... behind a colon
    about: str = ""


class Suite(_Node, frozen=True):
    """Scenarios of one endpoint or one chain of flows."""

    name: str
    kind: OneOf["endpoint", "flow", "standalone"]
    scenarios: tuple[Scenario, ...]


class Uncovered(_Node, frozen=True):
    """What no scenario reaches, and why."""

    node: str
    reason: str


class TestsModelIR(_Node, frozen=True):
    """The whole plan and the hash of the IR that it came from."""

    __test__ = False

    app: str
    ir_digest: str
    suites: tuple[Suite, ...]
    uncovered: tuple[Uncovered, ...] = ()
    coverage: Coverage | None = None  # left out of what is delivered
    untried: tuple[Uncovered, ...] = ()  # operations that no scenario sends a request to
    max_page_size: int = 100
    version: int = 1

    def scenarios(self) -> tuple[Scenario, ...]:
        """Return every scenario, suite by suite."""
        return tuple(s for suite in self.suites for s in suite.scenarios)


# --- findings ---------------------------------------------------------------


class Finding(_Node, frozen=True):
    """One thing that is wrong: found by what, where in the app, which IR node, where in the spec."""

    source: str  # the gate or scenario
    code: str  # stable
    message: str
    path: str = ""
    line: int = 0
    node: str = ""
    span: Span | None = None
    evidence: str = ""
    severity: OneOf["error", "warning"] = "error"
    stage: str = ""  # that emitted `path`


# --- smoke ------------------------------------------------------------------


class SmokeRow(_Node, frozen=True):
    """One scenario's result; of several steps the first that failed, else the one that matters."""

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
    step: str = ""
    steps: int = 0
    problem: str = ""
    span: Span | None = None  # of `node`
    stage: str = ""  # at fault, if it failed


class SmokeResult(_Node, frozen=True):
    """Every row, sorted by scenario; `problem` says why a run as a whole failed."""

    app: str
    ir_digest: str
    rows: tuple[SmokeRow, ...]
    ms: float
    problem: str = ""
    findings: tuple[Finding, ...] = ()  # of the logs
    log_lines: int = 0  # that were looked at

    @property
    def failures(self) -> tuple[SmokeRow, ...]:
        """The rows that did not pass."""
        return tuple(row for row in self.rows if not row.ok)

    @property
    def ok(self) -> bool:
        """Whether something ran, all of it passed and the logs are clean."""
        return bool(self.rows) and not self.problem and not self.failures and not self.findings


# --- sanity -----------------------------------------------------------------


class GateResult(_Node, frozen=True):
    """One gate's findings; `skipped` says why it could not run, which is not a pass."""

    gate: str
    findings: tuple[Finding, ...] = ()
    ms: float = 0.0
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether the gate ran and found no error."""
        return not self.skipped and all(f.severity != "error" for f in self.findings)


class SanityReport(_Node, frozen=True):
    """What every gate found; `openapi` is the application's own description as text, if it gave one."""

    app: str
    gates: tuple[GateResult, ...]
    openapi: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, gate by gate."""
        return tuple(f for gate in self.gates for f in gate.findings)

    @property
    def ok(self) -> bool:
        """Whether at least one gate ran and all passed."""
        return bool(self.gates) and all(gate.ok for gate in self.gates)
