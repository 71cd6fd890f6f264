"""Every check passes on a sound build and fails on one that breaks what it asks for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from appgen_assets.checks import CHECKS
from appgen_assets.checks.model import Check, Made
from generator.core.diagnostics import Diagnostic, Severity
from generator.core.spans import Span
from generator.deliver.description import with_description
from generator.deliver.tree import deliver
from generator.emit.overrides import Overrides, Withheld
from generator.emit.tree import Block, EmittedFile, Tree
from generator.expr.model import NotExpr
from generator.pipeline import BY_NAME, DIRECTIVES, EMITTED, compile_app
from generator.stages.model import Artefact
from generator.stages.workshop import external
from generator.verify.coverage.model import Coverage
from generator.verify.gates import GATES
from generator.verify.model import (
    Finding,
    GateResult,
    SanityReport,
    SmokeResult,
    SmokeRow,
)
from tests.assets.conftest import source, workshop

Values = dict[str, Any]
Break = Callable[[Values], None]
WITHHELD = Overrides(withheld=(Withheld("library.overrides/files/README.md", 1, "it broke the build"),))
SPAN = Span("library.yaml", 1, 1, 1, 2)
DESCRIPTION = '{"openapi": "3.1.0"}\n'


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Values:
    """The values of a whole sound build."""
    done = compile_app(source(), workshop())
    values = {name: artefact.value for name, artefact in done.items() if name in BY_NAME}
    plan = values["test_plan"]
    rows = tuple(
        SmokeRow(s.name, s.suite, s.kind, s.node, True, "GET /", "200", "200", 1.0, "curl")
        for s in plan.scenarios()
    )
    out = tmp_path_factory.mktemp("out") / "library"
    return {
        **values,
        "sanity_report": SanityReport("library", tuple(GateResult(g.name) for g in GATES), DESCRIPTION),
        "smoke_result": SmokeResult("library", plan.ir_digest, rows, 1.0, log_lines=9),
        "release": deliver(with_description(values["app_bundle"], DESCRIPTION), out),
    }


def made(stage: str, values: Values) -> Made:
    artefacts: dict[str, Artefact] = {name: external(name, value) for name, value in values.items()}
    return Made(artefacts[stage], artefacts, {})


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: f"{c.stage}.{c.name}")
def test_passes_on_a_sound_build(check: Check, sound: Values) -> None:
    answer = check.ask(made(check.stage, sound))
    assert answer.ok, answer.problems
    assert (
        answer.looked_at or check.name == "as_written" or (check.stage, check.name) == ("project", "traced")
    )


def without_one(coverage: Coverage) -> Coverage:
    first, *others = coverage.items
    return replace(coverage, items=(replace(first, state="missing", by=""), *others))


# --- one way to break each --------------------------------------------------


def diagnose(severity: Severity, *, spec: bool) -> Break:
    def apply(values: Values) -> None:
        document = values["app_spec"]
        found = (Diagnostic("E000", "it is wrong", SPAN, severity=severity),)
        values["app_spec"] = replace(document, spec=document.spec if spec else None, diagnostics=found)

    return apply


def ir(**parts: Callable[[Any], Any]) -> Break:
    def apply(values: Values) -> None:
        old = values["application_ir"]
        values["application_ir"] = replace(old, **{k: f(getattr(old, k)) for k, f in parts.items()})

    return apply


def without_last_entity(domain: Any) -> Any:
    return replace(domain, entities=domain.entities[:-1])


def without_rules(domain: Any) -> Any:
    return replace(domain, entities=tuple(replace(e, rules=()) for e in domain.entities))


def lonely_state(domain: Any) -> Any:
    def isolate(entity: Any) -> Any:
        machines = tuple(replace(m, transitions=()) for m in entity.machines)
        return replace(entity, machines=machines)

    return replace(domain, entities=tuple(map(isolate, domain.entities)))


def negated(condition: Any) -> Any:
    return replace(condition, id=f"{condition.id}x", expr=NotExpr(condition.expr))


def contradictory(domain: Any) -> Any:
    """Add the negation of a rule to it."""

    def add(entity: Any) -> Any:
        more = tuple(replace(r, id=f"{r.id}x", condition=negated(r.condition)) for r in entity.rules)
        return replace(entity, rules=(*entity.rules, *more))

    return replace(domain, entities=tuple(map(add, domain.entities)))


def without_edges(values: Values) -> None:
    values["constraint_graph"] = replace(values["constraint_graph"], edges=())


def no_guards(values: Values) -> None:
    values["guard_ir"] = replace(values["guard_ir"], entries=())


def stray_guard(values: Values) -> None:
    first, *rest = values["guard_ir"].entries
    guard = replace(next(iter(first.guards)), source_constraint_id="rule:Nowhere:0")
    entry = replace(first, guards=replace(first.guards, pre=(guard,)))
    values["guard_ir"] = replace(values["guard_ir"], entries=(entry, *rest))


def guards_twice(values: Values) -> None:
    entries = values["guard_ir"].entries
    values["guard_ir"] = replace(values["guard_ir"], entries=(*entries, entries[0]))


def edit(stage: str, change: Callable[[EmittedFile], EmittedFile | None]) -> Break:
    def apply(values: Values) -> None:
        files = tuple(new for f in values[stage].files if (new := change(f)) is not None)
        values[stage] = replace(values[stage], files=files)

    return apply


def append(text: str, suffix: str = ".py") -> Callable[[EmittedFile], EmittedFile]:
    return lambda f: replace(f, text=f.text + text) if f.path.endswith(suffix) else f


def swap(old: str, new: str) -> Callable[[EmittedFile], EmittedFile]:
    return lambda f: replace(f, text=f.text.replace(old, new))


def more(stage: str, *files: EmittedFile) -> Break:
    def apply(values: Values) -> None:
        values[stage] = replace(values[stage], files=(*values[stage].files, *files))

    return apply


def drop(part: str) -> Callable[[EmittedFile], EmittedFile | None]:
    return lambda f: None if part in f.path else f


def stray_block(values: Values, stage: str) -> None:
    block = Block(1, 1, "entity:Nowhere")
    values[stage] = Tree((EmittedFile("app/x.py", "x = 1\n", (block,)),))


def plan(change: Callable[[Any], Any]) -> Break:
    def apply(values: Values) -> None:
        values["test_plan"] = change(values["test_plan"])

    return apply


def report(gate: str, **changes: Any) -> Break:
    def apply(values: Values) -> None:
        gates = values["sanity_report"].gates
        broken = tuple(replace(g, **changes) if g.gate == gate else g for g in gates)
        values["sanity_report"] = replace(values["sanity_report"], gates=broken)

    return apply


def smoke(change: Callable[[Any], Any]) -> Break:
    def apply(values: Values) -> None:
        values["smoke_result"] = change(values["smoke_result"])

    return apply


def spoil_delivery(values: Values) -> None:
    path = Path(values["release"].out) / "app" / "main.py"
    path.write_text(path.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")


BREAKS: dict[tuple[str, str], Break] = {
    ("app_spec", "readable"): diagnose(Severity.ERROR, spec=False),
    ("app_spec", "accepted"): diagnose(Severity.ERROR, spec=True),
    ("app_spec", "no_warnings"): diagnose(Severity.WARNING, spec=True),
    ("application_ir", "references_resolve"): ir(domain=without_last_entity),
    ("application_ir", "nothing_dropped"): ir(domain=without_rules),
    ("constraint_graph", "no_orphans"): without_edges,
    ("constraint_graph", "states_reachable"): ir(domain=lonely_state),
    ("constraint_graph", "satisfiable"): ir(domain=contradictory),
    ("guard_ir", "all_guarded"): no_guards,
    ("guard_ir", "all_founded"): stray_guard,
    ("guard_ir", "operations_exist"): guards_twice,
    **{(s, "readable"): more(s, EmittedFile("app/x.py", "def f(:\n")) for s in EMITTED},
    **{(s, "finished"): more(s, EmittedFile("x.toml", "a = '{{ b }}'\n")) for s in EMITTED},
    **{(s, "traced"): (lambda v, s=s: stray_block(v, s)) for s in EMITTED},
    ("schemas", "clients_only"): edit(
        "schemas", swap("class BookCreate(Schema):", "class BookCreate(Schema):\n    id: str\n")
    ),
    ("models", "columns"): edit("models", swap("copies:", "copied:")),
    ("migrations", "tables"): edit("migrations", swap("def downgrade", "def undo")),
    ("services", "operations"): edit("services", swap("def borrow", "def lend")),
    ("routes", "operations"): edit("routes", swap("def borrow", "def lend")),
    ("routes", "methods"): edit("routes", swap("@router.post(", "@router.put(")),
    ("project", "whole"): edit("project", drop("Dockerfile")),
    ("app_bundle", "complete"): edit("app_bundle", append("# more\n")),
    ("app_bundle", "once"): more("app_bundle", EmittedFile("APP/main.py", "")),
    ("app_bundle", "names_resolve"): edit("app_bundle", swap("def borrow", "def lend")),
    ("test_plan", "every_endpoint"): plan(lambda p: replace(p, suites=p.suites[:1])),
    ("test_plan", "coverage"): plan(lambda p: replace(p, coverage=without_one(p.coverage))),
    ("test_plan", "measured"): plan(lambda p: replace(p, coverage=replace(p.coverage, strange=("x",)))),
    ("test_plan", "effects_seen"): plan(
        lambda p: replace(
            p,
            suites=tuple(
                replace(s, scenarios=tuple(replace(c, asserts_effects=False) for c in s.scenarios))
                for s in p.suites
            ),
        )
    ),
    ("sanity_report", "all_gates"): lambda v: v.update(sanity_report=SanityReport("library", ())),
    **{
        ("sanity_report", g.name): report(g.name, findings=(Finding(g.name, "x", "it is wrong"),))
        for g in GATES
    },
    ("smoke_result", "all_ran"): smoke(lambda r: replace(r, rows=r.rows[1:])),
    ("smoke_result", "all_passed"): smoke(
        lambda r: replace(r, rows=(replace(r.rows[0], ok=False), *r.rows[1:]))
    ),
    ("smoke_result", "clean_logs"): smoke(
        lambda r: replace(r, findings=(Finding("the application's log", "logged_error", "KeyError: 1"),))
    ),
    ("release", "delivered"): spoil_delivery,
    **{(s, "as_written"): (lambda v, s=s: v.update({s: WITHHELD})) for s in DIRECTIVES},
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: f"{c.stage}.{c.name}")
def test_fails_when_it_should(check: Check, sound: Values) -> None:
    values = dict(sound)
    BREAKS[check.stage, check.name](values)
    answer = check.ask(made(check.stage, values))
    assert not answer.ok
    assert all(answer.problems)


@pytest.mark.parametrize("gate", GATES, ids=lambda g: g.name)
def test_a_skipped_gate_is_not_a_pass(gate: Any, sound: Values) -> None:
    values = dict(sound)
    report(gate.name, skipped="no database")(values)
    check = next(c for c in CHECKS if (c.stage, c.name) == ("sanity_report", gate.name))
    assert not check.ask(made("sanity_report", values)).ok


def test_nothing_executed_is_a_failure(sound: Values) -> None:
    values = {**sound, "smoke_result": replace(sound["smoke_result"], rows=(), problem="nothing ran")}
    for check in CHECKS:
        if check.stage == "smoke_result" and check.name != "clean_logs":
            assert not check.ask(made("smoke_result", values)).ok


def test_logs_that_were_not_seen_are_no_clean_logs(sound: Values) -> None:
    values = {**sound, "smoke_result": replace(sound["smoke_result"], log_lines=0)}
    check = next(c for c in CHECKS if c.name == "clean_logs")
    assert not check.ask(made("smoke_result", values)).ok


@pytest.mark.parametrize("description", ["", '{"openapi": "3.0.0"}\n'])
def test_a_description_that_was_not_seen_or_is_another_is_no_delivery(
    description: str, sound: Values
) -> None:
    values = {**sound, "sanity_report": replace(sound["sanity_report"], openapi=description)}
    check = next(c for c in CHECKS if c.name == "delivered")
    assert not check.ask(made("release", values)).ok


def test_every_stage_has_checks_with_names_of_their_own() -> None:
    assert {check.stage for check in CHECKS} == set(BY_NAME)
    assert len({(check.stage, check.name) for check in CHECKS}) == len(CHECKS)
