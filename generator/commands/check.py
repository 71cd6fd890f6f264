"""`appgen check`: the front end alone. Imports nothing that takes time."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from generator.commands.diagnostics import print_diagnostics, tell_unclaimed
from generator.commands.failures import apart
from generator.commands.paths import find_specs
from generator.core.diagnostics import SpecError
from generator.core.errors import EXIT_FINDINGS
from generator.frontend import compile_front
from generator.host.overrides import overrides_of
from generator.host.texts import reader


def run(specs: list[Path]) -> int:
    """Print every diagnostic; 1 if a spec is wrong."""
    paths = find_specs(specs)
    tell_unclaimed(paths)
    return max([apart(partial(_check, path)) for path in paths])


def _check(path: Path) -> int:
    folder = path.absolute().parent
    try:
        lowered = compile_front(path.name, reader(folder))
        overrides_of(path.absolute())
    except SpecError as error:
        print_diagnostics(error.diagnostics, folder)
        return EXIT_FINDINGS
    print_diagnostics(lowered.warnings, folder)
    ir = lowered.ir
    entities, operations = len(ir.domain.entities), len(ir.api.operations)
    print(f"{path}: fine ({entities} {'entity' if entities == 1 else 'entities'}, {operations} operations)")
    return 0
