"""What is observed, what is known to be wrong, and what waits to be sent."""

from typing import Literal

import msgspec

from appgen_resources.operations.model import Severity

State = Literal["failed", "blocked"]
Change = Literal["failed", "blocked", "well"]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that a check found; `id` is the same each time that it is found."""

    id: str
    text: str
    node: str = ""
    spec: str = ""  # file:line:column


class Subject(msgspec.Struct, frozen=True, order=True):
    """What can be well or not: a check of an asset, the step that makes assets, or a job as a whole."""

    app: str
    asset: str = ""
    check: str = ""
    job: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.asset, self.check))) or f"the run of {self.job}"

    @property
    def key(self) -> str:
        """The name under which it is remembered."""
        return f"{self.app}|{self.asset}|{self.check}|{self.job}"


class Observation(msgspec.Struct, frozen=True):
    """What a finished run says of a subject; `at` is in seconds since 1970."""

    subject: Subject
    ok: bool
    at: float
    run: str
    severity: Severity = "error"
    problems: tuple[Problem, ...] = ()
    attempt: int = 0  # of repair, that the run was


class Open(msgspec.Struct, frozen=True, omit_defaults=True):
    """A subject that is known not to be well; `since` is when it was first seen so."""

    subject: Subject
    severity: Severity
    since: float
    at: float
    run: str
    problems: tuple[Problem, ...] = ()
    state: State = "failed"


class Doing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is being done about a failure: attempt number `attempt` of repair, or a person is needed."""

    state: Literal["nothing", "repairing", "blocked"] = "nothing"
    attempt: int = 0
    most: int = 0
    cause: str = ""  # from the finding to what is at fault
    what: str = ""


class Event(msgspec.Struct, frozen=True):
    """A change of state that people are told of: subjects of one application, seen in one run."""

    change: Change
    app: str
    run: str
    at: float
    entries: tuple[Open, ...]
    doing: Doing = Doing()
    still: int = 0  # other subjects of the application that are not well

    @property
    def severity(self) -> Severity:
        """How loud it is: that of the worst entry; a person being needed is the loudest."""
        if self.change == "blocked":
            return "critical"
        return "error" if any(entry.severity != "warning" for entry in self.entries) else "warning"


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message for one URL, which is known here by its hash only; `due` is when it is tried next."""

    id: str
    target: str
    title: str
    body: str
    kind: Literal["info", "success", "warning", "failure"]
    since: float
    due: float
    tries: int = 0
    problem: str = ""


class Ledger(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that outlives a tick; `cursors` are the last status changes seen, by their kind."""

    cursors: dict[str, int] = {}
    open: dict[str, Open] = {}
    outbox: tuple[Delivery, ...] = ()
