"""An overriding schema asks clients for what the server manages: those members go, the rest of it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.emit.overrides import FileOverride, Overrides, Withheld
from generator.emit.python import attribute
from generator.repair.apply import content_of, without_members
from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, DropMembers
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding

_SAYS = re.compile(r"(\w+) (?:takes|has) (\w+)(?:, which the \w+ sets|$)")
_ABOUT = ("create_schemas", "schemas.clients_only")


def propose(diagnosis: Diagnosis, facts: Facts, tried: frozenset[str]) -> DropMembers | None:
    """Take the members out of the first schema that has some."""
    files = {f.source: f for f in facts.overrides.files}
    own = files.get(diagnosis.cause.what)
    if own is None:
        return None
    for schema, members in _asked(diagnosis).items():
        content = content_of(facts.written, own.source)
        directive = DropMembers(own.source, content, schema, members)
        if directive.id not in tried and _has(own, directive):
            return directive
    return None


def _asked(diagnosis: Diagnosis) -> dict[str, tuple[str, ...]]:
    """Return schema -> members that it should not have."""
    asked: dict[str, dict[str, None]] = {}
    for schema, member in _pairs(diagnosis):
        asked.setdefault(schema, {})[attribute(member)] = None
    return {schema: tuple(members) for schema, members in asked.items()}


def _pairs(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    for finding in diagnosis.findings:
        said = _SAYS.match(finding.message) if finding.source in _ABOUT else None
        if said is not None:
            yield said[1], said[2]


def _has(own: FileOverride, directive: DropMembers) -> bool:
    try:
        return without_members(own.text, directive.schema, directive.members) != own.text
    except SyntaxError:
        return False


_TEXT = """\
class ThingCreate(Model):
    name: str
    created_at: datetime


class Thing(Model):
    created_at: datetime
"""
_FILE = FileOverride("app/thing/schemas.py", _TEXT, "sample.overrides/files/app/thing/schemas.py")
_OWN = Overrides(files=(_FILE,))
_BEFORE = Facts(written=_OWN, overrides=_OWN)
_CAUSE = Cause("override", _FILE.source, ("schemas",))
_DROP = DropMembers(_FILE.source, content_of(_OWN, _FILE.source), "ThingCreate", ("created_at",))
RULE = Rule(
    "server_managed",
    "override",
    propose,
    (
        RuleCase(
            "the member goes from the class that asks for it, and from no other",
            _BEFORE,
            found(
                _CAUSE,
                Finding(
                    "create_schemas", "server-field", "ThingCreate takes created_at, which the server sets"
                ),
            ),
            Overrides(
                files=(
                    FileOverride(
                        _FILE.path,
                        _TEXT.replace("    name: str\n    created_at: datetime\n", "    name: str\n"),
                        _FILE.source,
                    ),
                ),
                withheld=(Withheld(_FILE.source, 1, str(_DROP)),),
            ),
        ),
        RuleCase(
            "another finding is not for this rule",
            _BEFORE,
            found(_CAUSE, Finding("limits", "bound", "ThingCreate takes 0 for size, which is too small")),
            None,
        ),
    ),
)
