"""What a repair needs of the machine: facts about an application, the journal, proposals as files."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from appgen_resources.live import corrections_of
from appgen_resources.operations.read import load_operations
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.emit.overrides import Overrides
from generator.emit.tree import EmittedFile
from generator.host.home import make_folder
from generator.host.overrides import overrides_of
from generator.host.state import AppEntry, State
from generator.host.workshop import read_source
from generator.pipeline import BY_NAME, EMITTED, RUNS_ON, STAGES
from generator.repair.apply import effective
from generator.repair.diagnose import Case
from generator.repair.facts import Difference, Facts
from generator.repair.journal import Journal, change, journal, write
from generator.repair.loop import Apply, Budget, Propose
from generator.repair.model import LIVE, CorrectDatabase, Evidence, PatchSpec, Remake
from generator.repair.passed import passed
from generator.repair.revision import newest_revision
from generator.repair.session import Considered, consider, settle, undecided
from generator.stages.code import installed
from generator.stages.model import Artefact
from generator.stages.releases import bundle_of, releases
from generator.stages.steps import release
from generator.stages.workshop import Done, Workshop


def repair_step(
    entry: AppEntry, evidence: Evidence, done: Done, workshop: Workshop, budget: Budget | None = None
) -> Considered:
    """Decide what comes next for an application, enter it into its journal, carry out what is done once."""
    state = State()
    kept = journal(workshop.store, entry.app)
    case = _case(entry, evidence, done, workshop, kept)
    considered = consider(case, kept, datetime.now(UTC).isoformat(timespec="seconds"), budget)
    write(workshop.store, considered.journal)
    match considered.step:
        case Apply(directive=Remake(stage=stage)):
            workshop.make_anew(BY_NAME[stage], done)
        case Propose(directive=directive):
            _write_proposal(state, considered.journal, directive)
        case _:
            pass
    return considered


def forget_decision(workshop: Workshop, app: str, run: str) -> None:
    """Take back what was decided about a run, so that deciding once more gives the same."""
    kept = journal(workshop.store, app)
    if (before := undecided(kept, run)) != kept:
        write(workshop.store, before)


def is_open(workshop: Workshop, app: str) -> bool:
    """Whether a repair of an application is going on, or has stopped."""
    kept = journal(workshop.store, app)
    return bool(kept.attempts or kept.stopped)


def well_again(workshop: Workshop, app: str) -> None:
    """Close the repair of an application that is whole."""
    if is_open(workshop, app):
        write(workshop.store, settle(journal(workshop.store, app)))


def withdraw(workshop: Workshop, app: str, number: int, why: str) -> Journal:
    """Take a directive out of force; the next build shows what that changes."""
    return write(workshop.store, change(journal(workshop.store, app), number, "withdrawn", why))


def _case(entry: AppEntry, evidence: Evidence, done: Done, workshop: Workshop, kept: Journal) -> Case:
    asked = any(f.source == LIVE for f in evidence.findings)
    drift = _drift(entry.app, workshop) if asked else ()
    facts = facts_of(entry, done, workshop, kept, drift)
    ir = done.get("application_ir")

    def remade(stage: str) -> str:
        with suppress(SpecError, ValueError, ToldError, KeyError):
            return workshop.made_now(BY_NAME[stage], done)
        return ""

    return Case(evidence, facts, _files(done), facts.kept, remade, (ir.sidecar or {}) if ir else {})


def facts_of(
    entry: AppEntry, done: Done, workshop: Workshop, kept: Journal, drift: tuple[Difference, ...] = ()
) -> Facts:
    """Gather what is known of an application besides the findings."""
    written = _written(Path(entry.spec))
    files = _files(done)
    corrections = [e.directive for e in kept.in_force if isinstance(e.directive, CorrectDatabase)]
    return Facts(
        written=written,
        overrides=effective(written, kept),
        passed=passed(workshop.store, entry.app),
        installed={name: installed(name) for name in RUNS_ON},
        edited=_edited(entry.out),
        drift=drift,
        corrected=tuple(step.about for c in corrections for step in c.steps),
        revision=newest_revision({path: file.text for path, file in files.items()}),
        spec=read_source(Path(entry.spec), workshop).files,
        kept={s.name: done[s.name].ref.digest for s in STAGES if s.pure and s.name in done},
    )


def _drift(app: str, workshop: Workshop) -> tuple[Difference, ...]:
    """Return what differs in the live database from the application that was delivered."""
    url = load_operations(State()).databases.get(app)
    released = releases(workshop.store, app).current
    if url is None or released is None:
        return ()
    return corrections_of(workshop.store, bundle_of(workshop.store, released), url)


def _written(spec: Path) -> Overrides:
    try:
        return overrides_of(spec)
    except SpecError:
        return Overrides()  # what can't be read is no override; the build says so


def _edited(out: str) -> tuple[str, ...]:
    try:
        return release.edited(out)
    except (ToldError, OSError):
        return ()


def _files(done: Done) -> dict[str, EmittedFile]:
    trees: list[Artefact] = [done[name] for name in (*EMITTED, "app_bundle") if name in done]
    return {file.path: file for tree in trees for file in tree.value.files}


def _write_proposal(state: State, kept: Journal, directive: PatchSpec) -> None:
    number = next(e.number for e in kept.entries if e.directive == directive)
    proposal_path(state, kept.app, number).write_text(patch_text(directive), encoding="utf-8")


def proposal_path(state: State, app: str, number: int) -> Path:
    """Return where a proposed change of the spec lies as a patch."""
    return make_folder(state.root / "repairs") / f"{app}-{number}.patch"


def patch_text(directive: PatchSpec) -> str:
    """Return a proposal as a patch of one line."""
    return (
        f"--- a/{directive.file}\n+++ b/{directive.file}\n"
        f"@@ -{directive.line} +{directive.line} @@\n-{directive.before}\n+{directive.after}\n"
    )
