"""What the first stage reads: the texts of a spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from generator.core.diagnostics import Diagnostic, SpecError
from generator.ir.lower import every_error
from generator.spec.load import load_app
from generator.spec.model import AppSpec

Read = Callable[[str], str]


class SpecSource(msgspec.Struct, frozen=True):
    """The main file and every file that it includes; paths are relative to the main file's folder.

    `regressions` are the scenarios that lie beside it (see `appgen oracle`).
    """

    main: str
    files: tuple[tuple[str, str], ...]
    regressions: tuple[tuple[str, str], ...] = ()

    def read(self, path: str) -> str:
        """Return the text of a file."""
        for name, text in self.files:
            if name == path:
                return text
        raise FileNotFoundError(path)


class Sourced(Protocol):
    """A spec's document."""

    @property
    def source(self) -> SpecSource:
        """The texts that it was read from."""
        ...


def regressions(document: Sourced) -> tuple[tuple[str, str], ...]:
    """Return name and text of the scenarios that lie beside a spec."""
    return document.source.regressions


class Parsed(msgspec.Struct, frozen=True):
    """What reading a spec gave: the spec, or what is wrong with it."""

    spec: AppSpec | None
    diagnostics: tuple[Diagnostic, ...] = ()


_LAST: dict[SpecSource, Parsed] = {}


def parse(source: SpecSource) -> Parsed:
    """Return the spec as written; the last one is kept, since tracing its files parses it too."""
    texts = SpecSource(source.main, source.files)
    if texts not in _LAST:
        remember(texts, parse_with(source.main, source.read))
    return _LAST[texts]


def trace(main: str, read: Read) -> SpecSource:
    """Return the texts that reading a spec asks for."""
    texts: dict[str, str] = {}

    def traced(path: str) -> str:
        texts[path] = read(path)
        return texts[path]

    parsed = parse_with(main, traced)
    source = SpecSource(main, tuple(texts.items()))
    remember(source, parsed)
    return source


def parse_with(main: str, read: Read) -> Parsed:
    """Parse a spec; a wrong one is an answer, not an exception."""
    try:
        return Parsed(load_app(main, read))
    except SpecError as error:
        return Parsed(None, tuple(every_error(error)))


def remember(source: SpecSource, parsed: Parsed) -> None:
    """Keep the last result, and no other."""
    _LAST.clear()
    _LAST[source] = parsed
