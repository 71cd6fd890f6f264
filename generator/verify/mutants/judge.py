"""Shows a mutant to the gates and the scenarios until one of them sees it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from generator.core.syntax_tree import parse
from generator.emit.bundle import Bundle
from generator.emit.tree import EmittedFile
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.verify.gates import GATES, run_gates
from generator.verify.gates.build import Build
from generator.verify.model import Finding, TestsModelIR
from generator.verify.mutants.bench import Bench
from generator.verify.mutants.live import Order, first_failure
from generator.verify.mutants.model import Mutant
from generator.verify.program.plan import Scenario, parse_plan
from generator.verify.sandbox import AppFailed, Files, Session

# A mutant has a manifest of its own, and its layout is not what it is about.
_NOT_ASKED = frozenset({"manifest", "lint"})
# Of those that only read the files, these take long or read files that mutants do not change.
_SLOW = frozenset({"leftovers", "dependencies", "image", "plan", "calls"})
_QUICK = tuple(g.name for g in GATES if not g.needs and g.name not in _NOT_ASKED | _SLOW)
_INSIDE = tuple(g.name for g in GATES if g.needs == ("probe",))
_REST = tuple(g.name for g in GATES if g.name not in _NOT_ASKED | {*_QUICK, *_INSIDE})
_DATABASE = ("/models.py", "migrations/")
_TRIES = ("timed out", "connection refused", "the connection broke")


class Subject:
    """The healthy application: what its mutants are held against."""

    def __init__(self, bundle: Bundle, ir: ApplicationIR, guards: GuardIR, plan: TestsModelIR) -> None:
        self.bundle, self.ir, self.guards, self.plan = bundle, ir, guards, plan
        self.scenarios: tuple[Scenario, ...] = parse_plan(msgspec.to_builtins(plan)).scenarios
        self.order = Order(plan, self.scenarios)
        self._healthy = Build(bundle, ir, guards)

    def variant(self, changed: Mapping[str, str]) -> Bundle:
        """Return the bundle with some files changed, with the manifest that belongs to it."""
        known = {f.path: f for f in self.bundle.files}
        files = known | {
            p: EmittedFile(p, text, known[p].blocks if p in known else ()) for p, text in changed.items()
        }
        hashes = {p: hashlib.sha256(text.encode()).hexdigest() for p, text in changed.items()}
        return Bundle(tuple(files[p] for p in sorted(files)), {**self.bundle.manifest, **hashes})

    def build(self, changed: Mapping[str, str]) -> Build:
        """Return the build as gates see it; trees of unchanged files are shared."""
        build = Build(self.variant(changed), self.ir, self.guards)
        parsed = {p: parse(text) for p, text in changed.items() if p.endswith(".py")}
        build.__dict__["modules"] = {**self._healthy.modules, **parsed}
        return build


def kill(subject: Subject, mutant: Mutant, bench: Bench) -> str:
    """Return the gate or scenario that sees the mutant; "" if none does. What costs least is asked first."""
    changed = mutant.changed
    tables = any(mark in path for path in changed for mark in _DATABASE)

    def inside() -> str:
        return _gates(subject, changed, bench, _INSIDE)

    def near() -> str:
        scenarios = subject.order.first(mutant.node)
        return _run(subject, scenarios, changed, bench, migrated=not tables) if scenarios else ""

    described = mutant.level == "code" and (tables or _only_described(mutant))
    asked: list[Callable[[], str]] = [
        lambda: _quick(subject, changed),
        *((inside, near) if described else (near, inside)),
        lambda: _run(subject, subject.scenarios, changed, bench, migrated=not tables),
        lambda: _gates(subject, changed, bench, _REST),
    ]
    return next((seen for ask in asked if (seen := ask())), "")


def _quick(subject: Subject, changed: Mapping[str, str]) -> str:
    build = subject.build(changed)
    for gate in GATES:
        if gate.name in _QUICK:
            found = gate.check(build)
            if found:
                return _told(gate.name, found)
    return ""


def _only_described(mutant: Mutant) -> bool:
    """Whether only the description of the application is another."""
    if mutant.path.endswith("/router.py"):
        return mutant.kind == "status_changed"
    tree = parse(mutant.changed[mutant.path]) if mutant.path.endswith("/schemas.py") else ast.Module([], [])
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    return any(
        c.lineno <= mutant.line <= (c.end_lineno or 0) and c.name.endswith(("Read", "Page")) for c in classes
    )


def _gates(subject: Subject, changed: Mapping[str, str], bench: Bench, names: Sequence[str]) -> str:
    gates = [gate for gate in GATES if gate.name in names]
    report = run_gates(subject.variant(changed), subject.ir, _Once(bench, changed), subject.guards, gates)
    for result in report.gates:
        if not result.ok:
            return _told(result.gate, result.findings) if result.findings else f"gate {result.gate}"
    return ""


def _told(gate: str, findings: Sequence[Finding]) -> str:
    return f"gate {gate} ({findings[0].code})"


class _Once:
    """A sandbox whose sessions are those of a bench."""

    name = "process"

    def __init__(self, bench: Bench, changed: Mapping[str, str]) -> None:
        self._bench, self._changed = bench, changed

    @contextmanager
    def open(self, bundle: Files) -> Iterator[Session]:  # noqa: ARG002 - it is the bench's, but for `changed`
        """Open the variant beside an empty database."""
        with self._bench.open(self._changed, migrated=False) as session:
            yield session


def _run(
    subject: Subject,
    scenarios: Sequence[Scenario],
    changed: Mapping[str, str],
    bench: Bench,
    *,
    migrated: bool,
    again: bool = True,
) -> str:
    with bench.open(changed, migrated=migrated) as session:
        try:
            if not migrated:
                session.migrate()
            session.start()
        except AppFailed as failure:
            return f"start ({str(failure).splitlines()[0]})"
        page = subject.plan.max_page_size
        row = first_failure(scenarios, session.base_url, session.database_url, page)
    if row is None:
        return ""
    if again and row.problem.startswith(_TRIES):  # a busy machine answers late too
        late = [s for s in scenarios if s.name == row.scenario]
        others = [s for s in scenarios if s.name != row.scenario]
        seen = _run(subject, late, changed, bench, migrated=migrated, again=False)
        return seen or _run(subject, others, changed, bench, migrated=migrated)
    return f"scenario {row.scenario}"


def healthy(subject: Subject, bench: Bench) -> str:
    """Return what a gate or scenario has against the application itself; "" if nothing."""
    quick = _quick(subject, {})
    return (
        quick
        or _gates(subject, {}, bench, (*_INSIDE, *_REST))
        or _run(subject, subject.scenarios, {}, bench, migrated=True)
    )
