"""Reading emitted sources: what a module defines, imports and uses of other modules."""

import ast
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath

import yaml

from generator.core.syntax_tree import parse
from generator.emit.tree import EmittedFile


class Module:
    """One Python file of the application."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        parts = PurePosixPath(path).with_suffix("").parts
        self.name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def names(self) -> set[str]:
        """Every name bound at its top level."""
        return defined(self.tree)


def unreadable(file: EmittedFile) -> str:
    """Return why a file can't be read as what its name says; empty if it can."""
    try:
        match PurePosixPath(file.path).suffix:
            case ".py":
                parse(file.text)
            case ".json":
                json.loads(file.text)
            case ".toml":
                tomllib.loads(file.text)
            case ".yaml" | ".yml":
                yaml.safe_load(file.text)
            case _:
                pass
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return f"{file.path}: {error}"
    return ""


def modules(files: Iterable[EmittedFile]) -> dict[str, Module]:
    """Return dotted name -> module, for the files that parse."""
    found = {}
    for file in files:
        if file.path.endswith(".py") and not unreadable(file):
            module = Module(file.path, parse(file.text))
            found[module.name] = module
    return found


def functions(module: Module | None) -> dict[str, ast.AsyncFunctionDef | ast.FunctionDef]:
    """Return the functions that a module defines at its top level."""
    body = module.tree.body if module else []
    return {n.name: n for n in body if isinstance(n, ast.AsyncFunctionDef | ast.FunctionDef)}


def classes(module: Module | None) -> dict[str, ast.ClassDef]:
    """Return the classes that a module defines at its top level."""
    return {n.name: n for n in (module.tree.body if module else []) if isinstance(n, ast.ClassDef)}


def annotated(node: ast.ClassDef | None) -> set[str]:
    """Return the annotated names of a class."""
    body = node.body if node else []
    return {n.target.id for n in body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}


def defined(tree: ast.Module) -> set[str]:
    """Return every name bound at the top level, in its `if` and `try` blocks too."""
    names: set[str] = set()
    for node in _statements(tree.body):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update(a.asname or a.name.split(".")[0] for a in aliases)
            case _:
                names.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is_store(n))
    return names


def broken_names(module: Module, known: Mapping[str, Module]) -> Iterator[str]:
    """Yield what a module takes from modules of the application that isn't there."""
    aliases: dict[str, Module] = {}
    roots = {name.partition(".")[0] for name in known}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in roots:
            yield from _broken_imports(module, node, known, aliases)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in roots and alias.name not in known:
                    yield f"{module.path}:{node.lineno}: there is no module {alias.name}"
                elif alias.asname and alias.name in known:
                    aliases[alias.asname] = known[alias.name]
    yield from _broken_attributes(module, known, aliases)


def _broken_imports(
    module: Module, node: ast.ImportFrom, known: Mapping[str, Module], aliases: dict[str, Module]
) -> Iterator[str]:
    source = known.get(node.module or "")
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        if inner in known:
            aliases[alias.asname or alias.name] = known[inner]
        elif source is None or alias.name not in source.names:
            yield f"{module.path}:{node.lineno}: there is no {inner}"


def _broken_attributes(
    module: Module, known: Mapping[str, Module], aliases: Mapping[str, Module]
) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            target = aliases[node.value.id]
            if node.attr not in target.names and f"{target.name}.{node.attr}" not in known:
                yield f"{module.path}:{node.lineno}: there is no {target.name}.{node.attr}"


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody", "handlers"):
            if isinstance(node, ast.If | ast.Try):
                for child in getattr(node, inner, []):
                    yield from _statements(child.body if isinstance(child, ast.ExceptHandler) else [child])
