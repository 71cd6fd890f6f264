"""Gate: no file still holds what a template or a chat would leave in it: `{{`, `{%`, code fences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from generator.emit.tree import EmittedFile
from generator.emit.unfilled import Unfilled
from generator.verify.gates.build import Build
from generator.verify.model import Finding

_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_OWN_SYNTAX = (".py", ".json", ".mako")  # parsed by another gate, or a template on purpose


def check(build: Build) -> list[Finding]:
    """Look at every file that no parser reads; what the spec itself says is no leftover."""
    unfilled = Unfilled(build.ir)
    files = (f for f in build.bundle.files if not f.path.endswith(_OWN_SYNTAX))
    return [found for file in files for found in _file(build, file, unfilled)]


def _file(build: Build, file: EmittedFile, unfilled: Unfilled) -> Iterator[Finding]:
    finding = partial(build.finding, path=file.path)
    for number, opening in unfilled.find(file.text):
        yield finding("template-syntax", f"`{opening}` of a template is left in it", line=number)
    fences = [n for n, line in enumerate(file.text.splitlines(), 1) if _FENCE.match(line)]
    if fences and (not file.path.endswith(".md") or len(fences) % 2):
        yield finding("fence", "a code fence is left in it", line=fences[-1])
