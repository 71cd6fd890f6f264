"""What the typing functions hand each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from generator.core.diagnostics import Diagnostic, Diagnostics
from generator.core.spans import Span
from generator.expr import syntax as s
from generator.expr.model import Expr, Type
from generator.expr.scope import RowBinding, Schema, Scope


class Operand(Protocol):
    """Types any node: the recursion, handed down so that modules need not import each other."""

    def __call__(self, node: s.Node, context: Context, hint: Type | None = None) -> Expr | None:
        """Return the typed node, or None after reporting why not."""
        ...


class Context:
    """A scope, the schema, and where errors go."""

    def __init__(
        self,
        scope: Scope,
        schema: Schema,
        found: Diagnostics,
        operand: Operand,
        not_zero: frozenset[Expr] = frozenset(),
    ) -> None:
        self.scope = scope
        self.schema = schema
        self.not_zero = not_zero  # what conditions around have settled
        self._found = found
        self._operand = operand

    def operand(self, node: s.Node, hint: Type | None = None) -> Expr | None:
        """Type a node in this context."""
        return self._operand(node, self, hint)

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Report an error."""
        self._found.error(code, message, span, hint)

    def unknown(self, name: str, code: str, message: str, span: Span, hint: str = "") -> None:
        """Report a name that means nothing here."""
        self._found.unknown(name, Diagnostic(code, message, span, hint))

    def is_lost(self, names: Iterable[str]) -> bool:
        """Whether the declaration of one of the names was refused."""
        return not self._found.lost.isdisjoint(names)

    def within(self, element: RowBinding, name: str = "") -> Context:
        """Return the context inside an aggregate, where the element may have a name."""
        scope = self.scope.within(element)
        scope = scope.with_row(name, element) if name else scope
        return Context(scope, self.schema, self._found, self._operand, self.not_zero)

    def knowing(self, not_zero: frozenset[Expr]) -> Context:
        """Return the context where some values can't be zero."""
        known = self.not_zero | not_zero
        return Context(self.scope, self.schema, self._found, self._operand, known)
