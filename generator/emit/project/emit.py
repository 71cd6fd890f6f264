"""The project's files, a row each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

from generator.core.names import snake, words
from generator.emit import style
from generator.emit.project.endpoints import endpoints, plain
from generator.emit.project.requirements import DEPENDENCIES, DEVELOPMENT, SMOKE, pinned
from generator.emit.python import docstring, one_line, package
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.model import ApplicationIR, Entity

_HERE = "generator.emit.project"


class _Row(NamedTuple):
    path: str
    template: str
    once: bool = False


_FILES = (
    _Row("app/config.py", "config.py.j2"),
    _Row("app/__main__.py", "app_main.py.j2"),
    _Row("app/extensions/__init__.py", "extensions.py.j2", once=True),
    _Row("pyproject.toml", "pyproject.toml.j2"),
    _Row("requirements.txt", "requirements.txt.j2"),
    _Row("Dockerfile", "Dockerfile.j2"),
    _Row("entrypoint.sh", "entrypoint.sh.j2"),
    _Row(".dockerignore", "dockerignore.j2"),
    _Row(".gitignore", "gitignore.j2"),
    _Row("compose.yaml", "compose.yaml.j2"),
    _Row("README.md", "README.md.j2"),
    _Row("tests/conftest.py", "conftest.py.j2"),
    _Row("tests/test_scenarios.py", "test_scenarios.py.j2"),
    _Row("tests/test_contract.py", "test_contract.py.j2"),
)


def emit_project(ir: ApplicationIR, pins: Mapping[str, str] | None = None) -> list[EmittedFile]:
    """Return everything that is not made from one entity's fields or behaviour; `pins`: package -> range."""
    view = _view(ir, pins or {})
    files = [EmittedFile(r.path, render(_HERE, r.template, **view), once=r.once) for r in _FILES]
    return [*files, *_packages(ir), *_runtime()]


def _view(ir: ApplicationIR, pins: Mapping[str, str]) -> dict[str, Any]:
    database = snake(ir.name)
    description = plain(ir.description) or f"The {ir.name} service."
    url = f"postgresql+asyncpg://localhost/{database}"
    return {
        "name": ir.name,
        "port": ir.infrastructure.port,
        "database": database,
        "endpoints": endpoints(ir),
        "readme_description": description,
        "database_url": url,
        **_pyproject(ir, pins),
    }


def _pyproject(ir: ApplicationIR, pins: Mapping[str, str]) -> dict[str, Any]:
    dependencies, smoke, development = (pinned(r, pins) for r in (DEPENDENCIES, SMOKE, DEVELOPMENT))
    return {
        "title": _toml(ir.name),
        "summary": _toml(one_line(ir.description) or f"The {ir.name} service."),
        "installed": sorted((*dependencies, *smoke)),
        "dependencies": [_toml(r) for r in dependencies],
        "smoke": [_toml(r) for r in smoke],
        "development": [_toml(r) for r in development],
        "line_length": style.LINE_LENGTH,
        "target_version": style.TARGET_VERSION,
        "rules": _toml(style.RULES),
        "ignored": _toml(style.IGNORED),
        "external": _toml(style.EXTERNAL),
        "first_party": _toml(style.FIRST_PARTY),
        "per_file": [(_toml(pattern), _toml(rules)) for pattern, rules in style.PER_FILE],
    }


def _toml(value: str | tuple[str, ...]) -> str:
    """Return a TOML string or list of strings; JSON's are the same."""
    return json.dumps(value, ensure_ascii=False)


def _packages(ir: ApplicationIR) -> Iterator[EmittedFile]:
    yield EmittedFile("app/py.typed", "")
    yield EmittedFile("app/__init__.py", docstring(f"The {ir.name} service.") + "\n")
    yield EmittedFile("tests/__init__.py", "")
    for entity in ir.domain.entities:
        yield EmittedFile(f"app/{package(entity.snake)}/__init__.py", _title(entity))


def _title(entity: Entity) -> str:
    return docstring(" ".join(words(entity.plural)).capitalize() + ".") + "\n"


def _runtime() -> Iterator[EmittedFile]:
    """Copy the vendored library."""
    library = resources.files("generator.runtime")
    for module in sorted(f.name for f in library.iterdir() if f.name.endswith(".py")):
        text = library.joinpath(module).read_text(encoding="utf-8")
        yield EmittedFile(f"app/runtime/{module}", text)
