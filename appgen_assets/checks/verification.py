"""Checks of the whole: the bundle, the plan, the gates, the smoke, the delivery."""

from collections import Counter
from functools import partial

from appgen_assets.checks.model import Check, Made, Verdict, verdict, verdict_on
from appgen_assets.checks.sources import broken_names, modules
from generator.core.digest import digest
from generator.core.spans import Span
from generator.deliver.description import with_description
from generator.deliver.tree import DeliveryReport
from generator.emit.tree import EmittedFile
from generator.ir.model import ApplicationIR
from generator.pipeline import EMITTED
from generator.stages.steps.release import is_current
from generator.verify.gates import GATES
from generator.verify.model import SanityReport, SmokeResult, TestsModelIR


def _files(made: Made) -> tuple[EmittedFile, ...]:
    files: tuple[EmittedFile, ...] = made.value.files
    return files


def _complete(made: Made) -> Verdict:
    """Every emitted file is in the bundle, as it was emitted."""
    bundled = {file.path: file.text for file in _files(made)}
    emitted = [file for stage in EMITTED for file in made.of(stage).files]
    return verdict_on(
        emitted,
        lambda f: "" if bundled.get(f.path) == f.text else f"{f.path} is missing or was changed",
        "files",
    )


def _once(made: Made) -> Verdict:
    counted = Counter(file.path.casefold() for file in _files(made))
    twice = (f"{path} is written {times} times" for path, times in sorted(counted.items()) if times > 1)
    return verdict(twice, len(counted))


def _names_resolve(made: Made) -> Verdict:
    known = modules(_files(made))
    problems = (problem for module in known.values() for problem in broken_names(module, known))
    return verdict(problems, len(known))


# --- plan -------------------------------------------------------------------


def _every_endpoint(made: Made) -> Verdict:
    """Every endpoint is tried by at least one scenario, or the plan says why it is not."""
    plan: TestsModelIR = made.value
    ir: ApplicationIR = made.of("application_ir")
    tried = {step.operation for scenario in plan.scenarios() for step in scenario.steps}
    if not tried:
        return Verdict(("the plan has no scenario",), 0)
    known = tried | {untried.node for untried in plan.untried}
    return verdict_on(
        ir.api.operations, lambda o: "" if o.id in known else f"nothing tries {o.id}", "operations"
    )


def _coverage(made: Made) -> Verdict:
    """Whatever there is to try is tried, or proved to be impossible."""
    plan: TestsModelIR = made.value
    coverage = plan.coverage
    if coverage is None or not coverage.items:
        return Verdict(("nothing was measured",), 0)
    spans = made.inputs["application_ir"].sidecar or {}
    missing = [f"{i.what}: {i.reason} ({i.node}{_at(spans.get(i.node))})" for i in coverage.missing]
    return Verdict(tuple(missing), len(coverage.items))


def _measured(made: Made) -> Verdict:
    """What was measured is this plan, and the reference interpreter answers as it expects."""
    plan: TestsModelIR = made.value
    coverage = plan.coverage
    if coverage is None or not coverage.items:
        return Verdict(("nothing was measured",), 0)
    problems = [] if coverage.plan == digest(plan.suites) else ["another plan was measured"]
    problems += [f"{text}: the reference answers otherwise" for text in coverage.strange]
    return Verdict(tuple(problems), len(plan.suites))


def _at(span: Span | None) -> str:
    return "" if span is None else f", {span}"


def _effects_seen(made: Made) -> Verdict:
    """Scenarios of operations that change something look at what they changed."""
    plan: TestsModelIR = made.value
    ir: ApplicationIR = made.of("application_ir")
    flows = [o.id for o in ir.api.operations if o.flow]
    seen = {step.operation for s in plan.scenarios() if s.asserts_effects for step in s.steps}
    return verdict(
        (f"no scenario looks at what {flow} did" for flow in flows if flow not in seen), len(flows)
    )


# --- sandbox ----------------------------------------------------------------


def _all_gates_ran(made: Made) -> Verdict:
    """Every gate of the table was asked."""
    report: SanityReport = made.value
    asked = {gate.gate for gate in report.gates}
    return verdict_on(GATES, lambda g: "" if g.name in asked else f"{g.name} was not asked", "gates")


def _gate(name: str, made: Made) -> Verdict:
    report: SanityReport = made.value
    answers = [gate for gate in report.gates if gate.gate == name]
    skipped = (f"it could not be asked: {gate.skipped}" for gate in answers if gate.skipped)
    wrong = (f for gate in answers for f in gate.findings if f.severity == "error")
    problems = [*skipped, *(f"{f.message} ({f.path}:{f.line})" for f in wrong)]
    return verdict_on([*answers, *problems], lambda p: p if isinstance(p, str) else "", "answers")


def _something_ran(made: Made) -> Verdict:
    """All that was planned was executed."""
    result: SmokeResult = made.value
    plan: TestsModelIR = made.of("test_plan")
    ran = {row.scenario for row in result.rows}
    problems = [result.problem] if result.problem else []
    return verdict_on(
        [*problems, *(s.name for s in plan.scenarios())],
        lambda name: "" if name in ran else name if name in problems else f"{name} was not executed",
        "scenarios",
    )


def _all_passed(made: Made) -> Verdict:
    result: SmokeResult = made.value
    return verdict_on(
        result.rows, lambda r: "" if r.ok else f"{r.scenario}: expected {r.expected}, got {r.got}", "results"
    )


def _clean_logs(made: Made) -> Verdict:
    """Neither the application nor its database logged an error that is nobody's doing but its own."""
    result: SmokeResult = made.value
    if not result.log_lines:
        return Verdict(("nothing was logged: no log was seen",), 0)
    where = (
        f"{f.source}: {f.message}" + (f" ({f.path}:{f.line}, {f.node})" if f.path else "")
        for f in result.findings
    )
    return verdict(where, result.log_lines)


def _delivered(made: Made) -> Verdict:
    """The target holds exactly the bundle, and how the application describes itself."""
    report: DeliveryReport = made.value
    described: SanityReport = made.of("sanity_report")
    bundle = with_description(made.of("app_bundle"), described.openapi)
    wrong = [] if described.openapi else ["the gates have seen no OpenAPI document"]
    if not is_current(bundle, report.out):
        wrong.append(f"{report.out} differs from what was verified")
    return verdict(wrong, len(bundle.files))


CHECKS = (
    Check("app_bundle", "complete", "Every emitted file is in the bundle, unchanged.", _complete),
    Check("app_bundle", "once", "No path is written twice.", _once),
    Check("app_bundle", "names_resolve", "All that is imported or called exists.", _names_resolve),
    Check("test_plan", "every_endpoint", "Every endpoint is tried, or named as untried.", _every_endpoint),
    Check(
        "test_plan",
        "coverage",
        "All there is to try is tried, or proved impossible.",
        _coverage,
        blocking=False,
        warns=True,
    ),
    Check("test_plan", "measured", "The reference answers as planned.", _measured, blocking=False),
    Check("test_plan", "effects_seen", "What flows change is looked at.", _effects_seen, blocking=False),
    Check("sanity_report", "all_gates", "Every gate was asked.", _all_gates_ran),
    *(
        Check("sanity_report", g.name, f"{g.title[0].upper()}{g.title[1:]}.", partial(_gate, g.name))
        for g in GATES
    ),
    Check("smoke_result", "all_ran", "Every planned scenario was executed.", _something_ran),
    Check("smoke_result", "all_passed", "Every executed scenario passed.", _all_passed),
    Check("smoke_result", "clean_logs", "No error was logged.", _clean_logs),
    Check("release", "delivered", "The folder holds exactly what was verified.", _delivered),
)
