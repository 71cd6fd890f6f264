"""Gate: what the application installs is bounded, the same wherever it is listed, and all that it imports."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_LISTED, _PROJECT = "requirements.txt", "pyproject.toml"
_OWN = frozenset({"app", "smoke", "migrations", "tests"})
_COMES_WITH = {"pydantic-core": "pydantic"}
_LOWER, _UPPER = frozenset({">=", ">", "==", "~=", "==="}), frozenset({"<", "<=", "==", "~=", "==="})


def check(build: Build) -> list[Finding]:
    """Compare the lists with each other and with the imports."""
    if _LISTED not in build.files or _PROJECT not in build.files:
        raise CannotRun(f"{_LISTED} or {_PROJECT} is missing")
    found: list[Finding] = []
    listed = _read(build, _LISTED, _lines(build.files[_LISTED].text), found)
    declared = _read(build, _PROJECT, _declared(build.files[_PROJECT].text), found)
    found += _differences(build, listed, declared)
    return [*found, *_imports(build, listed)]


Rows = dict[str, tuple[Requirement, int]]  # name -> requirement, line


def _lines(text: str) -> list[tuple[str, int]]:
    rows = ((line.partition("#")[0].strip(), n) for n, line in enumerate(text.splitlines(), 1))
    return [(line, n) for line, n in rows if line]


def _declared(text: str) -> list[tuple[str, int]]:
    try:
        project: dict[str, Any] = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError as error:
        raise CannotRun(f"{_PROJECT} can't be read: {error}") from error
    rows = [*project.get("dependencies", ()), *project.get("optional-dependencies", {}).get("smoke", ())]
    lines = text.splitlines()
    return [(row, next((n for n, line in enumerate(lines, 1) if row in line), 0)) for row in rows]


def _read(build: Build, path: str, rows: list[tuple[str, int]], found: list[Finding]) -> Rows:
    read: Rows = {}
    for text, line in rows:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            found.append(build.finding("not-a-requirement", f"{text}: {error}", path=path, line=line))
            continue
        name = canonicalize_name(requirement.name)
        if problem := _problem(requirement) or ("it is listed twice" if name in read else ""):
            found.append(build.finding("unpinned", f"{text}: {problem}", path=path, line=line))
        read[name] = requirement, line
    return read


def _problem(requirement: Requirement) -> str:
    """Return what is wrong with a range: it is open at an end, or nothing lies in it."""
    bounds: list[Specifier] = list(requirement.specifier)
    lowest = [b.version for b in bounds if b.operator in _LOWER]
    if not lowest or not any(b.operator in _UPPER for b in bounds):
        return "it has no lower and upper bound, so any release may come"
    inside = any(requirement.specifier.contains(version, prereleases=True) for version in lowest)
    return "" if inside else "no version lies in this range"


def _differences(build: Build, listed: Rows, declared: Rows) -> Iterator[Finding]:
    for name in sorted(listed.keys() | declared.keys()):
        one, other = listed.get(name), declared.get(name)
        if one is None or other is None or one[0].specifier != other[0].specifier:
            here = one[0].specifier if one else "missing"
            there = other[0].specifier if other else "missing"
            what = f"{name} is {here} in {_LISTED}, {there} in {_PROJECT}"
            yield build.finding("conflict", what, path=_LISTED, line=one[1] if one else 0)


def _imports(build: Build, listed: Rows) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, tree in sorted(build.modules.items()):
        if path.startswith("tests/"):  # runs with the development dependencies
            continue
        for package, line in _packages(tree):
            name = canonicalize_name(package)
            if _COMES_WITH.get(name, name) not in listed and name not in seen:
                seen.add(name)
                what = f"{package} is imported, but {_LISTED} does not have it"
                yield build.finding("undeclared", what, path=path, line=line)


def _packages(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            package = name.partition(".")[0]
            if package not in _OWN and package not in sys.stdlib_module_names:
                yield package, getattr(node, "lineno", 0)
