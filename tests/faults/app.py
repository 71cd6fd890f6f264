"""A built application as a value: what it was made from, its files, and edits that keep all else right."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generator.emit.bundle import Bundle
from generator.emit.physical import physical
from generator.emit.python import module_path
from generator.emit.tables import Physical
from generator.emit.tree import Block, EmittedFile
from generator.guards.model import GuardIR
from generator.host.format import RuffFormatter
from generator.host.state import State
from generator.host.workshop import open_workshop, read_source
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation, SourceMap
from generator.pipeline import compile_app
from generator.verify.model import TestsModelIR

REVISION = "migrations/versions/0001_initial.py"


@dataclass(frozen=True)
class App:
    """One build; `with_…` return another one."""

    ir: ApplicationIR
    source_map: SourceMap
    guards: GuardIR
    plan: TestsModelIR
    bundle: Bundle

    @cached_property
    def index(self) -> Index:
        return Index(self.ir)

    @cached_property
    def physical(self) -> Physical:
        return physical(self.ir)

    def text(self, path: str) -> str:
        return self.bundle.file(path).text

    def path(self, entity: str, kind: str) -> str:
        """Return the module of an entity: models, schemas, queries, service, router, filters."""
        return module_path(self.index.entities[entity].snake, kind)

    def operations(self, *kinds: str) -> list[Operation]:
        """Return the operations of some kinds, in table order."""
        return [o for o in self.ir.api.operations if o.kind in kinds]

    def with_text(self, path: str, text: str, *, tidy: bool = True, imports: str = "") -> App:
        """Write one file anew or add it, laid out as the generator does, its provenance moved along."""
        old = {f.path: f for f in self.bundle.files}
        if tidy and path.endswith(".py"):
            text = RuffFormatter().format({path: _importing(text, imports)})[path]
        before = old.get(path, EmittedFile(path, text))
        assert path not in old or before.text != text, f"{path} is as it was"
        file = EmittedFile(path, text, _moved(before, text), before.once)
        return self.with_files([*(f for f in self.bundle.files if f.path != path), file])

    def without(self, path: str) -> App:
        """Take a file away."""
        return self.with_files(f for f in self.bundle.files if f.path != path)

    def with_files(self, files: Iterable[EmittedFile]) -> App:
        """Return the application of other files, with the manifest that belongs to them."""
        ordered = tuple(sorted(files, key=lambda f: f.path))
        manifest = {f.path: hashlib.sha256(f.text.encode()).hexdigest() for f in ordered}
        return dataclasses.replace(self, bundle=Bundle(ordered, manifest))

    def replaced(self, path: str, old: str, new: str) -> App:
        """Replace the one occurrence of a text."""
        text = self.text(path)
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        return self.with_text(path, text.replace(old, new))


def build(spec: Path, folder: Path) -> App:
    """Compile a spec the whole way."""
    workshop = open_workshop(State(folder))
    made = compile_app(read_source(spec, workshop), workshop)
    ir = made["application_ir"]
    return App(
        ir=ir.value,
        source_map=ir.sidecar,
        guards=made["guard_ir"].value,
        plan=made["test_plan"].value,
        bundle=made["app_bundle"].value,
    )


def _importing(text: str, imports: str) -> str:
    """Put an import below the docstring; the formatter sorts it in and drops it if it is there already."""
    if not imports:
        return text
    lines = text.splitlines(keepends=True)
    at = ast.parse(text).body[0].end_lineno or 0
    return "".join([*lines[:at], f"\n{imports}\n", *lines[at:]])


def _moved(before: EmittedFile, text: str) -> tuple[Block, ...]:
    """Return the blocks of a file on their lines of now; what is new belongs to what it stands in."""
    old, new = before.text.splitlines(), text.splitlines()
    now: dict[int, int] = {}
    for match in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks():
        now |= {match.a + n + 1: match.b + n + 1 for n in range(match.size)}
    kept = set(now.values())
    texts = {n for n, line in enumerate(new, 1) if line.strip()}
    return tuple(block for b in before.blocks for block in _block(b, now, texts - kept, texts & kept))


def _block(block: Block, now: dict[int, int], added: set[int], kept: set[int]) -> list[Block]:
    """Return a block with the lines that were added in it or right behind it."""
    own = [now[n] for n in range(block.first, block.last + 1) if n in now]
    before = max((line for n, line in now.items() if n < block.first), default=0)
    first = own[0] if block.first in now else before + 1
    following = min((n for n in kept if n > max([*own, before])), default=max(added | kept) + 1)
    last = max([*own, *(n for n in added if first <= n < following)], default=0)
    return [Block(first, last, block.node)] if last >= first else []
