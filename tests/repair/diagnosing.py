"""What repair makes of a fault that stands in overrides: without a build, from the findings alone."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from generator.emit.moved import compared, origins
from generator.emit.overrides import FileOverride, Overrides
from generator.overrides.views import stage_of_source
from generator.repair.diagnose import Case, diagnose
from generator.repair.facts import Facts
from generator.repair.loop import Apply, Budget, next_step
from generator.repair.model import Diagnosis, DropMembers, Evidence, Quarantine
from generator.repair.rules import propose
from generator.repair.session import state_of
from generator.verify.model import Finding
from tests.faults.app import App

FOLDER = "yard.overrides/files"


def overriding(healthy: App, broken: App) -> Overrides:
    """Return the overrides that would make the broken application of the healthy one."""
    texts = {f.path: f.text for f in healthy.bundle.files}
    changed = [f for f in broken.bundle.files if texts.get(f.path) != f.text]
    return Overrides(files=tuple(FileOverride(f.path, f.text, f"{FOLDER}/{f.path}") for f in changed))


def diagnosed(healthy: App, broken: App, findings: Iterable[Finding]) -> tuple[Diagnosis, ...]:
    """Return the causes of what was found."""
    own = overriding(healthy, broken)
    texts = {f.path: f.text for f in healthy.bundle.files}
    files = {f.path: f for f in broken.bundle.files}
    for override in own.files:
        lines = compared(texts.get(override.path, ""), override.text)
        files[override.path] = replace(files[override.path], origins=origins(lines, [override.source]))
    evidence = Evidence("yard", "run", tuple(findings))
    facts = Facts(written=own, overrides=own)
    return diagnose(Case(evidence, facts, files, {}, lambda _: "", broken.source_map))


def check_repair(healthy: App, broken: App, findings: Iterable[Finding]) -> None:
    """The first step blames an override that really is there, in its own stage, and takes it away."""
    own = overriding(healthy, broken)
    if not own.any:
        return  # a file that is gone is no override: tests/faults says who sees it
    found = diagnosed(healthy, broken, findings)
    sources = set(own.sources)
    for diagnosis in found:
        assert diagnosis.cause.kind == "override"
        assert diagnosis.cause.what in sources
        assert diagnosis.cause.stages == (stage_of_source(diagnosis.cause.what),)
        assert diagnosis.cause.what in diagnosis.chain
        assert diagnosis.span is not None
    facts = Facts(written=own, overrides=own)
    proposals = [(d, propose(d, facts, frozenset())) for d in found]
    step = next_step((), frozenset(), state_of(Evidence("yard", "run"), found), proposals, Budget())
    assert isinstance(step, Apply)
    assert isinstance(step.directive, Quarantine | DropMembers)
    assert step.directive.source in sources
