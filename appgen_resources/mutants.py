"""Trying the mutants of an application on this machine."""

from typing import Any

from generator.host.forks import fork_benches
from generator.host.format import RuffFormatter
from generator.ir.model import SourceMap
from generator.verify.mutants.judge import Subject
from generator.verify.mutants.model import MutationReport
from generator.verify.mutants.run import Choice, run_mutants


def try_mutants(subject: Subject, source_map: SourceMap, **choice: Any) -> MutationReport:
    """Try the chosen mutants and return what became of them."""
    return run_mutants(subject, fork_benches, RuffFormatter(), source_map, Choice(**choice))
