"""An override broke its stage: it is kept away as long as its text stays, and the stage comes from the IR."""

from __future__ import annotations

from generator.emit.overrides import FileOverride, Overrides, TemplateOverride, Withheld
from generator.overrides.views import stage_of_source
from generator.repair.apply import JOURNAL, content_of
from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, Quarantine
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding


def propose(diagnosis: Diagnosis, facts: Facts, tried: frozenset[str]) -> Quarantine | None:
    """Keep the likeliest override away that was not tried yet."""
    for source in (diagnosis.cause.what, *diagnosis.cause.others):
        content = content_of(facts.written, source)
        if content and not source.startswith(f"{JOURNAL}/"):
            directive = Quarantine(source, content, stage_of_source(source))
            if directive.id not in tried:
                return directive
    return None


_FILE = FileOverride("app/thing/service.py", "x = 1\n", "sample.overrides/files/app/thing/service.py")
_TEMPLATE = TemplateOverride("models", "base.py.j2", "#", "fleet.overrides/templates/models/base.py.j2")
_BOTH = Overrides(files=(_FILE,), templates=(_TEMPLATE,))
_BEFORE = Facts(written=_BOTH, overrides=_BOTH)
_FOUND = found(
    Cause("override", _FILE.source, ("services",), (_TEMPLATE.source,)),
    Finding("calls", "missing", "create_thing does not exist", path=_FILE.path, line=1, stage="services"),
)
_FIRST = Quarantine(_FILE.source, content_of(_BOTH, _FILE.source), "services")
RULE = Rule(
    "quarantine",
    "override",
    propose,
    (
        RuleCase(
            "the override that is blamed goes, every other one stays",
            _BEFORE,
            _FOUND,
            Overrides(
                templates=(_TEMPLATE,),
                withheld=(Withheld(_FILE.source, 1, "calls: create_thing does not exist"),),
            ),
        ),
        RuleCase(
            "if that did not help, the next one that is possible",
            _BEFORE,
            _FOUND,
            Quarantine(_TEMPLATE.source, content_of(_BOTH, _TEMPLATE.source), "models"),
            frozenset({_FIRST.id}),
        ),
        RuleCase("an override that is no longer there is left alone", Facts(), _FOUND, None),
    ),
)
