"""Checks of the emitted trees: readable files, provenance, and each kind's own promise."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial

from appgen_assets.checks.model import Check, Made, Verdict, verdict, verdict_on
from appgen_assets.checks.sources import (
    Module,
    annotated,
    classes,
    functions,
    modules,
    unreadable,
)
from generator.core.structs import structs
from generator.emit.history import HISTORY, decode
from generator.emit.operations import function_name
from generator.emit.physical import physical
from generator.emit.python import attribute, module, module_path
from generator.emit.tree import EmittedFile
from generator.emit.unfilled import Unfilled
from generator.ir.index import Index, client_fields, stored_fields
from generator.ir.model import ApplicationIR, Entity, Operation
from generator.pipeline import EMITTED

_MARKER = re.compile(r"^\s*#@", re.MULTILINE)
_OWN_SYNTAX = (".py", ".json", ".mako")  # no template prints them, or they are one
_SERVER_SIDE = ("default_factory", "min_items", "min_length")


def _files(made: Made) -> tuple[EmittedFile, ...]:
    files: tuple[EmittedFile, ...] = made.value.files
    return files


def _modules(made: Made) -> dict[str, Module]:
    found: dict[str, Module] = made.once("modules", lambda: modules(_files(made)))
    return found


def _readable(made: Made) -> Verdict:
    return verdict_on(_files(made), unreadable, "files")


def _finished(made: Made) -> Verdict:
    """What the spec itself says is no leftover."""
    return verdict_on(_files(made), partial(_leftover, Unfilled(made.of("application_ir"))), "files")


def _leftover(unfilled: Unfilled, file: EmittedFile) -> str:
    found = ["#@"] if _MARKER.search(file.text) else []
    if not file.path.endswith(_OWN_SYNTAX):
        found += [opening for _, opening in unfilled.find(file.text)]
    return f"{file.path}: {found[0]} was left by a template" if found else ""


def _traced(made: Made) -> Verdict:
    """Every block of lines comes from a node of the IR, or of what was released of it before."""
    ir: ApplicationIR = made.of("application_ir")
    known = {getattr(node, "id", "") for node in structs(ir)} | set(_released_nodes(_files(made)))
    blocks = [(file.path, block) for file in _files(made) for block in file.blocks]
    stray = (f"{path}:{b.first} is said to come from {b.node}" for path, b in blocks if b.node not in known)
    return verdict(stray, len(blocks))


def _released_nodes(files: Iterable[EmittedFile]) -> Iterator[str]:
    """Yield the nodes of revisions before the newest: their scripts stay, what they made may go."""
    for text in (file.text for file in files if file.path == HISTORY):
        for revision in decode(text, HISTORY).revisions[:-1]:
            yield from (block.node for block in revision.blocks)
            yield from (getattr(part, "node", "") for part in structs(revision.schema))


# --- schemas ----------------------------------------------------------------


def _clients_only(made: Made) -> Verdict:
    """A create schema asks for nothing that the server manages."""
    ir: ApplicationIR = made.of("application_ir")
    creates = [o for o in ir.api.operations if o.kind == "create"]
    index, found = Index(ir), _modules(made)
    problems = (p for o in creates for p in _foreign_members(index.entities[o.entity], found))
    return verdict(problems, len(creates))


def _foreign_members(entity: Entity, found: dict[str, Module]) -> Iterator[str]:
    name, path = f"{entity.name}Create", module_path(entity.snake, "schemas")
    schema = classes(found.get(module(entity.snake, "schemas"))).get(name)
    if schema is None:
        yield f"{path}: there is no {name}"
        return
    place = f"{path}:{schema.lineno}"
    links = {c.wire for c in entity.collections if c.kind == "links"}
    allowed = {attribute(n) for n in {f.wire for f in client_fields(entity)} | links} | {"model_config"}
    yield from (f"{place}: {name} has {member}" for member in sorted(annotated(schema) - allowed))
    yield from (f"{place}: {name} uses min_items" for n in ast.walk(schema) if _arg(n) == "min_items")


def _arg(node: ast.AST) -> str:
    return (node.arg or "") if isinstance(node, ast.keyword) else ""


# --- models and migrations --------------------------------------------------


def _columns(made: Made) -> Verdict:
    """Every stored field is an attribute of its model."""
    ir: ApplicationIR = made.of("application_ir")
    found = _modules(made)
    return verdict_on(ir.domain.entities, partial(_missing_columns, found), "entities")


def _missing_columns(found: dict[str, Module], entity: Entity) -> str:
    model = classes(found.get(module(entity.snake, "models"))).get(entity.name)
    missing = {attribute(f.wire) for f in stored_fields(entity)} - annotated(model)
    path = module_path(entity.snake, "models")
    return f"{path}: the model {entity.name} lacks {', '.join(sorted(missing))}" if missing else ""


def _tables(made: Made) -> Verdict:
    """Every table is made by an upgrade and taken away by a downgrade."""
    names = [table.name for table in physical(made.of("application_ir")).tables]
    sources = [f.text for f in _files(made) if f.path.startswith("migrations/versions/")]
    found = _modules(made)
    steps = [functions(m) for n, m in found.items() if n.startswith("migrations.versions")]
    if not sources or any(not {"upgrade", "downgrade"} <= set(step) for step in steps):
        return verdict(["a revision lacks its upgrade or its downgrade"], len(sources))
    texts = {way: " ".join(ast.unparse(step[way]) for step in steps) for way in ("upgrade", "downgrade")}
    return verdict_on(names, partial(_missing_table, texts), "tables")


def _missing_table(texts: dict[str, str], table: str) -> str:
    missing = [way for way, text in texts.items() if not re.search(rf"\b{re.escape(table)}\b", text)]
    return f"{table} is not in {' and '.join(missing)}" if missing else ""


# --- services and routes ----------------------------------------------------


def _operations(kind: str, made: Made) -> Verdict:
    """Every operation has its function."""
    ir: ApplicationIR = made.of("application_ir")
    index, found = Index(ir), _modules(made)

    def missing(operation: Operation) -> str:
        snake = index.entities[operation.entity].snake
        function = functions(found.get(module(snake, kind))).get(function_name(operation))
        there = isinstance(function, ast.AsyncFunctionDef)
        return "" if there else f"{module_path(snake, kind)}: {operation.name} is not there"

    return verdict_on(ir.api.operations, missing, "operations")


def _methods(made: Made) -> Verdict:
    """Every handler answers the method and the path of its operation, and no path is taken twice."""
    ir: ApplicationIR = made.of("application_ir")
    index, found = Index(ir), _modules(made)

    def wrong(operation: Operation) -> str:
        snake = index.entities[operation.entity].snake
        handler = functions(found.get(module(snake, "router"))).get(function_name(operation))
        places = set(_decorated(handler.decorator_list if handler else []))
        wanted = (operation.method, _shape(operation.path))
        at = f"{operation.method} {operation.path}"
        return "" if wanted in places else f"{module_path(snake, 'router')}: {operation.id} is not at {at}"

    return verdict_on(ir.api.operations, wrong, "operations")


def _decorated(decorators: Iterable[ast.expr]) -> Iterator[tuple[str, str]]:
    for node in decorators:
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str(path)), *_]):
                yield method.upper(), _shape(path)
            case _:
                pass


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


# --- project ----------------------------------------------------------------

_NEEDED = (
    "pyproject.toml",
    "README.md",
    "Dockerfile",
    "compose.yaml",
    "app/config.py",
    "app/runtime/__init__.py",
)


def _project_whole(made: Made) -> Verdict:
    have = {file.path for file in _files(made)}
    return verdict((f"there is no {path}" for path in _NEEDED if path not in have), len(_NEEDED))


def _everywhere(name: str, about: str, ask: object) -> list[Check]:
    return [Check(stage, name, about, ask) for stage in EMITTED]  # type: ignore[arg-type]


CHECKS = (
    *_everywhere("readable", "Every file parses as what its name says.", _readable),
    *_everywhere("finished", "No file holds what a template should have replaced.", _finished),
    *_everywhere("traced", "Every marked block comes from a node of the IR.", _traced),
    Check(
        "schemas", "clients_only", "Create schemas ask for nothing that the server manages.", _clients_only
    ),
    Check("models", "columns", "Every stored field has a column.", _columns),
    Check("migrations", "tables", "Every table is made and taken away again.", _tables),
    Check("services", "operations", "Every operation has a function.", partial(_operations, "service")),
    Check("routes", "operations", "Every operation has a handler.", partial(_operations, "router")),
    Check("routes", "methods", "Every handler is at its method and path.", _methods),
    Check("project", "whole", "Everything that a repository needs is there.", _project_whole),
)
