"""Lets hypothesis drive application and interpreter, and shrink the first difference that it finds."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from generator.core.errors import ToldError
from generator.ir.model import ApplicationIR
from generator.verify.model import Scenario
from generator.verify.oracle.choosing import Chooser
from generator.verify.oracle.live import Live
from generator.verify.oracle.model import Difference, OracleResult
from generator.verify.oracle.moves import ACTORS, Mover, Scene
from generator.verify.oracle.opening import Opening, Openings
from generator.verify.oracle.shorten import shorten
from generator.verify.oracle.twin import Differs, Twin
from generator.verify.plan.requests import Draft

SEQUENCE = 30  # requests in one sequence
SHRINKS = 150  # sequences that are tried, to make a difference simpler
_TOGETHER = 4  # sequences that are drawn alike, before it is seen which operations are left
_AGAIN = 1_000_003  # from one seed to the next
_ASIDE = 6  # one request in so many of an opening comes after a drawn one
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class _Enough(BaseException):
    """Nothing more is to be asked: no failure, hypothesis ends at once."""


class Session:
    """One run: the two sides, what was answered, and the shortest difference so far."""

    def __init__(self, ir: ApplicationIR, live: Live, scenarios: Sequence[Scenario], steps: int) -> None:
        self.twin = twin = Twin(ir, live)
        scene = Scene(twin.model.rows, twin.actor_of, twin.owner_of, twin.accepts, self._symbol)
        self._mover = Mover(twin.index, scene)
        self._openings = Openings(scenarios)
        self._opening: Opening | None = None
        self._carried_out: set[str] = set()
        self._before: set[str] = set()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.found: Difference | None = None
        self.failure: ToldError | None = None  # there is nothing left to compare
        self._wanted = steps
        self._shrinks = 0

    @property
    def steps(self) -> int:
        """How many requests were sent before the first difference."""
        return self.done.total() + self.refused.total()

    def begin(self) -> None:
        """Begin another sequence, with no rows."""
        self._shrinks += self.found is not None
        if not self.is_over:
            self.twin.begin()
        self._opening = None
        self._carried_out = set()

    def lead_on(self) -> None:
        """Let the following sequences begin with what was not yet carried out."""
        self._before = set(self.done)

    @property
    def is_over(self) -> bool:
        """Whether enough was asked, or done to make a difference simpler, or one side is gone."""
        if self.failure is not None:
            return True
        return self.steps >= self._wanted if self.found is None else self._shrinks > SHRINKS

    def draw(self, choose: Chooser) -> tuple[Draft, int]:
        """Draw the next request and who sends it; raises _Enough when enough was done."""
        if self.is_over:
            raise _Enough
        if self._opening is None:
            self._opening = Opening(self._openings.draw(choose, self._before), self.twin.names.start)
        planned = None if choose.rarely(_ASIDE) else self._opening.draft()
        if planned is not None:
            return planned, 0
        actor = choose.below(ACTORS)
        return self._mover.draft(choose, actor, self._carried_out), actor

    def send(self, draft: Draft, actor: int) -> None:
        """Send a request to both sides."""
        try:
            answer = self.twin.send(draft, actor)
        except Differs as problem:
            self._keep(problem.difference)
            raise
        except ToldError as failure:
            self.failure = failure
            raise
        done = answer.status < 400
        if done:
            self._carried_out.add(draft.operation)
        if self.found is None:
            (self.done if done else self.refused)[draft.operation] += 1
        if self._opening is not None:
            self._opening.answered(answer.body)

    def _keep(self, difference: Difference) -> None:
        if self.found is None or len(difference.requests) <= len(self.found.requests):
            self.found = difference

    def _symbol(self, value: object) -> object:
        """Return what stands for a value of a row in a request that can be repeated."""
        names = self.twin.names
        if not isinstance(value, str) or value in names.literals:
            return value
        if value in names.sent:
            return names.sent[value]
        if _UUID.fullmatch(value):
            return {"$ref": value}
        return {"$seen": value} if _DATETIME.fullmatch(value) else value


def run_oracle(
    ir: ApplicationIR, live: Live, steps: int, number: int = 0, scenarios: Sequence[Scenario] = ()
) -> OracleResult:
    """Send at least so many requests, the same ones for the same seed; stop at the first difference.

    A sequence may begin as one of the `scenarios` does.
    """
    session = Session(ir, live, scenarios, steps)
    began = time.perf_counter()
    while session.steps < steps and session.found is None:
        _search(session, steps - session.steps, number + _AGAIN * session.steps)
    found = None if session.found is None else shorten(session.twin, session.found)
    answered = {o: (session.done[o], session.refused[o]) for o in session.twin.index.operations}
    return OracleResult(ir.name, number, session.steps, time.perf_counter() - began, answered, found)


@st.composite
def _requests(draw: st.DrawFn, session: Session) -> tuple[Draft, int]:
    """Draw from what is there at that moment: the model of hypothesis's state machines."""
    return session.draw(Chooser(draw))


def _search(session: Session, steps: int, number: int) -> None:
    session.lead_on()

    class Sequences(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            session.begin()

        @rule(request=_requests(session))
        def step(self, request: tuple[Draft, int]) -> None:
            session.send(*request)

    chosen = settings(
        max_examples=min(_TOGETHER, max(1, -(-steps // SEQUENCE))),
        stateful_step_count=SEQUENCE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seed(number)(Sequences), settings=chosen)
    except (_Enough, Differs, ToldError, Flaky):  # stopped half-way, an example is flaky to hypothesis
        if session.found is None and not session.is_over:
            raise
    if session.failure is not None:
        raise session.failure
