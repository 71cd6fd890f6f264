"""A check: a question about what a stage made."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from generator.stages.model import Artefact


class Made(NamedTuple):
    """A stage's output and what it was made from."""

    artefact: Artefact
    inputs: Mapping[str, Artefact]
    answers: dict[str, Any]

    @property
    def value(self) -> Any:
        """The output."""
        return self.artefact.value

    def of(self, stage: str) -> Any:
        """Return the value of an input."""
        return self.inputs[stage].value

    def once(self, name: str, work: Callable[[], Any]) -> Any:
        """Return the result of some work that several checks look at."""
        if name not in self.answers:
            self.answers[name] = work()
        return self.answers[name]


class Verdict(NamedTuple):
    """An answer: what is wrong, and how many things were looked at."""

    problems: tuple[str, ...]
    looked_at: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class Check(NamedTuple):
    """One question; a failed `blocking` one keeps everything downstream from being made."""

    stage: str
    name: str
    about: str
    ask: Callable[[Made], Verdict]
    blocking: bool = True
    warns: bool = False  # a failure is a warning, not an error


def verdict(problems: Iterable[str], looked_at: int) -> Verdict:
    """Return the answer to a check that may have nothing to look at."""
    return Verdict(tuple(problems), looked_at)


def verdict_on(things: Iterable[Any], problem: Callable[[Any], str], what: str) -> Verdict:
    """Ask `problem` of each thing; nothing to ask is a failure: the check would prove nothing."""
    listed = list(things)
    if not listed:
        return Verdict((f"there are no {what} to look at",), 0)
    return Verdict(tuple(text for thing in listed if (text := problem(thing))), len(listed))
