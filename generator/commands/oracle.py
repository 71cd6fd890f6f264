"""`appgen oracle`: random requests to an application and to the reference interpreter, which must agree."""

from __future__ import annotations

from pathlib import Path

from generator.commands.diagnostics import display, print_diagnostics
from generator.commands.paths import find_specs
from generator.core.diagnostics import SpecError
from generator.core.errors import EXIT_FINDINGS
from generator.core.spans import Span
from generator.host.sandbox import ProcessSandbox, ProcessSession
from generator.host.sql import connected
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop, regressions_folder
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, SourceMap
from generator.stages.model import Artefact
from generator.verify.oracle.drive import run_oracle
from generator.verify.oracle.keep import file_name, regression, to_text
from generator.verify.oracle.live import Live
from generator.verify.oracle.model import Difference, OracleResult
from generator.verify.oracle.record import curl_lines


def run(specs: list[Path], steps: int, seed: int) -> int:
    """Try each spec; the exit code is that of the worst."""
    return max(_try(path, steps, seed) for path in find_specs(specs))


def _try(path: Path, steps: int, seed: int) -> int:
    state = State()
    workshop = open_workshop(state)
    try:
        done = compile_spec(path.absolute(), workshop)
    except SpecError as error:
        print_diagnostics(error.diagnostics, path.absolute().parent)
        return EXIT_FINDINGS
    finally:
        state.save(workshop.code)
    with ProcessSandbox().open(done["app_bundle"].value) as session:
        session.migrate()
        session.start()
        return compare(path, done, session, steps, seed)


def compare(path: Path, done: dict[str, Artefact], session: ProcessSession, steps: int, seed: int) -> int:
    """Run the oracle on a started application, say what came of it, and keep a difference."""
    ir: ApplicationIR = done["application_ir"].value
    scenarios = done["test_plan"].value.scenarios()
    with connected(session.database_url) as database:
        live = Live(session.base_url, database, Index(ir))
        try:
            result = run_oracle(ir, live, steps, seed, scenarios)
            session.check_alive()
            _say(result)
            if result.difference is not None:
                _keep(path, ir, result.difference, live)
                _tell(result.difference, done["application_ir"].sidecar, path)
        finally:
            live.close()
    return 0 if result.ok else EXIT_FINDINGS


def _say(result: OracleResult) -> None:
    reached = len(result.answered) - len(result.unreached)
    print(
        f"{result.app}: {result.steps} requests in {result.seconds:.1f} s (seed {result.seed}), "
        f"{reached} of {len(result.answered)} operations were carried out, "
        + ("no difference" if result.ok else "a difference")
    )
    if result.unreached:
        print(f"  never carried out: {', '.join(result.unreached)}")


def _tell(difference: Difference, places: SourceMap, path: Path) -> None:
    print(f"  {difference.kind}: {difference.text}")
    print(f"  {difference.node}{_place(places.get(difference.node), path)}")
    for line in curl_lines(difference):
        print(f"    {line}")


def _place(span: Span | None, path: Path) -> str:
    return "" if span is None else f" ({display(path.parent / span.file)}:{span.line})"


def _keep(path: Path, ir: ApplicationIR, difference: Difference, live: Live) -> None:
    form, shows = regression(ir, difference, live.base_url, live.clear)
    file = regressions_folder(path.absolute()) / file_name(form)
    file.parent.mkdir(exist_ok=True)
    file.write_text(to_text(form), encoding="utf-8")
    print(f"  stored as {display(file)}: from now on, builds of this spec run it")
    if not shows:
        print("  (a scenario shows only what requests show: this one passes on the application as it is)")
