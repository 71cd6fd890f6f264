# ruff: noqa: E501
"""A hand-made IR that uses every type and relation, without the front end."""

from msgspec.structs import replace

from generator.expr.model import (
    CallExpr,
    ComparisonExpr,
    EntityRef,
    Literal,
    Type,
)
from generator.ir.model import (
    ApiIR,
    ApplicationIR,
    BehaviorIR,
    Collection,
    Condition,
    DomainIR,
    Entity,
    Enum,
    Field,
    Flow,
    InfrastructureIR,
    Input,
    Limits,
    ListOptions,
    Managed,
    Operation,
    OperationKind,
    PathRow,
    Rule,
    StateMachine,
    TestsIR,
    Unique,
    ValidationIR,
)

INT, STRING, TEXT, BOOL, UUID = Type("int"), Type("string"), Type("text"), Type("bool"), Type("uuid")
MOMENT, DATE, JSON = Type("datetime"), Type("date"), Type("json")
MONEY = Type("decimal", precision=10, scale=2)
NOW = CallExpr("now", (), MOMENT)


def nullable(t: Type) -> Type:
    return Type(t.name, True, t.of, t.precision, t.scale)


def row(of: str) -> Type:
    return Type("row", of=of)


def field(entity: str, name: str, type_: Type, **options) -> Field:
    wire = options.pop("wire", f"{name}_id" if type_.name == "row" else name)
    return Field(f"field:{entity}.{name}", name, wire, type_, **options)


def key(entity: str) -> Field:
    return field(entity, "id", UUID, managed=Managed.KEY)


def lit(value, type_: Type) -> Literal:
    return Literal(value, type_)


def ref(entity: str, name: str, type_: Type) -> EntityRef:
    return EntityRef(f"entity:{entity}", name, type=type_)


def compare(op: str, left, right) -> ComparisonExpr:
    return ComparisonExpr(op, left, right)


def entity(name: str, snake: str, plural: str, *fields: Field, **options) -> Entity:
    return Entity(f"entity:{name}", name, snake, plural, (key(name), *fields), **options)


HOLDER = entity(
    "Holder", "holder", "holders",
    field("Holder", "name", STRING, limits=Limits(min_length=1, max_length=120), unique=True),
    field("Holder", "email", Type("email"), unique=True),
    field("Holder", "site", Type("url", True)),
    field("Holder", "about", TEXT, limits=Limits(max_length=5000)),
    field("Holder", "note", nullable(TEXT), unique=True),
    field("Holder", "level", INT, limits=Limits(ge="0", lt="100"), default=lit(1, INT)),
    field("Holder", "ratio", Type("float"), limits=Limits(gt="0.5"), default=lit(1.5, Type("float"))),
    field("Holder", "price", MONEY, limits=Limits(gt="0"), default=lit("9.90", MONEY)),
    field("Holder", "active", BOOL, default=lit(True, BOOL)),
    field("Holder", "date", DATE, limits=Limits(ge="2000-01-01"), default=lit("2024-02-29", DATE)),
    field("Holder", "time", Type("time", True)),
    field("Holder", "datetime", nullable(MOMENT)),
    field("Holder", "list", STRING, default=lit("it's 100% : \\:x \"q\"", STRING)),
    field("Holder", "motto", STRING, default=lit('100% : \\:x "q"', STRING)),
    field("Holder", "str", nullable(STRING)),
    field("Holder", "token", UUID, immutable=True),
    field("Holder", "data", JSON),
    field("Holder", "extra", nullable(JSON)),
    field("Holder", "kind", Type("enum", of="Kind"), default=lit("TWO", Type("enum", of="Kind"))),
    field("Holder", "class", nullable(STRING), limits=Limits(pattern="[A-Z]{2}[0-9]*")),
    field("Holder", "metadata", nullable(STRING)),
    field("Holder", "created_at", MOMENT, managed=Managed.SERVER, default=NOW),
    field("Holder", "updated_at", MOMENT, managed=Managed.TOUCHED, default=NOW),
    field("Holder", "starts_at", MOMENT, default=NOW),
    collections=(
        Collection("collection:Holder.parts", "parts", "Part", "owned", inverse="holder", wire="parts"),
        Collection("collection:Holder.tags", "tags", "Tag", "links", wire="tag_ids", table="holders_tags"),
        Collection("collection:Holder.peers", "peers", "Holder", "links", wire="holder_ids", table="holders_peers"),
    ),
    listing=ListOptions(filters=("active", "level"), sorts=("price", "note"), default_sort=("-created_at",)),
    rules=(
        Rule(
            "rule:Holder:aaaa1111",
            Condition("rule:Holder:aaaa1111", compare("<", ref("Holder", "level", INT), lit(50, INT)), 422,
                      'level "must" be <50 \\ :x 100%', "level < 50"),
            ("level",), True,
        ),
    ),
    description='A "holder" of\nthings \\ """ end"',
)  # fmt: skip

TAG = entity("Tag", "tag", "tags", field("Tag", "name", STRING, unique=True))

PART = entity(
    "Part", "part", "parts",
    field("Part", "holder", row("Holder"), managed=Managed.OWNER),
    field("Part", "parent", Type("row", True, "Part")),
    field("Part", "main", row("Slot")),
    field("Part", "spare", Type("row", True, "Slot")),
    field("Part", "quantity", INT, limits=Limits(gt="0")),
    field("Part", "unit", MONEY, managed=Managed.SNAPSHOT, value=lit("1", MONEY)),
    field("Part", "subtotal", Type("decimal", precision=12, scale=2), managed=Managed.DERIVED, value=lit("1", MONEY)),
    field("Part", "number", INT, managed=Managed.COUNTER, counter_per="holder"),
    owner="Holder", owner_field="holder", owner_collection="parts",
    uniques=(Unique("unique:Part:1", "uq_parts_holder_main", ("holder", "main"), message="once"),),
)  # fmt: skip

SLOT = entity(
    "Slot", "slot", "slots",
    field("Slot", "status", Type("enum", of="SlotStatus"), managed=Managed.STATE),
    field("Slot", "label", nullable(STRING)),
    field("Slot", "number", INT, managed=Managed.COUNTER),
    field("Slot", "lane", INT),
    field("Slot", "open", BOOL),
    field("Slot", "day", DATE),
    field("Slot", "weight", MONEY),
    field("Slot", "ratio", Type("float")),
    field("Slot", "starts_at", MOMENT),
    field("Slot", "ends_at", MOMENT),
    field("Slot", "holder", row("Holder")),
    machines=(
        StateMachine("machine:Slot.status", "status", "SlotStatus", ("FREE", "TAKEN", "DONE"), "FREE",
                     (("FREE", "TAKEN"), ("TAKEN", "DONE"))),
    ),
    uniques=(
        Unique("unique:Slot:1", "ex_slots_overlap", ("holder", "label", "lane", "open", "day", "weight", "status", "ratio"),
               compare("!=", ref("Slot", "status", Type("enum", of="SlotStatus")), lit("DONE", STRING)),
               ("starts_at", "ends_at"), message="overlaps"),
        Unique("unique:Slot:2", "uq_slots_open", ("holder",),
               compare("==", ref("Slot", "status", Type("enum", of="SlotStatus")), lit("FREE", STRING)),
               message="one free"),
    ),
)  # fmt: skip

CYCLE_A = entity("Left", "left", "lefts", field("Left", "right", Type("row", True, "Right")))
CYCLE_B = entity("Right", "right", "rights", field("Right", "left", Type("row", True, "Left")))
KEYWORD = entity("Class", "class", "classes", field("Class", "from", nullable(STRING)))
CLASHING = entity(
    "Decimal",
    "decimal",
    "decimals",
    field("Decimal", "base", MONEY),
    field("Decimal", "holder", row("Holder")),
)


def operation(owner: str, kind: OperationKind, method: str, path: str, *rows: PathRow) -> Operation:
    return Operation(f"operation:{owner}.{kind}", owner, kind.value, kind, method, path, rows, 200)


def application() -> ApplicationIR:
    flow = Flow(
        "flow:move", "move", "Slot", "path",
        (
            Input("input:move.to", "to", "to_id", row("Holder")),
            Input("input:move.reason", "reason", "reason", STRING, Limits(min_length=3, pattern="[a-z ]+")),
            Input("input:move.kind", "kind", "kind", Type("enum", of="Kind"), default=lit("ONE", Type("enum", of="Kind"))),
            Input("input:move.when", "when", "when", MOMENT, default=NOW),
        ),
        (), (), (), {"self": "Slot", "input:to": "Holder"},
    )  # fmt: skip
    entities = (PART, HOLDER, TAG, SLOT, CYCLE_A, CYCLE_B, KEYWORD, CLASHING)
    operations = [
        operation("Holder", OperationKind.CREATE, "POST", "/holders"),
        operation("Holder", OperationKind.LIST, "GET", "/holders"),
        operation(
            "Holder", OperationKind.UPDATE, "PATCH", "/holders/{holder_id}", PathRow("holder_id", "Holder")
        ),
        replace(
            operation(
                "Slot", OperationKind.FLOW, "POST", "/slots/{slot_id}/move", PathRow("slot_id", "Slot")
            ),
            name="move",
            flow="flow:move",
        ),
        operation(
            "Part", OperationKind.CREATE, "POST", "/holders/{holder_id}/parts", PathRow("holder_id", "Holder")
        ),
    ]
    return ApplicationIR(
        "sample",
        DomainIR(entities, (
            Enum("enum:Kind", "Kind", ("ONE", "TWO")),
            Enum("enum:SlotStatus", "SlotStatus", ("FREE", "TAKEN", "DONE"), machine="status"),
        )),
        ApiIR(tuple(operations)),
        BehaviorIR((flow,)),
        ValidationIR(()),
        TestsIR(("Holder", "Tag", "Slot", "Part", "Left", "Right", "Class", "Decimal")),
        InfrastructureIR(),
    )  # fmt: skip
