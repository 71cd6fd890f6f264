"""The application's migrations."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from generator.core.ports import Formatter
from generator.emit.custom import customised
from generator.emit.history import HISTORY, VERSIONS, History, Revision, encode
from generator.emit.migrations import emit_migrations, plan_revision
from generator.emit.overrides import Overrides
from generator.emit.released import as_released
from generator.emit.tree import EmittedFile, Tree
from generator.ir.changes import Changes
from generator.ir.model import ApplicationIR
from generator.stages.tools import Tools
from generator.verify.parity.samples import samples

_REMEMBERED = 2  # revisions whose schema and rows are kept: the head, and where it came from


def run(tools: Tools, ir: ApplicationIR, changes: Changes, released: History, overrides: Overrides) -> Tree:
    """Emit and format them, and note what they are; released ones stay as they were delivered."""
    formatter = _Sparing(tools.formatter, released.paths)
    overrides = as_released(overrides, released)
    added = {f.path: f.text for f in overrides.files if f.path.startswith(VERSIONS)}
    before = released.followed_by(added)
    tree = customised(lambda: emit_migrations(ir, before, changes), overrides, formatter)
    planned = plan_revision(ir, before, changes)
    made = before.revisions
    if planned is not None:
        made = (*made, replace(planned.revision, rows=samples(ir)))
        made = History(made).followed_by({p: t for p, t in added.items() if p != made[-1].path}).revisions
    known = released.paths
    revisions = tuple(r if r.path in known else _delivered(tree, r) for r in made)
    noted = EmittedFile(HISTORY, encode(History(_trimmed(revisions))))
    return Tree(tuple(sorted((*tree.files, noted), key=lambda f: f.path)))


class _Sparing:
    """Formats what is new: a newer formatter must not touch what was released."""

    def __init__(self, formatter: Formatter, spared: frozenset[str]) -> None:
        self._formatter = formatter
        self._spared = spared

    def format(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Return path -> text."""
        fresh = {path: text for path, text in sources.items() if path not in self._spared}
        return {**sources, **self._formatter.format(fresh)}


def _delivered(tree: Tree, revision: Revision) -> Revision:
    script = next(f for f in tree.files if f.path == revision.path)
    return replace(revision, text=script.text, blocks=script.blocks)


def _trimmed(revisions: tuple[Revision, ...]) -> tuple[Revision, ...]:
    """Forget schema and rows of what nobody compares with any more."""
    old = len(revisions) - _REMEMBERED
    return tuple(replace(r, schema=None, rows=()) if n < old else r for n, r in enumerate(revisions))
