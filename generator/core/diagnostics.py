"""Messages about what a person wrote, each with its place, a code and a way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from generator.core.spans import Span


class Severity(StrEnum):
    """How bad it is: an error stops the build, a warning doesn't."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(msgspec.Struct, frozen=True):
    """One message: `code` is stable and documented, `hint` says the way out."""

    code: str
    message: str
    span: Span
    hint: str = ""
    severity: Severity = Severity.ERROR


class NodeDiagnostic(msgspec.Struct, frozen=True):
    """An error about an IR node, from a stage that does not know where the node stands in the spec."""

    code: str
    message: str
    node: str
    hint: str = ""


class Diagnostics:
    """Collects messages so that one run shows every mistake."""

    def __init__(self, lost: Iterable[str] = ()) -> None:
        self._items: list[Diagnostic] = []
        self._lost = set(lost)

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record an error."""
        self._items.append(Diagnostic(code, message, span, hint))

    def lose(self, name: str) -> None:
        """Remember a name whose declaration was refused: that it is unknown later on is no second mistake."""
        self._lost.add(name)

    def unknown(self, name: str, error: Diagnostic) -> None:
        """Record that a name means nothing, unless it would if its declaration were right."""
        if name not in self._lost:
            self._items.append(error)

    def warning(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record a warning."""
        self._items.append(Diagnostic(code, message, span, hint, Severity.WARNING))

    def extend(self, items: list[Diagnostic]) -> None:
        """Take over messages from another collector."""
        self._items.extend(items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(set(self._items), key=lambda d: (d.span, d.code, d.message)))

    def __len__(self) -> int:
        return len(self._items)

    @property
    def lost(self) -> frozenset[str]:
        """The names whose declarations were refused."""
        return frozenset(self._lost)

    @property
    def has_errors(self) -> bool:
        """Whether anything here stops the build."""
        return any(d.severity is Severity.ERROR for d in self._items)


class SpecError(Exception):
    """The spec was refused; carries every diagnostic."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__("\n".join(f"{d.span}: {d.severity} {d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


class NodeError(Exception):
    """The application can't be made from what there is; carries every error, without its place."""

    def __init__(self, found: list[NodeDiagnostic]) -> None:
        super().__init__("\n".join(f"{d.node}: {d.code}: {d.message}" for d in found))
        self.found = found
