"""Compiling and starting an application inside a test, through the generator's own functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
    """Start an application on a database of its own."""
    with ProcessSandbox().open(compiled(spec, state)["app_bundle"]) as session:
        session.migrate()
        session.start()
        yield session
