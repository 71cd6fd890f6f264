"""Code versions: what a stage's modules import, found by reading the sources, never by running them."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from generator.core.digest import digest
from generator.core.syntax_tree import parse
from generator.stages.model import StageDef

PACKAGE = "generator"
ROOT = Path(__file__).resolve().parents[1]


class Source(msgspec.Struct, frozen=True):
    """A source file as last seen: its state on disk, its hash, the modules of ours that it imports."""

    mtime: int
    size: int
    hash: str
    imports: tuple[str, ...] = ()


Known = dict[str, Source]
_IMPORT = re.compile(
    r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?:\([^)]*\)|[\w., \t*]+))", re.MULTILINE
)


class CodeIndex:
    """Hashes of stages' code; `known` may be kept between runs and spares reading unchanged files."""

    def __init__(self, known: Known | None = None) -> None:
        self.known: Known = dict(known or {})
        self.changed = False
        self._fresh: Known = {}
        self._versions: dict[str, str] = {}

    def version(self, stage: StageDef) -> str:
        """Return the code version of a stage."""
        if stage.name not in self._versions:
            self._versions[stage.name] = digest(self._parts(stage))
        return self._versions[stage.name]

    def module_version(self, module: str) -> str:
        """Return the hash of one module and of all that it imports."""
        if module not in self._versions:
            files = sorted(self._module_files(tuple(sorted(self._closure({module})))))
            self._versions[module] = digest([self._source(path).hash for path in files])
        return self._versions[module]

    def modules(self, stage: StageDef) -> tuple[str, ...]:
        """Return every module of ours that the stage may run, sorted."""
        return tuple(sorted(self._closure({_module_of(stage.run), *stage.code})))

    def _parts(self, stage: StageDef) -> list[object]:
        modules = self.modules(stage)
        files = sorted({*self._module_files(modules), *_folders(stage.data)})
        sources = [(str(path.relative_to(ROOT)), self._source(path).hash) for path in files]
        return [sources, [(tool, installed(tool)) for tool in stage.tools], sys.version_info[:2]]

    def _closure(self, start: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = sorted(start)
        while waiting:
            module = waiting.pop()
            if module in found:
                continue
            found.add(module)
            path = _path_of(module)
            if path is None:
                raise ModuleNotFoundError(module)
            waiting.extend(self._source(path).imports)
        return found

    def _module_files(self, modules: tuple[str, ...]) -> set[Path]:
        files: set[Path] = set()
        for module in modules:
            path = _path_of(module)
            if path is not None:
                files.add(path)
                files.update(_beside(path.parent))
        return files

    def _source(self, path: Path) -> Source:
        name = str(path.relative_to(ROOT))
        if name not in self._fresh:
            stat = path.stat()
            source = self.known.get(name)
            if source is None or (source.mtime, source.size) != (stat.st_mtime_ns, stat.st_size):
                source = _read(path, stat.st_mtime_ns, stat.st_size)
                self.known[name] = source
                self.changed = True
            self._fresh[name] = source
        return self._fresh[name]


@cache
def installed(distribution: str) -> str:
    """Return the version of an installed distribution; empty if there is none."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _module_of(name: str) -> str:
    return name.partition(":")[0]


@cache
def _path_of(module: str) -> Path | None:
    """Return the file of a module of ours; None if there is no such module."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return None
    base = ROOT.joinpath(*parts[1:])
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _read(path: Path, mtime: int, size: int) -> Source:
    data = path.read_bytes()
    imports = _imports(data.decode(), path) if path.suffix == ".py" else ()
    return Source(mtime, size, hashlib.sha256(data).hexdigest(), imports)


def _imports(text: str, path: Path) -> tuple[str, ...]:
    """Return the modules of ours that a source names, packages on the way included.

    Only what looks like an import statement is parsed: a tenth of the time.
    """
    found: set[str] = set()
    statements = [parse(found.group(1)) for found in _IMPORT.finditer(text)]
    for node in (node for statement in statements for node in statement.body):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path)
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    chains = (_chain(name) for name in found if name.split(".")[0] == PACKAGE)
    return tuple(sorted({module for chain in chains for module in chain if _path_of(module)}))


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = (PACKAGE, *path.relative_to(ROOT).parent.parts)
    base = package[: len(package) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])


def _chain(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


@cache
def _beside(folder: Path) -> tuple[Path, ...]:
    """Return a package's data files (grammars, templates), those of its subpackages left out."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            found.extend(_everything(path))
        elif path.is_file() and path.suffix not in (".py", ".pyc", ".typed"):
            found.append(path)
    return tuple(found)


@cache
def _everything(folder: Path) -> tuple[Path, ...]:
    paths = (p for p in sorted(folder.rglob("*")) if "__pycache__" not in p.parts)
    return tuple(path for path in paths if path.is_file())


def _folders(names: tuple[str, ...]) -> set[Path]:
    return {path for name in names for path in _everything(ROOT / name)}
