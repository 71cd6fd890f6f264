"""Templates that people bring: rendered in Jinja's sandbox, what they don't know is an error.

A template may use the one that it replaces: `{% include "builtin/<name>" %}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.core.diagnostics import Diagnostic, SpecError
from generator.core.spans import Span
from generator.emit.overrides import TemplateOverride
from generator.emit.python import docstring, literal

_MOST_TEXT = 5_000_000


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox; arithmetic can't be used to fill the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse powers, and texts and lists that are repeated."""
        if operator == "**" or not all(isinstance(value, int | float) for value in (left, right)):
            raise TemplateError(f"`{operator}` of these values is not allowed in an override")
        return super().call_binop(context, operator, left, right)


class Overriding:
    """The templates that are replaced at the moment, and what came of each."""

    def __init__(self, templates: Sequence[TemplateOverride]) -> None:
        self._templates = {(t.target, t.name): t for t in templates}
        self.used: list[tuple[str, str]] = []  # source, text

    def find(self, package: str, name: str) -> TemplateOverride | None:
        """Return the override of an emitter's template."""
        return self._templates.get((target_of(package), name))

    def render(self, own: TemplateOverride, package: str, view: dict[str, Any]) -> str:
        """Return its text; raises SpecError with the line of the override that is wrong."""
        try:
            text = _joined(self._environment(package).get_template(own.name).generate(view))
        except (TemplateError, ValueError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
            raise SpecError([_diagnostic(own, error)]) from error
        self.used.append((own.source, text))
        return text

    def _environment(self, package: str) -> _Environment:
        own = {name: t.text for (target, name), t in self._templates.items() if target == target_of(package)}
        builtin = PackageLoader(package)
        environment = _Environment(
            loader=ChoiceLoader([DictLoader(own), PrefixLoader({"builtin": builtin}), builtin]),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters |= {"literal": literal, "docstring": docstring}
        return environment


def target_of(package: str) -> str:
    """Return the emitter that a package of templates belongs to."""
    return package.removeprefix("generator.emit.").partition(".")[0]


_NOW: ContextVar[Overriding | None] = ContextVar("overriding", default=None)
current: Callable[[], Overriding | None] = _NOW.get


@contextmanager
def overriding(templates: Sequence[TemplateOverride]) -> Iterator[Overriding]:
    """Let these templates stand in for those of the emitters meanwhile."""
    now = Overriding(templates)
    token = _NOW.set(now)
    try:
        yield now
    finally:
        _NOW.reset(token)


def _joined(pieces: Iterator[str]) -> str:
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > _MOST_TEXT:
            raise TemplateError(f"it gives more than {_MOST_TEXT} characters")
        kept.append(piece)
    return "".join(kept)


def _diagnostic(own: TemplateOverride, error: Exception) -> Diagnostic:
    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line(error)
    message = str(error).partition("\n")[0] or type(error).__name__
    hint = "Remove the override, or correct it: what it is given is what the replaced template uses."
    return Diagnostic(
        "O201", f"this template can't be rendered: {message}", Span(own.source, line, 1, line, 1), hint
    )


def _line(error: Exception) -> int:
    """Return the line of the template that raised; Jinja puts it into the traceback."""
    line, at = 1, error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        if code.co_filename == "<template>" or "templates/" in code.co_filename:
            line = at.tb_lineno
        at = at.tb_next
    return line
