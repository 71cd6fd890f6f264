"""Gate: one line of revisions, none of which was changed since, and rows that survive the newest one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from generator.emit.history import HISTORY, VERSIONS, Effects, History, Revision
from generator.emit.snapshot import Column, Snapshot, Table
from generator.verify.gates.ancestry import history_of
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_STEPS = {
    "earlier": ("rows-refused", "the revision before does not take the rows that it took"),
    "later": ("upgrade-fails", "`alembic upgrade head` fails when there are rows"),
    "back": ("downgrade-fails", "the newest revision can't be undone and made again"),
}


def check(build: Build) -> list[Finding]:
    """Compare the scripts with the history, then the rows before and after the newest revision."""
    history = history_of(build.bundle)
    if isinstance(history, str):
        return [build.finding("no-history", history, path=HISTORY)]
    if found := [*_line(build, history), *_changed(build, history)]:
        return found
    if len(history.revisions) < 2:
        return []
    probe = build.probe
    for step, (code, message) in _STEPS.items():
        if step in probe.failures:
            return [build.failed(code, message, probe.failures[step])]
    if probe.earlier is None or probe.later is None or probe.back is None:
        raise CannotRun(probe.why_not("back"))
    told = [*_contradicted(build, history.revisions[-1], probe.contradicted)]
    if not any(probe.earlier.values()) and not told:
        return [build.finding("no-rows", "no table got a row to try the newest revision with", path=HISTORY)]
    return [*told, *_Survival(build, history, probe.earlier, probe.later).findings()]


def _contradicted(build: Build, newest: Revision, names: tuple[str, ...]) -> Iterator[Finding]:
    """Warn of what stops the upgrade of a database whose rows contradict it."""
    for table in _schema(newest).tables:
        nodes = {f"{table.name}.{column.name}": column.node for column in table.columns}
        nodes |= {item.name: item.node for item in table.items}
        for name in sorted(nodes.keys() & set(names)):
            text = (
                f"the upgrade stops at rows of {table.name} that contradict {name}: put them in order before"
            )
            found = build.finding("rows-contradict", text, path=newest.path, node=nodes[name] or table.node)
            yield replace(found, severity="warning")


def _line(build: Build, history: History) -> Iterator[Finding]:
    """Report scripts that are no revision of the history, or don't follow the one before."""
    scripts = {path: tree for path, tree in build.modules.items() if path.startswith(VERSIONS)}
    before = None
    for revision in history.revisions:
        if revision.path in build.files and revision.path not in scripts:
            raise CannotRun(f"{revision.path} can't be parsed")
        tree = scripts.pop(revision.path, None)
        have = _assigned(tree) if tree is not None else {}
        if (have.get("revision"), have.get("down_revision")) != (revision.id, before):
            text = f"{revision.path} is not revision {revision.id} after {before or 'nothing'}"
            yield build.finding("not-a-line", text, path=revision.path, line=1)
        before = revision.id
    for path in scripts:
        yield build.finding("unknown-revision", f"the history has no {path}", path=path)


def _assigned(tree: ast.Module) -> dict[str, Any]:
    found = {}
    for node in tree.body:
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value))
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value))
            ):
                found[name] = value
            case _:
                pass
    return found


def _changed(build: Build, history: History) -> Iterator[Finding]:
    """Report what was released before and is not as it was: databases have run it."""
    for revision in history.revisions[:-1]:
        if build.files[revision.path].text != revision.text:
            text = f"{revision.path} was released and is another one now"
            yield build.finding("released-changed", text, path=revision.path)


class _Survival:
    """Rows of before and of after the newest revision."""

    def __init__(
        self, build: Build, history: History, earlier: Mapping[str, Any], later: Mapping[str, Any]
    ) -> None:
        self._build, self._earlier, self._later = build, earlier, later
        self._before, self._newest = history.revisions[-2:]

    @property
    def _effects(self) -> Effects:
        return self._newest.effects

    def findings(self) -> Iterator[Finding]:
        """Yield what is lost, and what is missing."""
        for table in _schema(self._before).tables:
            if table.name not in self._effects.dropped:
                yield from self._table(table)

    def _table(self, old: Table) -> Iterator[Finding]:
        name = self._effects.renamed_tables.get(old.name, old.name)
        new = next((t for t in _schema(self._newest).tables if t.name == name), None)
        rows = self._earlier.get(old.name, [])
        if new is None or not rows:
            return
        now = self._by_key(new, self._later.get(name, []))
        if len(now) < len(rows):
            text = f"{old.name} had {len(rows)} rows, {name} has {len(now)}"
            yield self._finding("rows-lost", text, new.node)
            return
        for column in old.columns:
            yield from self._column(old, column, new, rows, now)
        yield from (self._empty(new, c) for c in new.columns if self._is_empty(new, c, now))

    @staticmethod
    def _by_key(table: Table, rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {tuple(row.get(k) for k in table.key_columns): row for row in rows}

    def _column(
        self, old: Table, column: Column, new: Table, rows: list[dict[str, Any]], now: Mapping[Any, Any]
    ) -> Iterator[Finding]:
        place = f"{old.name}.{column.name}"
        if place in self._effects.dropped:
            return
        name = self._effects.renamed.get(place, f"{new.name}.{column.name}").partition(".")[2]
        retyped = f"{new.name}.{name}" in self._effects.retyped
        for row in rows:
            was = row[column.name]
            found = now.get(tuple(row[k] for k in old.key_columns), {}).get(name)
            if was is not None and (found is None if retyped else found != was):
                text = f"{place} was {was!r} in a row, {new.name}.{name} is {found!r}"
                node = next((c.node for c in new.columns if c.name == name), "") or new.node
                yield self._finding("value-lost", text, node)
                return

    def _is_empty(self, table: Table, column: Column, now: Mapping[Any, Mapping[str, Any]]) -> bool:
        wanted = f"{table.name}.{column.name}" in self._effects.filled
        return wanted and any(row.get(column.name) is None for row in now.values())

    def _empty(self, table: Table, column: Column) -> Finding:
        text = f"{table.name}.{column.name} is null in rows that were there, which new rows never are"
        return self._finding("not-filled", text, column.node or table.node)

    def _finding(self, code: str, text: str, node: str) -> Finding:
        return self._build.finding(code, text, path=self._newest.path, node=node)


def _schema(revision: Revision) -> Snapshot:
    return revision.schema or Snapshot()
