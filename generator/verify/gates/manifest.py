"""Gate: the bundle is complete; its manifest has every file once, with the right hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from generator.core.paths import inside
from generator.emit.python import module_path, package
from generator.verify.gates.build import Build, Gated
from generator.verify.model import Finding

_NEEDED = (
    "alembic.ini",
    "app/main.py",
    "app/config.py",
    "app/base.py",
    "app/entities.py",
    "migrations/env.py",
)
_NO_ENTITY = ("runtime", "extensions")
_PER_ENTITY = ("models", "schemas", "queries", "service", "router")


def check(build: Build) -> list[Finding]:
    """Compare the files with the manifest and with what every application has."""
    return [*_paths(build), *_hashes(build), *_missing(build), *_strays(build)]


def unpackable(bundle: Gated) -> str:
    """Return why the bundle can't even be written to a folder, "" if it can."""
    return next((problem for file in bundle.files if (problem := _outside(file.path))), "")


def _paths(build: Build) -> list[Finding]:
    found, seen = [], set()
    for file in build.bundle.files:
        if file.path in seen:
            found.append(build.finding("path-twice", "two files have this path", path=file.path))
        seen.add(file.path)
        if problem := _outside(file.path):
            found.append(build.finding("path-outside", problem, path=file.path))
    return found


def _outside(path: str) -> str:
    try:
        inside(Path(), path)
    except ValueError as error:
        return str(error)
    return ""


def _hashes(build: Build) -> list[Finding]:
    manifest = build.bundle.manifest
    found = [
        build.finding("not-in-manifest", "the manifest lacks it", path=p)
        for p in build.files
        if p not in manifest
    ]
    for path, digest in sorted(manifest.items()):
        file = build.files.get(path)
        if file is None:
            found.append(build.finding("file-missing", "the manifest has it, the bundle doesn't", path=path))
        elif hashlib.sha256(file.text.encode()).hexdigest() != digest:
            found.append(build.finding("hash-wrong", "its text is not what the manifest says", path=path))
    return found


def _missing(build: Build) -> list[Finding]:
    wanted = [(path, "") for path in _NEEDED]
    for entity in build.ir.domain.entities:
        served = build.index.operations_of(entity.name)
        kinds = _PER_ENTITY if served else ("models",)
        wanted += [(module_path(entity.snake, kind), entity.id) for kind in kinds]
    return [
        build.finding("file-missing", "the application needs it", path=path, node=node)
        for path, node in wanted
        if path not in build.files
    ]


def _strays(build: Build) -> list[Finding]:
    """Report modules of an entity that the application does not have (any more)."""
    known = {f"app/{package(entity.snake)}" for entity in build.ir.domain.entities}
    return [
        build.finding("stray", "it belongs to no entity of the application", path=path)
        for path in sorted(build.files)
        if _is_entitys(path) and path.rpartition("/")[0] not in known
    ]


def _is_entitys(path: str) -> bool:
    parts = path.split("/")
    names = {f"{kind}.py" for kind in _PER_ENTITY}
    return len(parts) == 3 and parts[0] == "app" and parts[1] not in _NO_ENTITY and parts[2] in names
