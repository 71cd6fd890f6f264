"""The files of the schema layer."""

from __future__ import annotations

from generator.emit.python import Imports, literal, module_path
from generator.emit.schemas.view import schemas_view
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.index import Index
from generator.ir.model import ApplicationIR

_HERE = "generator.emit.schemas"


def emit_schemas(ir: ApplicationIR) -> list[EmittedFile]:
    """Return the enums and the request and response schemas of every entity."""
    index = Index(ir)
    files = [EmittedFile("app/enums.py", _enums(ir))]
    for entity in ir.domain.entities:
        text = render(_HERE, "schemas.py.j2", **schemas_view(entity, index))
        files.append(EmittedFile(module_path(entity.snake, "schemas"), text))
    return files


def _enums(ir: ApplicationIR) -> str:
    imports = Imports(e.name for e in ir.domain.enums)
    name = imports.symbol("typing", "Literal") if ir.domain.enums else ""
    rows = [
        {"node": e.id, "line": f"{e.name} = {name}[{', '.join(literal(v) for v in e.values)}]"}
        for e in ir.domain.enums
    ]
    return render(_HERE, "enums.py.j2", imports=imports.text(), rows=rows)
