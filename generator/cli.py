"""`appgen`: the command line. Each command is loaded when it is called, so that `check` starts at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from generator.host.interrupts import terminable

_EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="appgen",
    help="Compile a declarative application spec into a verified FastAPI backend.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 fine, 1 mistakes in a spec or failed checks, 2 wrong usage, 3 the environment.",
)

Specs = Annotated[list[Path], typer.Argument(metavar="SPEC...", help="Spec files, or folders of specs.")]


def _examples(*lines: str) -> str:
    return "Examples:\n\n" + "\n\n".join(f"  appgen {line}" for line in lines)


@app.command(epilog=_examples("check specs/library.yaml", "check specs"))
def check(
    # Texts, not paths: for those typer loads pydantic, which takes longer than the check itself.
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Spec files, or folders of specs.")],
) -> None:
    """Say what is wrong with a spec, each mistake with its line; build nothing."""
    _run("check", lambda command: command.run([Path(spec) for spec in specs]))


@app.command(
    epilog=_examples(
        "build specs/library.yaml", "build specs --out /srv/apps", "build specs/library.yaml --sandbox docker"
    )
)
def build(
    specs: Specs,
    out: Annotated[
        str | None,
        typer.Option(
            help="Where to deliver: a folder, or git:repository[//folder]#branch; "
            "default build/<app>, of several specs OUT/<app>."
        ),
    ] = None,
    force: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option(
            "--force",
            help="Make every stage anew; keep hand-edited generated files as *.orig.",
        ),
    ] = False,
    sandbox: Annotated[
        Literal["process", "docker"],
        typer.Option(envvar="APPGEN_SANDBOX", help="Where it is tried out: child processes, or containers."),
    ] = "process",
    repair: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option("--repair", help="Repair what fails, as far as it is safe: see `appgen repairs`."),
    ] = False,
    reports: Annotated[
        Path | None, typer.Option(help="A folder for <app>.html and <app>.xml (JUnit), for CI systems.")
    ] = None,
) -> None:
    """Compile, migrate, start, exercise and deliver; only what is stale is made again."""

    def build_all(command: Any) -> int:
        options = command.Options(
            everything=force, force=force, sandbox=sandbox, repair=repair, reports=reports
        )
        return int(command.run(specs, out, options))

    _run("build", build_all)


@app.command(
    epilog=_examples(
        "show guards specs/library.yaml",
        "show ir specs/library.yaml --format json",
        "show app/main.py specs/library.yaml",
    )
)
def show(
    what: Annotated[
        str,
        typer.Argument(metavar="STAGE", help="spec, ir, graph, guards, plan, … or a file's path."),
    ],
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A spec file.")],
    form: Annotated[
        Literal["text", "json", "yaml"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Print what a stage makes of a spec, or a file of the application."""
    _run("show", lambda command: command.run(what, spec, form))


@app.command(epilog=_examples("run build/library", "run library --port 8080"))
def run(
    built: Annotated[str, typer.Argument(metavar="APP", help="An application: its name or its folder.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 8000,
) -> None:
    """Start a built application with an embedded database that keeps its data."""
    _run("run_app", lambda command: command.run(built, port))


@app.command(epilog=_examples("oracle specs/library.yaml", "oracle specs --steps 10000 --seed 7"))
def oracle(
    specs: Specs,
    steps: Annotated[int, typer.Option(min=1, help="How many requests at least.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other requests.")] = 0,
) -> None:
    """Send random requests to the application and to the reference interpreter: they must agree."""
    _run("oracle", lambda command: command.run(specs, steps, seed))


@app.command(
    epilog=_examples(
        "mutants specs/library.yaml",
        "mutants specs/library.yaml --only guard_dropped --only lock_dropped",
        "mutants specs --sample 100 --seed 7",
    )
)
def mutants(
    specs: Specs,
    only: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only mutants of this kind; may be repeated.")
    ] = None,
    sample: Annotated[int, typer.Option(min=0, help="At most so many, drawn by the seed; 0: all.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other mutants.")] = 0,
    at_least: Annotated[
        float, typer.Option(min=0, max=100, help="The score in percent below which it fails.")
    ] = 95,
) -> None:
    """Make small mistakes in the application and its IR: gates and scenarios must see them."""
    _run("mutants", lambda command: command.run(specs, only or [], sample, seed, at_least))


@app.command(epilog=_examples("ui", "ui --port 3001"))
def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 3000,
    specs: Annotated[Path, typer.Option(help="The folder of specs that is watched.")] = Path("specs"),
) -> None:
    """Open the lineage, the checks and the history in the Dagster UI."""
    _run("ui", lambda command: command.run(port, specs))


@app.command(epilog=_examples("alerts", "alerts --test"))
def alerts(
    test: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--test", help="Send a message to each URL.")
    ] = False,
) -> None:
    """List where alerts go (operations.yaml), without the secrets of the URLs."""
    _run("alerts", lambda command: command.run(test=test))


@app.command("releases", epilog=_examples("releases library"))
def releases_(app_name: Annotated[str, typer.Argument(metavar="APP", help="An application.")]) -> None:
    """List the kept releases of an application."""
    _run("releases", lambda command: command.show(app_name))


@app.command(epilog=_examples("rollback library", "rollback library --to 3"))
def rollback(
    app_name: Annotated[str, typer.Argument(metavar="APP", help="An application.")],
    to: Annotated[
        int | None, typer.Option(min=1, help="A release's number; default: the one before.")
    ] = None,
    force: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--force", help="Keep hand-edited generated files as *.orig.")
    ] = False,
) -> None:
    """Deliver an earlier release again; what it replaces is not delivered again until it changes."""
    _run("releases", lambda command: command.rollback(app_name, to, force=force))


@app.command(epilog=_examples("repairs library", "repairs library --show 3", "repairs library --withdraw 3"))
def repairs(
    app_name: Annotated[str, typer.Argument(metavar="APP", help="An application.")],
    show: Annotated[int | None, typer.Option(min=1, metavar="N", help="Explain a directive.")] = None,
    withdraw: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take a directive out of force.")
    ] = None,
    apply: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Make a proposed change of the spec.")
    ] = None,
) -> None:
    """List what repairs have done and why; explain, withdraw or apply one of them."""
    _run("repairs", lambda command: command.run(app_name, show, withdraw, apply))


@app.command("list", epilog=_examples("list", "list --specs teams/specs"))
def list_(
    specs: Annotated[Path, typer.Option(help="The folder of specs.")] = Path("specs"),
) -> None:
    """List the specs, where each was delivered, and how its last smoke went."""
    _run("listing", lambda command: command.run(specs))


def _run(module: str, call: Callable[..., int]) -> None:
    """Load a command, run it, and turn what went wrong into words and an exit code."""
    try:
        with terminable():
            code = call(import_module(f"generator.commands.{module}"))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = _EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary: people get words, not a traceback
        code = import_module("generator.commands.failures").tell(error)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
