"""Printing diagnostics with the paths that the person's shell knows."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from generator.core.diagnostics import Diagnostic
from generator.core.render import render
from generator.deliver.target import SCHEME
from generator.host.overrides import unclaimed


def print_diagnostics(found: Iterable[Diagnostic], folder: Path) -> None:
    """Print to stderr; the diagnostics' files lie in `folder`."""
    shown = [replace(d, span=replace(d.span, file=display(folder / d.span.file))) for d in found]
    if shown:
        text = render(shown, lambda name: Path(name).read_text(encoding="utf-8"), color=sys.stderr.isatty())
        print(text, file=sys.stderr)


def tell_unclaimed(specs: Iterable[Path]) -> None:
    """Warn of override folders beside the specs that belong to none of them: a name with a mistake in it."""
    for folder in dict.fromkeys(spec.absolute().parent for spec in specs):
        for path in unclaimed(folder):
            wanted = f"{path.stem}.yaml"
            print(f"warning: nobody reads {display(path)}: there is no {wanted} beside it", file=sys.stderr)


def display(path: Path | str) -> str:
    """Return a path from the working directory on, if it lies below it."""
    if str(path).startswith(SCHEME):
        return str(path)
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
