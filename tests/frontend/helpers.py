"""A spec from text, and what tests look up in its IR."""

from textwrap import dedent

import pytest

from generator.core.diagnostics import SpecError
from generator.frontend import compile_front
from generator.ir.lower import Lowered
from generator.ir.model import ApplicationIR, Entity, Field, Flow, Operation


def compiled(text: str, **files: str) -> Lowered:
    """Compile a spec; `files` are includes (`more_yaml` is more.yaml)."""
    texts = {"spec.yaml": dedent(text), **{name.replace("_", "."): dedent(t) for name, t in files.items()}}

    def read(path: str) -> str:
        if path not in texts:
            raise FileNotFoundError(path)
        return texts[path]

    return compile_front("spec.yaml", read)


def refused(text: str, **files: str) -> list[str]:
    """Return the codes of a spec that must be refused."""
    with pytest.raises(SpecError) as caught:
        compiled(text, **files)
    found = caught.value.diagnostics
    assert all(d.span.line >= 1 and d.span.column >= 1 for d in found)
    return [d.code for d in found]


def entity(ir: ApplicationIR, name: str) -> Entity:
    return next(e for e in ir.domain.entities if e.name == name)


def field(ir: ApplicationIR, path: str) -> Field:
    owner, _, name = path.partition(".")
    return next(f for f in entity(ir, owner).fields if f.name == name)


def flow(ir: ApplicationIR, name: str) -> Flow:
    return next(f for f in ir.behavior.flows if f.name == name)


def operation(ir: ApplicationIR, path: str) -> Operation:
    return next(o for o in ir.api.operations if o.id == f"operation:{path}")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
