"""What directives make of the overrides of an application."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec.structs import replace

from generator.core.digest import short_digest
from generator.core.syntax_tree import parse
from generator.emit.overrides import FileOverride, Overrides, Pin, Withheld
from generator.overrides.views import stage_of_source
from generator.repair.journal import Entry, Journal
from generator.repair.model import CorrectDatabase, DropMembers, PinDependency, Quarantine
from generator.repair.revision import revision_file

JOURNAL = "repairs"  # where a pin or a file of a directive is said to come from


def effective(overrides: Overrides, journal: Journal) -> Overrides:
    """Return the overrides as directives leave them; one that has lost its override does nothing."""
    written = overrides
    for entry in journal.in_force:
        if not _is_superseded(written, entry):
            overrides = applied(overrides, entry)
    return overrides


def superseded(overrides: Overrides, journal: Journal) -> tuple[int, ...]:
    """Return the directives whose override was changed or removed by its owner since."""
    return tuple(e.number for e in journal.in_force if _is_superseded(overrides, e))


def content_of(overrides: Overrides, source: str) -> str:
    """Return the digest of an override as it was written; "" if there is none."""
    texts = [f.text for f in overrides.files if f.source == source]
    texts += [t.text for t in overrides.templates if t.source == source]
    pins = [[p.package, p.specifier] for p in overrides.pins if p.source == source]
    return short_digest([texts, pins]) if texts or pins else ""


def applied(overrides: Overrides, entry: Entry) -> Overrides:
    """Return the overrides with one directive applied."""
    match entry.directive:
        case Quarantine(source=source):
            return _without(overrides, source, entry)
        case DropMembers():
            return _trimmed(overrides, entry.directive, entry)
        case PinDependency(package=package, version=version):
            pin = Pin(package, f"=={version}", f"{JOURNAL}/{entry.number}")
            return replace(overrides, pins=_with(overrides.pins, pin))
        case CorrectDatabase():
            path, text = revision_file(entry.directive, entry.number)
            file = FileOverride(path, text, f"{JOURNAL}/{entry.number}")
            return replace(overrides, files=(*overrides.files, file))
        case _:
            return overrides


def _is_superseded(overrides: Overrides, entry: Entry) -> bool:
    match entry.directive:
        case Quarantine(source=source, content=content) | DropMembers(source=source, content=content):
            return content_of(overrides, source) != content
        case _:
            return False


def _without(overrides: Overrides, source: str, entry: Entry) -> Overrides:
    withheld = Withheld(source, entry.number, entry.told.chain, entry.told.node)
    return replace(
        overrides,
        files=tuple(f for f in overrides.files if f.source != source),
        templates=tuple(t for t in overrides.templates if t.source != source),
        pins=tuple(p for p in overrides.pins if p.source != source),
        withheld=(*overrides.withheld, withheld),
    )


def _trimmed(overrides: Overrides, directive: DropMembers, entry: Entry) -> Overrides:
    files = tuple(
        replace(f, text=without_members(f.text, directive.schema, directive.members))
        if f.source == directive.source
        else f
        for f in overrides.files
    )
    withheld = Withheld(directive.source, entry.number, str(directive), entry.told.node)
    return replace(overrides, files=files, withheld=(*overrides.withheld, withheld))


def without_members(text: str, schema: str, members: Iterable[str]) -> str:
    """Return Python source without some annotated names of a class; a class left empty gets `pass`."""
    wanted, lines = set(members), text.splitlines(keepends=True)
    for node in (n for n in parse(text).body if isinstance(n, ast.ClassDef) and n.name == schema):
        gone = [s for s in node.body if _member(s) in wanted]
        if len(gone) == len(node.body):
            lines[gone[0].lineno - 1] = f"{' ' * gone[0].col_offset}pass\n"
            gone = gone[1:]
        for statement in reversed(gone):
            del lines[statement.lineno - 1 : statement.end_lineno]
    return "".join(lines)


def _member(statement: ast.stmt) -> str:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""


def _with(pins: tuple[Pin, ...], pin: Pin) -> tuple[Pin, ...]:
    return tuple(sorted([*(p for p in pins if p.package != pin.package), pin], key=lambda p: p.package))


__all__ = [
    "JOURNAL",
    "applied",
    "content_of",
    "effective",
    "stage_of_source",
    "superseded",
    "without_members",
]
