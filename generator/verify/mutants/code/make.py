"""From the files of an application to its mutants."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from generator.core.syntax_tree import parse
from generator.emit.tree import EmittedFile
from generator.ir.model import ApplicationIR
from generator.verify.mutants.code.queries import query_sites
from generator.verify.mutants.code.routes import route_sites, violation_sites
from generator.verify.mutants.code.schemas import schema_sites
from generator.verify.mutants.code.service import service_sites
from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.code.tables import table_sites
from generator.verify.mutants.model import Mutant
from generator.verify.mutants.text import Source

_OPERATORS: tuple[tuple[str, Callable[[Source, Facts], Sites]], ...] = (
    ("/service.py", service_sites),
    ("/queries.py", query_sites),
    ("/schemas.py", schema_sites),
    ("/filters.py", schema_sites),
    ("app/enums.py", schema_sites),
    ("/models.py", table_sites),
    ("/router.py", route_sites),
    ("app/violations.py", violation_sites),
)
_MIGRATION = "migrations/versions/"


def code_mutants(files: Iterable[EmittedFile], ir: ApplicationIR) -> Iterator[Mutant]:
    """Yield each mutant of the emitted Python; one that parses to the same tree is none."""
    facts = Facts(ir)
    for file in files:
        operator = _operator(file.path)
        if operator is not None:
            source = Source(file)
            yield from _mutants(source, operator(source, facts))


def _operator(path: str) -> Callable[[Source, Facts], Sites] | None:
    if path.startswith(_MIGRATION) and path.endswith(".py"):
        return table_sites
    if not path.startswith("app/") or path.startswith(("app/runtime/", "app/extensions/")):
        return None
    return next((operator for suffix, operator in _OPERATORS if path.endswith(suffix)), None)


def _mutants(source: Source, sites: Iterable[Site]) -> Iterator[Mutant]:
    same = {ast.dump(source.tree)}
    names: Counter[tuple[int, str]] = Counter()
    for site in sorted(sites, key=lambda s: (s.line, s.kind, s.edit.first, s.edit.last, s.edit.text)):
        text = source.changed(site.edit)
        known = ast.dump(_parsed(source, site, text))
        if known in same:
            continue
        same.add(known)
        names[site.line, site.kind] += 1
        yield Mutant(
            id=f"{source.path}:{site.line}:{site.kind}:{names[site.line, site.kind]}",
            level="code",
            kind=site.kind,
            what=site.what,
            node=site.node or source.node_at(site.line),
            path=source.path,
            line=site.line,
            changed={source.path: text},
        )


def _parsed(source: Source, site: Site, text: str) -> ast.Module:
    try:
        return parse(text)
    except SyntaxError as error:
        raise AssertionError(f"{source.path}:{site.line}: {site.what} does not parse: {error}") from error
