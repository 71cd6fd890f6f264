"""One build as the gates see it: its files, what they were made from, what was seen from inside."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Literal, Protocol

import msgspec

from generator.core.syntax_tree import parse
from generator.emit.physical import physical
from generator.emit.tables import Physical
from generator.emit.tree import EmittedFile
from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR
from generator.verify.gates.probe import Failure, Probe
from generator.verify.model import Finding
from generator.verify.provenance import stage_of
from generator.verify.sandbox import Completed


class CannotRun(Exception):  # noqa: N818 - it says what a gate is saying
    """The gate lacks what it looks at; that is not a pass."""


class Gated(Protocol):
    """A bundle: every file, and the SHA-256 of each."""

    @property
    def files(self) -> tuple[EmittedFile, ...]:
        """Every file in order of path."""
        ...

    @property
    def manifest(self) -> dict[str, str]:
        """Path -> SHA-256 of the text."""
        ...


Command = Literal["probe", "lint", "layout", "types"]
Answer = Probe | Completed | str
Evidence = Mapping[Command, Callable[[], Answer]]  # a text says why there is nothing


class Build:
    """Everything a gate may look at."""

    def __init__(
        self, bundle: Gated, ir: ApplicationIR, guards: GuardIR, evidence: Evidence | None = None
    ) -> None:
        self.bundle, self.ir, self.guards, self._evidence = bundle, ir, guards, evidence or {}
        self.index = Index(ir)
        self.files: dict[str, EmittedFile] = {f.path: f for f in bundle.files}

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """Every Python file that parses."""
        return {path: tree for path, file in self.files.items() if (tree := _parse(file)) is not None}

    @cached_property
    def physical(self) -> Physical:
        """The database that the IR asks for."""
        return physical(self.ir)

    @property
    def probe(self) -> Probe:
        """What was seen from inside."""
        found = self._answer("probe")
        if not isinstance(found, Probe):
            raise CannotRun(str(found))
        return found

    def output(self, command: Command) -> Completed:
        """Return what a tool printed."""
        found = self._answer(command)
        if not isinstance(found, Completed):
            raise CannotRun(str(found))
        return found

    def _answer(self, command: Command) -> Answer:
        return self._evidence[command]() if command in self._evidence else "the application was not unpacked"

    def finding(self, code: str, message: str, *, path: str = "", line: int = 0, node: str = "") -> Finding:
        """Make a finding; the node is looked up from the line, or the line from the node."""
        if path and line and not node:
            node = self.node_at(path, line)
        if path and node and not line:
            line = self.line_of(path, node)
        return Finding(
            source="", code=code, message=message, path=path, line=line, node=node, stage=stage_of(path)
        )

    def failed(self, code: str, message: str, failure: Failure) -> Finding:
        """Make a finding of an exception, at the last line of the application that it went through."""
        known = [(path, line) for path, line in failure.frames if path in self.files]
        path, line = known[-1] if known else ("", 0)
        found = self.finding(code, f"{message}: {failure.error}", path=path, line=line)
        return msgspec.structs.replace(found, evidence=failure.trace)

    def node_at(self, path: str, line: int) -> str:
        """Return the IR node of the innermost block around a line."""
        file = self.files.get(path)
        around = [b for b in file.blocks if b.first <= line <= b.last] if file else []
        return min(around, key=lambda b: b.last - b.first).node if around else ""

    def line_of(self, path: str, node: str) -> int:
        """Return the first line of an IR node in a file, 0 if the file has none of it."""
        file = self.files.get(path)
        return min((b.first for b in file.blocks if b.node == node), default=0) if file else 0


def _parse(file: EmittedFile) -> ast.Module | None:
    return _parsed(file.path, file.text) if file.path.endswith(".py") else None


@lru_cache(maxsize=1024)  # most files of an application are those of the last one
def _parsed(path: str, text: str) -> ast.Module | None:
    try:
        return parse(text, path)
    except (SyntaxError, ValueError):
        return None
