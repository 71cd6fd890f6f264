"""What comes next: a pure function of what was tried and what is wrong."""

from msgspec.structs import replace

from generator.emit.overrides import FileOverride, Overrides
from generator.repair.diagnose import Case
from generator.repair.facts import Facts
from generator.repair.journal import Attempt, Journal, State
from generator.repair.loop import Apply, Budget, Propose, Stop, Withdraw, next_step
from generator.repair.model import (
    AnyDirective,
    Cause,
    Diagnosis,
    Evidence,
    PatchSpec,
    Quarantine,
    Refusal,
    Remake,
)
from generator.repair.rules.model import found
from generator.repair.session import consider
from generator.verify.model import Finding

BUDGET = Budget(per_app=4, per_finding=2)
WORSE, SAME, BETTER, FARTHER = ("ab", "abc"), ("ab", "ab"), ("ab", "a"), ("ab", "xyz")


def diagnosis(what: str = "x") -> Diagnosis:
    return found(Cause("override", what, ("models",)), Finding("drift", "drift", what))


def away(name: str) -> Quarantine:
    return Quarantine(name, "text", "models")


def state(findings: str = "ab", depth: int = 5) -> State:
    return State(depth, tuple(findings), ("d",))


def attempt(
    entry: int, directive: AnyDirective | None, was: State, about: Diagnosis | None = None
) -> Attempt:
    return Attempt("run", (about or diagnosis()).id, entry, directive.id if directive else "", was)


def step(attempts: list[Attempt], standing: set[int], now: State, *proposals: object) -> object:
    pairs = [p if isinstance(p, tuple) else (diagnosis(), p) for p in proposals]
    return next_step(attempts, frozenset(standing), now, pairs, BUDGET)  # type: ignore[arg-type]


def test_the_first_thing_that_can_be_done_is_done() -> None:
    one, other = diagnosis("one"), diagnosis("other")
    refused = (one, Refusal("It can't be done.", "Do it by hand."))
    assert step([], set(), state(), refused, (other, away("o"))) == Apply(other, away("o"))


def test_what_did_not_help_is_taken_back() -> None:
    for findings, word in (("ab", "did not help"), ("abc", "made it worse")):
        taken = step([attempt(1, away("o"), state())], {1}, state(findings), away("p"))
        assert isinstance(taken, Withdraw)
        assert taken.entry == 1
        assert word in taken.why


def test_what_ended_earlier_is_taken_back() -> None:
    assert isinstance(step([attempt(1, away("o"), state())], {1}, state("a", depth=3), away("p")), Withdraw)


def test_what_helped_stays_and_the_next_thing_is_done() -> None:
    for now in (state("a"), state("xyz", depth=9)):
        assert step([attempt(1, away("o"), state())], {1}, now, away("p")) == Apply(diagnosis(), away("p"))


def test_after_something_was_taken_back_another_thing_is_tried() -> None:
    history = [attempt(1, away("o"), state()), attempt(0, None, state("abc"))]
    assert step(history, set(), state(), away("p")) == Apply(diagnosis(), away("p"))


def test_no_directive_is_tried_twice() -> None:
    history = [attempt(1, away("o"), state()), attempt(0, None, state("abc"))]
    stopped = step(history, set(), state(), away("o"))
    assert isinstance(stopped, Stop)
    assert "before" in stopped.why


def test_what_stands_for_nothing_is_not_taken_back() -> None:
    again = Remake("models", "old")
    history = [attempt(1, again, state())]
    assert step(history, set(), state(), away("o")) == Apply(diagnosis(), away("o"))


def test_the_budget_of_a_finding_ends() -> None:
    history = [
        attempt(1, away("a"), state("abcd")),
        attempt(2, away("b"), state("abc")),
    ]
    stopped = step(history, {1, 2}, state("a"), away("c"))
    assert isinstance(stopped, Stop)
    assert "2 repairs were tried for it" in stopped.why


def test_the_budget_of_an_application_ends() -> None:
    history = [attempt(n, away(str(n)), state("abcdefgh"[: 8 - n]), diagnosis(str(n))) for n in range(1, 5)]
    stopped = step(history, {1, 2, 3, 4}, state("a"), (diagnosis("new"), away("new")))
    assert isinstance(stopped, Stop)
    assert "4 repairs" in stopped.why


def test_going_round_ends() -> None:
    """Directives that are done once are never taken back: A, B, A has to be seen by itself."""
    history = [
        attempt(1, Remake("models", "a"), state("ab")),
        attempt(2, Remake("models", "b"), state("abc")),
    ]
    stopped = step(history, set(), state("ab"), (diagnosis("new"), away("new")))
    assert isinstance(stopped, Stop)
    assert "undo each other" in stopped.why


def test_a_change_of_the_spec_is_for_a_person() -> None:
    patch = PatchSpec("a.yaml", 1, "a", "b")
    assert step([], set(), state(), patch) == Propose(diagnosis(), patch)
    assert step([], set(), state(), patch, (diagnosis("o"), away("o"))) == Apply(diagnosis("o"), away("o"))


def test_every_way_through_ends() -> None:
    """Whatever happens, a repair takes at most twice as many steps as its budget allows repairs."""
    for outcomes in ("worse", "same", "mixed"):
        history: list[Attempt] = []
        standing: set[int] = set()
        for number in range(1, 50):
            now = state("abcdefgh"[: 8 - number % 3] if outcomes == "mixed" else "ab" * (1 + len(standing)))
            about = diagnosis(str(number))
            taken = next_step(history, frozenset(standing), now, [(about, away(str(number)))], BUDGET)
            if isinstance(taken, Stop):
                break
            if isinstance(taken, Withdraw):
                standing.discard(taken.entry)
                history.append(attempt(0, None, now))
            else:
                assert isinstance(taken, Apply)
                standing.add(number)
                history.append(attempt(number, taken.directive, now, about))
        assert len(history) <= 2 * BUDGET.per_app + 1


def test_what_was_not_judged_before_the_spec_changed_is_judged_after_it() -> None:
    """Else an override that had nothing to do with it would be kept away for good."""
    written = Overrides(files=(FileOverride("app/a/models.py", "a", "a.overrides/files/app/a/models.py"),))
    failed = Evidence("a", "run1", (Finding("drift", "drift", "x", stage="models"),))
    facts = Facts(spec=(("a", "one"),), written=written, overrides=written)
    case = Case(failed, facts, {}, {}, lambda _: "", {})
    first = consider(case, Journal("a"), "2026-01-01")
    assert isinstance(first.step, Apply)
    changed = replace(case, evidence=replace(failed, run="run2"), facts=replace(facts, spec=(("a", "two"),)))
    then = consider(changed, first.journal, "2026-01-01")
    assert isinstance(then.step, Withdraw)
    assert not then.journal.in_force
