"""A stage's files with the overrides of people in them; every line of theirs says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from generator.core.diagnostics import Diagnostic, SpecError
from generator.core.ports import Formatter
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.emit.finish import finish
from generator.emit.moved import compared, moved, origins
from generator.emit.overrides import FileOverride, Overrides, Pin
from generator.emit.sandboxed import overriding
from generator.emit.tree import EmittedFile, Tree

ADDED = ("app/extensions/", "migrations/versions/")  # files may be added here

_AND = " and "
Emit = Callable[[], list[EmittedFile]]
EmitPinned = Callable[[Mapping[str, str]], list[EmittedFile]]


def customised(emit: Emit, overrides: Overrides, formatter: Formatter) -> Tree:
    """Return what a stage emits, with its overrides; raises SpecError if one of them can't be used."""
    return customised_pinned(lambda _: emit(), overrides, formatter)


def customised_pinned(emit: EmitPinned, overrides: Overrides, formatter: Formatter) -> Tree:
    """Return what a stage emits that is given the pins as package -> range."""
    plain = finish(emit({}), formatter)
    if not overrides.any:
        return plain
    _refuse_unknown(overrides.files, plain)
    with overriding(overrides.templates) as used:
        emitted = emit({pin.package: pin.specifier for pin in overrides.pins})
    filled = finish(emitted, Lenient(formatter))
    known = {file.path: file for file in plain.files}
    sources = _sources(emitted, used.used, overrides.pins)
    files = {f.path: _marked(f, known.get(f.path), sources.get(f.path, ())) for f in filled.files}
    files |= _replaced(overrides.files, known, formatter)
    return Tree(tuple(files[path] for path in sorted(files)))


class Lenient:
    """Formats what parses and leaves the rest as it is: the gates say what is wrong with it, and where."""

    def __init__(self, formatter: Formatter) -> None:
        self._formatter = formatter

    def format(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Return path -> text."""
        try:
            return self._formatter.format(sources)
        except ValueError:
            return {path: self._one(path, text) for path, text in sources.items()}

    def _one(self, path: str, text: str) -> str:
        try:
            return self._formatter.format({path: text})[path]
        except ValueError:
            return text


def _refuse_unknown(files: Iterable[FileOverride], plain: Tree) -> None:
    known = plain.paths()
    wrong = [f for f in files if f.path not in known and not f.path.startswith(ADDED)]
    if wrong:
        raise SpecError([_unknown(file, known) for file in wrong])


def _unknown(file: FileOverride, known: tuple[str, ...]) -> Diagnostic:
    hint = did_you_mean(file.path, known) or f"Only {_AND.join(ADDED)} take files that are not generated."
    return Diagnostic("O106", f"the application has no file {file.path}", Span(file.source, 1, 1, 1, 1), hint)


def _sources(
    emitted: list[EmittedFile], used: list[tuple[str, str]], pins: tuple[Pin, ...]
) -> dict[str, tuple[str, ...]]:
    """Return path -> the overrides that may have changed it."""
    found: dict[str, tuple[str, ...]] = {}
    for file in emitted:
        templates = [source for source, text in used if text in file.text]
        pinned = [p.source for p in pins if re.search(rf"\b{re.escape(p.package)}\b", file.text)]
        found[file.path] = tuple(dict.fromkeys([*templates, *pinned]))
    return found


def _marked(file: EmittedFile, plain: EmittedFile | None, sources: tuple[str, ...]) -> EmittedFile:
    if plain is not None and plain.text == file.text:
        return file
    return replace(file, origins=origins(compared(plain.text if plain else "", file.text), sources))


def _replaced(
    overrides: tuple[FileOverride, ...], plain: Mapping[str, EmittedFile], formatter: Formatter
) -> Iterator[tuple[str, EmittedFile]]:
    tidy = Lenient(formatter).format({o.path: o.text for o in overrides if o.path.endswith(".py")})
    for own in overrides:
        text = tidy.get(own.path, own.text)
        before = plain.get(own.path, EmittedFile(own.path, ""))
        lines = compared(before.text, text)
        file = EmittedFile(own.path, text, moved(before, lines), origins=origins(lines, [own.source]))
        yield own.path, file
