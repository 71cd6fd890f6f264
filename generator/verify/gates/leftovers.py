"""Gate: no file still holds what a template or a chat would leave in it: `{{`, `{%`, code fences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from generator.core.digest import canonical_json
from generator.emit.tree import EmittedFile
from generator.verify.gates.build import Build
from generator.verify.model import Finding

_OPENINGS = ("{{", "{%", "{#")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_OWN_SYNTAX = (".py", ".json", ".mako")  # parsed by another gate, or a template on purpose


def check(build: Build) -> list[Finding]:
    """Look at every file that no parser reads; what the spec itself says is no leftover."""
    spec = canonical_json(build.ir).decode()
    openings = [o for o in _OPENINGS if o not in spec]
    files = (f for f in build.bundle.files if not f.path.endswith(_OWN_SYNTAX))
    return [found for file in files for found in _file(build, file, openings)]


def _file(build: Build, file: EmittedFile, openings: list[str]) -> Iterator[Finding]:
    finding = partial(build.finding, path=file.path)
    lines = file.text.splitlines()
    for number, line in enumerate(lines, 1):
        for opening in (o for o in openings if o in line):
            yield finding("template-syntax", f"`{opening}` of a template is left in it", line=number)
    fences = [n for n, line in enumerate(lines, 1) if _FENCE.match(line)]
    if fences and (not file.path.endswith(".md") or len(fences) % 2):
        yield finding("fence", "a code fence is left in it", line=fences[-1])
