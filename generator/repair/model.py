"""What repair reasons about: what failed, why, and what is done about it."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from generator.core.digest import short_digest
from generator.core.spans import Span
from generator.verify.model import Finding

LIVE = "live_database"  # the source of what is found in a live database

CauseKind = OneOf[
    "override",  # something that people put in the place of generated text
    "stale",  # a stage's output is not what the stage makes
    "hand edit",  # a delivered file was changed
    "database",  # the live database is not what the migrations made
    "dependency",  # another release of a package than the one that passed
    "infrastructure",  # the machine: try again
    "target",  # the place of delivery does not take it
    "spec",  # what the spec asks for can't work at run time
    "generator",  # none of these: a mistake in appgen
]


class _Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all nodes."""


class StepFailure(_Node, frozen=True):
    """A stage that could not be made; `transient` if the machine was at fault."""

    stage: str
    message: str
    transient: bool = False


class Evidence(_Node, frozen=True):
    """What a run left: findings in the order in which they were made, and stages that could not be made."""

    app: str
    run: str
    findings: tuple[Finding, ...] = ()
    failures: tuple[StepFailure, ...] = ()

    @property
    def any(self) -> bool:
        """Whether something is wrong."""
        return bool(self.findings or self.failures)


def finding_id(found: Finding) -> str:
    """Return what stays the same when the same thing is found again."""
    return short_digest([found.source, found.code, found.node, found.path])


class Cause(_Node, frozen=True):
    """Why: `what` is the override's path, the stage, the package, the file."""

    kind: CauseKind
    what: str
    stages: tuple[str, ...]  # the smallest set that can be at fault
    others: tuple[str, ...] = ()  # causes of the same kind that are possible too, less likely


class Diagnosis(_Node, frozen=True):
    """One cause with everything that it made fail; `chain` leads from the finding to the cause."""

    app: str
    run: str
    cause: Cause
    findings: tuple[Finding, ...]
    chain: str

    @property
    def id(self) -> str:
        """The same for the same cause of the same application."""
        return short_digest([self.app, self.cause.kind, self.cause.what, self.cause.stages])

    @property
    def first(self) -> Finding:
        """The finding that is told."""
        return self.findings[0]

    @property
    def node(self) -> str:
        """The IR node at which it shows."""
        return self.first.node

    @property
    def span(self) -> Span | None:
        """The line of the spec."""
        return self.first.span


class Told(_Node, frozen=True):
    """A diagnosis for people and for alerts: everything is text."""

    app: str
    run: str
    diagnosis: str
    findings: tuple[str, ...]  # ids
    stages: tuple[str, ...]
    node: str
    spec: str  # file:line:column, "" if the cause is none of the spec's
    chain: str
    doing: str  # what is being done
    final: bool = False  # nothing more is tried


# --- directives: typed rewrites ---------------------------------------------


class Directive(_Node, frozen=True, tag=True):
    """Base of what a repair does; `stages` says where it works."""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that it changes."""
        return ()

    @property
    def stands(self) -> bool:
        """Whether it stays in force, and can be withdrawn; else it is done once."""
        return False

    @property
    def id(self) -> str:
        """The same for the same directive."""
        return short_digest([type(self).__name__, self])


class Quarantine(Directive, frozen=True, tag=True):
    """Keep an override away as long as its text is this one (`content`: its digest)."""

    source: str
    content: str
    stage: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The override's stage."""
        return (self.stage,)

    @property
    def stands(self) -> bool:
        """It stays in force."""
        return True

    def __str__(self) -> str:
        return f"keep {self.source} away and generate {self.stage} from the IR"


class DropMembers(Directive, frozen=True, tag=True):
    """Take members that the server manages out of a class of an overriding file."""

    source: str
    content: str
    schema: str
    members: tuple[str, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """Schemas."""
        return ("schemas",)

    @property
    def stands(self) -> bool:
        """It stays in force."""
        return True

    def __str__(self) -> str:
        return f"take {', '.join(self.members)} out of {self.schema} in {self.source}: the server manages it"


class PinDependency(Directive, frozen=True, tag=True):
    """Stay with the release of a package that the application has last passed with."""

    package: str
    version: str
    instead_of: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The stage that lists dependencies."""
        return ("project",)

    @property
    def stands(self) -> bool:
        """It stays in force."""
        return True

    def __str__(self) -> str:
        return f"pin {self.package} to {self.version}, the last that passed, instead of {self.instead_of}"


class Remake(Directive, frozen=True, tag=True):
    """Make a stage again without asking the cache; `was` is the data version of what it held."""

    stage: str
    was: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The stage."""
        return (self.stage,)

    def __str__(self) -> str:
        return f"make {self.stage} again: what was kept of it is not what it makes"


class KeepEdits(Directive, frozen=True, tag=True):
    """Keep hand edits of delivered files as patches beside them, and deliver what was verified."""

    files: tuple[str, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """The delivery."""
        return ("release",)

    def __str__(self) -> str:
        return f"keep the hand edits of {', '.join(self.files)} as patches beside them, and deliver again"


class Retry(Directive, frozen=True, tag=True):
    """Do the same again: the machine was at fault, not the application."""

    stage: str
    attempt: int

    @property
    def stages(self) -> tuple[str, ...]:
        """What failed."""
        return (self.stage,)

    def __str__(self) -> str:
        return f"try {self.stage} again: the machine was at fault"


class PatchSpec(Directive, frozen=True, tag=True):
    """A proposed change of the spec: `before` at this line becomes `after`; only a person applies it."""

    file: str
    line: int
    before: str
    after: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The spec."""
        return ("app_spec",)

    def __str__(self) -> str:
        return f"in {self.file}:{self.line} write `{self.after.strip()}` instead of `{self.before.strip()}`"


class Step(_Node, frozen=True):
    """One correction of a database: SQL, and the query that says whether it is needed (a row: yes)."""

    sql: str
    needed: str
    about: str


class CorrectDatabase(Directive, frozen=True, tag=True):
    """A further revision that brings a drifted database back; it does nothing where nothing is wrong."""

    after: str  # the revision that it follows
    steps: tuple[Step, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """The migrations."""
        return ("migrations",)

    @property
    def stands(self) -> bool:
        """It stays in force: databases hold its revision."""
        return True

    def __str__(self) -> str:
        return f"correct the database: {'; '.join(step.about for step in self.steps)}"


AnyDirective = (
    Quarantine | DropMembers | PinDependency | Remake | KeepEdits | Retry | PatchSpec | CorrectDatabase
)


class Refusal(_Node, frozen=True):
    """Why nothing is done, and what a person can do."""

    why: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.why} {self.hint}".strip()
