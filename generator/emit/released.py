"""Overrides of scripts that have been released: databases have run them."""

from __future__ import annotations

import ast
from itertools import zip_longest

from msgspec.structs import replace

from generator.core.diagnostics import Diagnostic, SpecError
from generator.core.spans import Span
from generator.core.syntax_tree import parse
from generator.emit.history import History
from generator.emit.overrides import FileOverride, Overrides


def as_released(overrides: Overrides, released: History) -> Overrides:
    """Return overrides, those of released scripts in their layout; raises SpecError (O111) if one differs."""
    texts = {r.path: r.text for r in released.revisions if r.text}
    own = [f for f in overrides.files if f.path in texts]
    if wrong := [_changed(f, texts[f.path]) for f in own if not _same(f.text, texts[f.path])]:
        raise SpecError(wrong)
    files = (replace(f, text=texts[f.path]) if f in own else f for f in overrides.files)
    return replace(overrides, files=tuple(files))


def _changed(file: FileOverride, released: str) -> Diagnostic:
    """Say that databases have run a script; the place is the first line that differs."""
    pairs = enumerate(zip_longest(file.text.splitlines(), released.splitlines()), 1)
    line = min(next((n for n, (new, old) in pairs if new != old), 1), len(file.text.splitlines()) or 1)
    message = f"{file.path} has been released: databases have run it as it was"
    hint = "Add a script that follows it, or take this one away."
    return Diagnostic("O111", message, Span(file.source, line, 1, line, 1), hint)


def _same(one: str, other: str) -> bool:
    try:
        return ast.dump(parse(one)) == ast.dump(parse(other))
    except SyntaxError:
        return False
