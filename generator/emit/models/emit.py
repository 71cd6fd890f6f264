"""The files of the model layer."""

from __future__ import annotations

from generator.emit.models.view import Relations, entity_view
from generator.emit.physical import physical
from generator.emit.python import Imports, literal, module, module_path
from generator.emit.tables import Physical, Violation
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.model import ApplicationIR

_HERE = "generator.emit.models"


def emit_models(ir: ApplicationIR) -> list[EmittedFile]:
    """Return the models of every entity, and what looks at all of them."""
    database = physical(ir)
    relations = Relations(ir)
    files = [
        EmittedFile("app/base.py", render(_HERE, "base.py.j2")),
        EmittedFile("app/entities.py", _entities(ir)),
        EmittedFile("app/violations.py", _violations(database)),
    ]
    for entity in ir.domain.entities:
        view = entity_view(entity, database, relations)
        files.append(EmittedFile(module_path(entity.snake, "models"), render(_HERE, "models.py.j2", **view)))
    return files


def _entities(ir: ApplicationIR) -> str:
    imports = Imports()
    names = [imports.symbol("app.base", "Base")]
    names += [imports.symbol(module(e.snake, "models"), e.name) for e in ir.domain.entities]
    return render(_HERE, "entities.py.j2", imports=imports.text(), names=sorted(names))


def _violations(database: Physical) -> str:
    rows = [(literal(v.name), _answer(v)) for v in sorted(database.violations, key=lambda v: v.name)]
    return render(_HERE, "violations.py.j2", rows=rows)


def _answer(violation: Violation) -> str:
    v = violation
    values = [literal(x) for x in (v.status, v.code, v.constraint, v.message)]
    return ", ".join([*values, f"missing={literal(v.missing)}"] if v.missing else values)
