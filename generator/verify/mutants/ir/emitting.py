"""Emits a changed IR and tells which files are others than those of the original."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from generator.core.ports import Formatter
from generator.core.syntax_tree import parse
from generator.emit.finish import finish
from generator.emit.migrations import emit_migrations
from generator.emit.models import emit_models
from generator.emit.project import emit_project
from generator.emit.routes import emit_routes
from generator.emit.schemas import emit_schemas
from generator.emit.services import emit_services
from generator.emit.tree import EmittedFile
from generator.graph.build import build_graph
from generator.guards.model import FlowGuards, FlowKey, GuardEntry, GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, SourceMap
from generator.verify.mutants.ir.changes import Change
from generator.verify.mutants.model import Mutant


class Emitter:
    """Emits variants of one application; formats only what differs."""

    def __init__(
        self, ir: ApplicationIR, files: Iterable[EmittedFile], formatter: Formatter, source_map: SourceMap
    ) -> None:
        self._ir, self._formatter, self._source_map = ir, formatter, source_map
        self._delivered = {f.path: f.text for f in files}
        self._synthesizer = FlowLogicSynthesizer(build_graph(ir))
        self._plain = {f.path: f.text for f in self._emitted(ir)}

    def mutant(self, change: Change) -> Mutant | None:
        """Return the mutant; None if it can't be emitted, or is the same application."""
        changed = self._changed(change.applied(self._ir))
        if not changed:
            return None
        path = min(changed, key=_weight)
        return Mutant(
            id=f"ir:{change.id}",
            level="ir",
            kind=change.kind,
            what=change.what,
            node=change.node,
            path=path,
            line=first_difference(self._delivered.get(path, ""), changed[path]),
            changed=changed,
            span=self._source_map.get(change.node),
        )

    def _changed(self, ir: ApplicationIR) -> dict[str, str]:
        try:
            emitted = self._emitted(ir)
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration, AssertionError, IndexError):
            return {}  # no application comes of it: the front end refuses such an IR
        others = [f for f in emitted if self._plain.get(f.path) != f.text]
        try:
            tree = finish(others, self._formatter)
        except ValueError:
            return {}
        found = {f.path: f.text for f in tree.files if not self._same(f)}
        return found if any(path.endswith(".py") for path in found) else {}

    def _same(self, file: EmittedFile) -> bool:
        known = self._delivered.get(file.path)
        if known is None or not file.path.endswith(".py"):
            return known == file.text
        return known == file.text or ast.dump(parse(known)) == ast.dump(parse(file.text))

    def _emitted(self, ir: ApplicationIR) -> list[EmittedFile]:
        guards = self._guards(ir)
        emitters: tuple[Callable[[], list[EmittedFile]], ...] = (
            lambda: emit_schemas(ir),
            lambda: emit_models(ir),
            lambda: emit_migrations(ir),
            lambda: emit_services(ir, guards),
            lambda: emit_routes(ir),
            lambda: emit_project(ir),
        )
        return [file for emit in emitters for file in emit()]

    def _guards(self, ir: ApplicationIR) -> GuardIR:
        """Synthesize without asking for completeness: a dropped condition is the point."""
        index = Index(ir)
        entries = []
        for operation in ir.api.operations:
            guards = self._synthesizer.synthesize(index, operation)
            if guards != FlowGuards():
                entries.append(GuardEntry(FlowKey(operation.entity, operation.name), guards))
        return GuardIR(tuple(entries))


def _weight(path: str) -> tuple[int, str]:
    """Show a change in the service rather than in what follows from it."""
    order = ("/service.py", "/queries.py", "/schemas.py", "/filters.py", "/models.py")
    place = next((n for n, suffix in enumerate(order) if path.endswith(suffix)), len(order))
    return place, path


def first_difference(before: str, after: str) -> int:
    """Return the first line of `after` that is another in `before`."""
    old, new = before.splitlines(), after.splitlines()
    for number, (a, b) in enumerate(zip(old, new, strict=False), 1):
        if a != b:
            return number
    return min(len(old), len(new)) + 1
