"""From findings to causes: generated line, IR node, and the smallest set of stages that can be at fault.

A cause has to be seen, not guessed: an override behind the line or in the
stage, an output that the stage does not make, another release of a package, a
machine that failed. What none of these explains is a mistake of the generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from generator.core.spans import Span
from generator.emit.overrides import Overrides
from generator.emit.tree import EmittedFile
from generator.overrides.views import stage_of_source
from generator.repair.chain import chain_of
from generator.repair.facts import Facts
from generator.repair.model import LIVE, Cause, Diagnosis, Evidence, StepFailure
from generator.repair.suspects import suspects
from generator.verify.model import Finding
from generator.verify.provenance import APP, locate

_FRONT = ("app_spec", "application_ir", "constraint_graph", "guard_ir")
_INSTALLING = "can't install"
_TARGET = Cause("target", "release", ("release",))
Remade = Callable[[str], str]  # stage -> data version of what it makes now; "" if it can't be made


class Case(msgspec.Struct, frozen=True):
    """All that a diagnosis looks at: the files that were tried, `kept`: stage -> data version."""

    evidence: Evidence
    facts: Facts
    files: Mapping[str, EmittedFile]
    kept: Mapping[str, str]
    remade: Remade
    places: Mapping[str, Span]

    @property
    def overrides(self) -> Overrides:
        """The overrides in force."""
        return self.facts.overrides


def diagnose(case: Case) -> tuple[Diagnosis, ...]:
    """Return one diagnosis for each cause, that of the earliest finding first."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Finding]] = {}
    causes: dict[tuple[str, str, tuple[str, ...]], Cause] = {}
    stale = _Stale(case)
    for finding in (*case.evidence.findings, *map(_as_finding, case.evidence.failures)):
        cause = _cause(case, finding, stale)
        key = (cause.kind, cause.what, cause.stages)
        causes.setdefault(key, cause)
        found.setdefault(key, []).append(_placed(case, finding, cause))
    return tuple(
        Diagnosis(
            case.evidence.app,
            case.evidence.run,
            cause,
            tuple(found[key]),
            chain_of(found[key][0], cause),
        )
        for key, cause in causes.items()
    )


class _Stale:
    """Whether what was kept of a stage is what it makes; each stage is made again once at most."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: dict[str, bool] = {}

    def __call__(self, stage: str) -> bool:
        if stage not in self._case.kept:
            return False
        if stage not in self._known:
            made = self._case.remade(stage)
            self._known[stage] = bool(made) and made != self._case.kept[stage]
        return self._known[stage]


def _cause(case: Case, finding: Finding, stale: _Stale) -> Cause:
    """Return the first explanation that something speaks for, the strongest evidence first."""
    explanations: Iterable[Callable[[], Cause | None]] = (
        lambda: _infrastructure(case, finding),
        lambda: _spoilt(_FRONT if finding.stage in _FRONT else (), stale),
        lambda: _front(case, finding),
        lambda: _edited(case, finding),
        lambda: _drifted(case, finding),
        lambda: _own_words(case, finding),
        lambda: _line(case, finding),
        lambda: _spoilt(_making(case, finding), stale),
        lambda: _stage(case, finding),
        lambda: _release(case, finding),
        lambda: _spec(case, finding),
    )
    found = next((cause for explain in explanations if (cause := explain()) is not None), None)
    return found or Cause("generator", finding.stage or "appgen", suspects(finding)[:1])


def _infrastructure(case: Case, finding: Finding) -> Cause | None:
    failed = {f.stage for f in case.evidence.failures if f.transient}
    if finding.source in failed and finding.code == _FAILED:
        return Cause("infrastructure", finding.source, (finding.source,))
    return None


def _front(case: Case, finding: Finding) -> Cause | None:
    """Blame the spec for what the front end refuses; an override that a message names is not meant."""
    if finding.stage in _FRONT and finding.path not in case.facts.written.sources:
        return Cause("spec", str(finding.span or finding.stage), ("app_spec",))
    return None


def _edited(case: Case, finding: Finding) -> Cause | None:
    edited = case.facts.edited
    if finding.stage != "release":
        return None
    return Cause("hand edit", ", ".join(edited), ("release",)) if edited else _TARGET


def _drifted(case: Case, finding: Finding) -> Cause | None:
    """Blame who changed it by hand; of one that waits for its upgrade, the spec that its rows contradict."""
    if finding.source != LIVE:
        return None
    if case.facts.drift:
        return Cause("database", "the live database", ("migrations",))
    return Cause("spec", str(locate(finding.node, dict(case.places)) or "the spec"), ("app_spec",))


def _own_words(case: Case, finding: Finding) -> Cause | None:
    """Find an override that a message names itself: it can't be read, rendered or installed."""
    named = [s for s in case.overrides.sources if s in finding.message or s == finding.path]
    if _INSTALLING in finding.message:
        named += [p.source for p in case.overrides.pins if p.package in finding.message]
    return _override(named) if named else None


def _line(case: Case, finding: Finding) -> Cause | None:
    """Find overrides behind the generated line, else behind lines of the same node, else in the file."""
    file = case.files.get(finding.path)
    if file is None or not file.origins:
        return None
    named = file.sources(finding.line) if finding.line else ()
    return _override(named or _sources_at(file, finding.node) or file.sources())


def _sources_at(file: EmittedFile, node: str) -> tuple[str, ...]:
    lines = {n for b in file.blocks if b.node == node for n in range(b.first, b.last + 1)}
    return tuple(o.source for o in file.origins if lines & set(range(o.first, o.last + 1)))


def _making(case: Case, finding: Finding) -> tuple[str, ...]:
    """Return the stages that have made what the finding is about, the likeliest first."""
    return tuple(dict.fromkeys([finding.stage, *suspects(finding), *case.kept]))


def _spoilt(stages: Iterable[str], stale: _Stale) -> Cause | None:
    found = next((stage for stage in stages if stale(stage)), None)
    return None if found is None else Cause("stale", found, (found,))


def _stage(case: Case, finding: Finding) -> Cause | None:
    """Find overrides of the stages that can be at fault, the likeliest stage first."""
    ordered = suspects(finding)
    sources = [s for stage in ordered for s in _sources_of(case, stage, finding)]
    return _override(dict.fromkeys(sources))


def _sources_of(case: Case, stage: str, finding: Finding) -> Iterator[str]:
    own = [s for s in case.overrides.sources if stage_of_source(s) == stage]
    touched = {s for f in case.files.values() for s in _sources_at(f, finding.node)}
    yield from sorted(own, key=lambda source: source not in touched)


def _override(sources: Iterable[str]) -> Cause | None:
    first, *others = [*dict.fromkeys(sources)] or [""]
    if not first:
        return None
    return Cause("override", first, (stage_of_source(first),), tuple(others))


def _release(case: Case, finding: Finding) -> Cause | None:
    """Find packages that are not what the application has last passed with, the one that is named first."""
    changed = case.facts.changed_releases
    if not changed:
        return None
    text = f"{finding.message} {finding.evidence}".replace("-", "_")
    named = sorted(changed, key=lambda name: (name.replace("-", "_") not in text, name))
    return Cause("dependency", named[0], ("project",), tuple(named[1:]))


def _spec(case: Case, finding: Finding) -> Cause | None:
    """Blame the spec where nothing else differs from a healthy build and its own limits are met."""
    from generator.repair.rules.spec_error import explains  # noqa: PLC0415 - the rule knows what it knows

    span = locate(finding.node, dict(case.places))
    if span is not None and explains(case.facts, finding, span):
        return Cause("spec", str(span), ("app_spec",))
    return None


_FAILED = "stage-failed"


def _as_finding(failure: StepFailure) -> Finding:
    return Finding(failure.stage, _FAILED, failure.message, node=APP, stage=failure.stage)


def _placed(case: Case, finding: Finding, cause: Cause) -> Finding:
    """Return a finding with its node and its place; without a node, that of the override's lines."""
    node = finding.node
    if node in {"", APP} and cause.kind == "override":
        touched = (n for f in case.files.values() for n in _nodes_of(f, cause.what))
        node = next(touched, node)
    known = dict(case.places)
    span = finding.span if node == finding.node and finding.span else locate(node, known) if node else None
    return msgspec.structs.replace(finding, node=node, span=span)


def _nodes_of(file: EmittedFile, source: str) -> Iterator[str]:
    """Yield the innermost nodes of the lines that an override has changed."""
    for origin in (o for o in file.origins if o.source == source):
        around = [b for b in file.blocks if b.first <= origin.last and origin.first <= b.last]
        yield from (b.node for b in sorted(around, key=lambda b: b.last - b.first))
