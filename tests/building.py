"""Compiling and starting an application inside a test, through the generator's own functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.emit.bundle import bundle
from generator.emit.tree import Tree
from generator.host.sandbox import ProcessSandbox, ProcessSession
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop

ROOT = Path(__file__).parents[1]


def compiled(spec: Path, state: Path, until: str = "app_bundle") -> dict[str, Any]:
    """Return stage -> value of every pure stage up to `until`."""
    workshop = open_workshop(State(state))
    return {name: made.value for name, made in compile_spec(spec, workshop, until).items()}


@contextmanager
def running(spec: Path, state: Path) -> Iterator[ProcessSession]:
    """Start an application on a database of its own, without scenarios: they would have to be planned."""
    made = compiled(spec, state, "project").values()
    with ProcessSandbox().open(bundle(m for m in made if isinstance(m, Tree))) as session:
        session.migrate()
        session.start()
        yield session
