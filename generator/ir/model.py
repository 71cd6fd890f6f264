"""The ApplicationIR's nodes.

Every node has a stable `id` ("entity:Thing", "field:Thing.status", "rule:Thing:1f0c2a9b");
where it stood in the spec is kept beside the IR in a source map (id -> Span), so that
moving a line changes no hash.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from typing import Literal as OneOf

import msgspec

from generator.core.spans import Span
from generator.expr.model import EntityRef, Expr, RowsOf, Type

SourceMap = dict[str, Span]


class _Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all IR nodes."""


# --- domain -----------------------------------------------------------------


class Enum(_Node, frozen=True):
    """A closed list of string values; `machine` names the state field it came from."""

    id: str
    name: str
    values: tuple[str, ...]
    machine: str = ""


class Limits(_Node, frozen=True):
    """Bounds of a value; numbers, dates and datetimes as canonical strings."""

    min_length: int | None = None
    max_length: int | None = None
    gt: str | None = None
    ge: str | None = None
    lt: str | None = None
    le: str | None = None
    pattern: str | None = None


class Managed(StrEnum):
    """Who sets a field."""

    KEY = "key"  # the id, set by the server at creation
    CLIENT = "client"  # in create and, unless immutable, in update
    SERVER = "server"  # its default at creation, then only by flows
    TOUCHED = "touched"  # its default again at every write of the row
    SNAPSHOT = "snapshot"  # `value` evaluated at creation, stored
    DERIVED = "derived"  # `value` evaluated at every read, never stored
    STATE = "state"  # the initial state at creation, then only by transitions
    OWNER = "owner"  # reference to the owning row, taken from the path
    COUNTER = "counter"  # 1, 2, 3 ... within `counter_per`, at creation


class Field(_Node, frozen=True):
    """A field; `wire` is its name in JSON and its column (a reference ends in _id)."""

    id: str
    name: str
    wire: str
    type: Type
    managed: Managed = Managed.CLIENT
    limits: Limits = Limits()
    default: Expr | None = None  # CLIENT, SERVER, TOUCHED
    value: Expr | None = None  # SNAPSHOT, DERIVED; rooted at "self"
    counter_per: str = ""  # COUNTER: reference field whose rows each count on their own
    unique: bool = False
    immutable: bool = False
    description: str = ""


class Collection(_Node, frozen=True):
    """A list relation: rows owned by this one, or links to independent rows."""

    id: str
    name: str
    entity: str  # the element entity
    kind: OneOf["owned", "links"]
    inverse: str = ""  # owned: the owner field on the element
    wire: str = ""  # owned: name of the nested list; links: "<singular>_ids"
    table: str = ""  # links: the association table


class StateMachine(_Node, frozen=True):
    """A state field's legal moves."""

    id: str
    field: str
    enum: str
    states: tuple[str, ...]
    initial: str
    transitions: tuple[tuple[str, str], ...]


class Condition(_Node, frozen=True):
    """A boolean expression that must be true, and the answer when it is not."""

    id: str
    expr: Expr
    status: int
    message: str
    text: str  # as written, for documentation


class Rule(_Node, frozen=True):
    """An invariant of one entity, checked when an operation writes a field that it reads.

    `fields`: own stored fields and links that it reads. `local`: nothing else, no clock: a CHECK can hold it.
    `holder`: references up to the owner whose rule it is. `on_delete`: the going of this row may break it.
    """

    id: str
    condition: Condition
    fields: tuple[str, ...]
    local: bool
    holder: tuple[str, ...] = ()
    on_delete: bool = False


class Unique(_Node, frozen=True):
    """No two rows (for which `only` is true) agree on `fields` (and overlap in `during`)."""

    id: str
    name: str  # of the database constraint
    fields: tuple[str, ...]
    only: Expr | None = None  # local expression over "self"
    during: tuple[str, str] | None = None  # [start, end) fields: temporal uniqueness
    on_conflict: OneOf["reject", "reuse", "add", "replace"] = "reject"
    targets: tuple[str, ...] = ()  # add / replace: the fields taken from the new row
    status: int = 409
    message: str = ""


class ListOptions(_Node, frozen=True):
    """What a list can be filtered, sorted and searched by (field names)."""

    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    default_filter: Expr | None = None  # over "self"; off once one of its fields is filtered
    default_sort: tuple[str, ...] = ()  # "name", "-created_at"; ties by id


class Entity(_Node, frozen=True):
    """A kind of row. `fields` begins with `id`; an owned entity has its owner field next."""

    id: str
    name: str  # PascalCase
    snake: str
    plural: str  # snake_case; also the table
    fields: tuple[Field, ...]
    collections: tuple[Collection, ...] = ()
    owner: str = ""  # owning entity's name
    owner_field: str = ""
    owner_collection: str = ""
    machines: tuple[StateMachine, ...] = ()
    uniques: tuple[Unique, ...] = ()
    exchanged: tuple[str, ...] = ()  # ids of uniques, or unique fields, that flows hand from row to row
    rules: tuple[Rule, ...] = ()
    listing: ListOptions = ListOptions()
    description: str = ""


class DomainIR(_Node, frozen=True):
    """Entities in spec order and every enum, states included."""

    entities: tuple[Entity, ...]
    enums: tuple[Enum, ...]


# --- behavior ---------------------------------------------------------------


class Input(_Node, frozen=True):
    """One value of a request body; a row-typed input is a reference, read by id."""

    id: str
    name: str
    wire: str
    type: Type
    limits: Limits = Limits()
    default: Expr | None = None


class FieldValue(_Node, frozen=True):
    """A field of a row to be created and what it is set to."""

    field: str
    value: Expr


class _Effect(_Node, frozen=True, tag_field="effect"):
    """Base of effects; all have an `id`."""

    id: str


class Assign(_Effect, frozen=True, tag="assign"):
    """Set one stored field; `x += e` is lowered to `x = x + e`."""

    target: EntityRef
    value: Expr


class Transition(_Effect, frozen=True, tag="transition"):
    """Move a state field; refused (`status`, `message`) unless its state is in `allowed_from`."""

    target: EntityRef
    allowed_from: tuple[str, ...]
    to: str
    status: int = 422
    message: str = ""


class Create(_Effect, frozen=True, tag="create"):
    """Insert a row and bind it; fields not set take default, snapshot, initial state or counter."""

    entity: str
    binding: str
    values: tuple[FieldValue, ...]


class Each(_Effect, frozen=True, tag="each"):
    """Run `body` for each row of a collection, in order of id."""

    source: EntityRef | RowsOf
    binding: str
    body: tuple[Effect, ...]
    where: Expr | None = None


class When(_Effect, frozen=True, tag="when"):
    """Run `then` if the condition is true, else `otherwise`."""

    condition: Expr
    then: tuple[Effect, ...]
    otherwise: tuple[Effect, ...] = ()


class Delete(_Effect, frozen=True, tag="delete"):
    """Delete a row, or every row of an owned collection."""

    target: EntityRef


class Link(_Effect, frozen=True, tag="link"):
    """Add a row to (or with `remove` take it from) a `links` collection; idempotent."""

    collection: EntityRef
    row: EntityRef
    remove: bool = False


Effect = Assign | Transition | Create | Each | When | Delete | Link


class Flow(_Node, frozen=True):
    """A named operation: one transaction of requires, effects, ensures.

    The subject row has the binding "self"; a reference input `x` has "input:x";
    `names` maps every binding to the entity of its rows.
    """

    id: str
    name: str
    entity: str
    subject: OneOf["path", "input", "none"]
    inputs: tuple[Input, ...]
    requires: tuple[Condition, ...]
    effects: tuple[Effect, ...]
    ensures: tuple[Condition, ...]
    names: dict[str, str]
    subject_input: str = ""  # name of the input that locates the subject
    returns: str = "self"  # a binding, or "" for no content
    description: str = ""


class BehaviorIR(_Node, frozen=True):
    """Every flow in spec order."""

    flows: tuple[Flow, ...]


# --- api --------------------------------------------------------------------


class PathRow(_Node, frozen=True):
    """A row that the path names: outermost owner first, the subject last."""

    param: str
    entity: str


class OperationKind(StrEnum):
    """What an endpoint does."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    LIST = "list"
    FLOW = "flow"


class Operation(_Node, frozen=True):
    """One endpoint. `requires` holds for CRUD only; a flow carries its own."""

    id: str
    entity: str
    name: str  # create, read, update, delete, list, or the flow's name
    kind: OperationKind
    method: OneOf["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    rows: tuple[PathRow, ...]
    status: int  # of success; create also answers 200 when it reuses or merges a row
    requires: tuple[Condition, ...] = ()
    flow: str = ""  # the flow's id


class ApiIR(_Node, frozen=True):
    """The operation table that services, routes, tests and docs are all made from."""

    operations: tuple[Operation, ...]


# --- validation -------------------------------------------------------------


class ConstraintType(StrEnum):
    """The kinds of constraint; each has a metadata contract in docs/ir.md."""

    FORMAT = "format"
    RANGE = "range"
    PRESENCE = "presence"
    UNIQUENESS = "uniqueness"
    RELATIONSHIP = "relationship"
    STATUS_TRANSITION = "status_transition"
    STOCK_CONSTRAINT = "stock_constraint"  # historical name: any comparison across two entities
    WORKFLOW_CONSTRAINT = "workflow_constraint"
    CUSTOM = "custom"


class Constraint(_Node, frozen=True):
    """One thing that must hold; `source` is the id of the node that states it."""

    id: str
    type: ConstraintType
    entity: str
    source: str
    metadata: dict[str, Any]
    flow: str = ""  # the operation or flow that it belongs to; "" = the entity
    status: int = 422
    message: str = ""


class ValidationIR(_Node, frozen=True):
    """Every constraint of the application."""

    constraints: tuple[Constraint, ...]


# --- tests, infrastructure --------------------------------------------------


class TestsIR(_Node, frozen=True):
    """What test planning needs of the whole: entities, referenced before referring."""

    __test__ = False

    seed_order: tuple[str, ...]


class InfrastructureIR(_Node, frozen=True):
    """Settings of the delivered service."""

    port: int = 8000
    page_size: int = 20
    max_page_size: int = 100


class ApplicationIR(_Node, frozen=True):
    """A whole application, resolved."""

    name: str
    domain: DomainIR
    api: ApiIR
    behavior: BehaviorIR
    validation: ValidationIR
    tests: TestsIR
    infrastructure: InfrastructureIR
    description: str = ""
