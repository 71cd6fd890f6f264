"""Every constraint of the application, with the metadata that docs/ir.md promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
    Type,
)
from generator.expr.show import show
from generator.ir.model import (
    Condition,
    Constraint,
    ConstraintType,
    Entity,
    Enum,
    Field,
    Flow,
    Input,
    Limits,
    Managed,
    Operation,
    Rule,
    Transition,
)
from generator.ir.writes import effects_of

_FORMATS = ("email", "url", "uuid", "date", "datetime", "time")
_LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le")
Entities = dict[str, Entity]
Enums = dict[str, Enum]


def lower_validation(
    entities: Entities, enums: Enums, operations: Iterable[Operation], flows: Iterable[Flow]
) -> tuple[Constraint, ...]:
    """Return the constraints of entities, operations and flows, in that order."""
    found: list[Constraint] = []
    for entity in entities.values():
        found.extend(_entity(entity, entities, enums))
    for operation in operations:
        found.extend(_workflow(c, operation.entity, operation.id, "require") for c in operation.requires)
    for flow in flows:
        found.extend(_flow(flow, entities, enums))
    return tuple(found)


def _entity(entity: Entity, entities: Entities, enums: Enums) -> Iterator[Constraint]:
    for field in entity.fields:
        if field.managed not in (Managed.KEY, Managed.DERIVED):
            yield from _field(entity, field, enums)
    for collection in entity.collections:
        facts = {
            "entity": entity.name,
            "field": collection.name,
            "kind": collection.kind,
            "target": collection.entity,
        }
        yield Constraint(
            f"relationship:{entity.name}.{collection.name}",
            ConstraintType.RELATIONSHIP,
            entity.name,
            collection.id,
            facts,
        )
    yield from _uniques(entity)
    for rule in entity.rules:
        yield _rule(entity, rule, entities)


# --- values --------------------------------------------------------------------------


def _field(entity: Entity, field: Field, enums: Enums) -> Iterator[Constraint]:
    name = f"{entity.name}.{field.name}"
    place = {"entity": entity.name, "field": field.name}
    yield from _value(name, entity.name, field.id, place, field.type, field.limits, enums, "")
    if not field.type.nullable:
        sent = field.managed is Managed.CLIENT and field.default is None
        facts = {**place, "in_create": sent, "stored": True}
        yield Constraint(f"presence:{name}", ConstraintType.PRESENCE, entity.name, field.id, facts)
    if field.type.name == "row":
        kind = "owner" if field.managed is Managed.OWNER else "reference"
        facts = {**place, "kind": kind, "target": field.type.of}
        yield Constraint(f"relationship:{name}", ConstraintType.RELATIONSHIP, entity.name, field.id, facts)


def _value(
    name: str,
    entity: str,
    source: str,
    place: dict[str, Any],
    type_: Type,
    limits: Limits,
    enums: Enums,
    flow: str,
) -> Iterator[Constraint]:
    """Yield the format and range constraints of a field or an input."""
    shape = _format(type_, enums)
    if shape:
        yield Constraint(f"format:{name}", ConstraintType.FORMAT, entity, source, {**place, **shape}, flow)
    if limits.pattern is not None:
        facts = {**place, "format": "pattern", "pattern": limits.pattern}
        yield Constraint(f"format:{name}:pattern", ConstraintType.FORMAT, entity, source, facts, flow)
    for kind in _LIMITS:
        value = getattr(limits, kind)
        if value is not None:
            facts = {**place, "kind": kind, "value": value}
            yield Constraint(f"range:{name}:{kind}", ConstraintType.RANGE, entity, source, facts, flow)


def _format(type_: Type, enums: Enums) -> dict[str, Any]:
    if type_.name in _FORMATS:
        return {"format": type_.name}
    if type_.name == "enum":
        return {"format": "enum", "values": list(enums[type_.of].values)}
    if type_.name == "decimal":
        return {"format": "decimal", "precision": type_.precision, "scale": type_.scale}
    return {}


def _uniques(entity: Entity) -> Iterator[Constraint]:
    for field in entity.fields:
        if field.unique:
            facts = {"entity": entity.name, "fields": [field.name], "partial": False, "on_conflict": "reject"}
            message = f"Another {entity.name} with the same {field.name} exists"
            yield Constraint(
                f"unique:{entity.name}.{field.name}",
                ConstraintType.UNIQUENESS,
                entity.name,
                field.id,
                facts,
                status=409,
                message=message,
            )
    for unique in entity.uniques:
        facts = {
            "entity": entity.name,
            "fields": list(unique.fields),
            "partial": unique.only is not None,
            "on_conflict": unique.on_conflict,
        }
        if unique.during:
            facts["during"] = list(unique.during)
        yield Constraint(
            unique.id,
            ConstraintType.UNIQUENESS,
            entity.name,
            unique.id,
            facts,
            status=unique.status,
            message=unique.message,
        )


# --- rules ---------------------------------------------------------------------------


def _rule(entity: Entity, rule: Rule, entities: Entities) -> Constraint:
    condition = rule.condition
    compared = _across(condition.expr, entities)
    facts: dict[str, Any] = compared or {
        "entity": entity.name,
        "field": rule.fields[0] if rule.fields else "",
        "expression": condition.text,
        "description": condition.message,
    }
    kind = ConstraintType.STOCK_CONSTRAINT if compared else ConstraintType.CUSTOM
    facts = {**facts, "fields": list(rule.fields), "local": rule.local}
    return Constraint(
        rule.id, kind, entity.name, rule.id, facts, status=condition.status, message=condition.message
    )


def _across(expr: Expr, entities: Entities) -> dict[str, Any]:
    """Return the metadata of a comparison of fields of two entities, empty for anything else."""
    match expr:
        case ComparisonExpr(op=op, left=EntityRef() as left, right=EntityRef() as right):
            lhs, rhs = _side(left, entities), _side(right, entities)
            return {"lhs": lhs, "rhs": rhs, "op": op} if lhs["entity"] != rhs["entity"] else {}
        case _:
            return {}


def _side(ref: EntityRef, entities: Entities) -> dict[str, str]:
    entity = ref.entity.removeprefix("entity:")
    for hop in ref.via:
        entity = next(f.type.of for f in entities[entity].fields if f.name == hop)
    return {"entity": entity, "field": ref.field, "role": ".".join((ref.root, *ref.via))}


# --- flows ---------------------------------------------------------------------------


def _flow(flow: Flow, entities: Entities, enums: Enums) -> Iterator[Constraint]:
    for given in flow.inputs:
        yield from _input(flow, given, enums)
    for condition in flow.requires:
        yield _workflow(condition, flow.entity, flow.id, "require")
    for effect in effects_of(flow.effects):
        if isinstance(effect, Transition):
            yield _transition(flow, effect, entities)
    for condition in flow.ensures:
        yield _workflow(condition, flow.entity, flow.id, "ensure")


def _input(flow: Flow, given: Input, enums: Enums) -> Iterator[Constraint]:
    name = given.id
    place = {"entity": flow.entity, "field": given.name, "input": True}
    yield from _value(name, flow.entity, given.id, place, given.type, given.limits, enums, flow.id)
    if not given.type.nullable and given.default is None:
        facts = {**place, "in_create": True, "stored": False}
        yield Constraint(f"presence:{name}", ConstraintType.PRESENCE, flow.entity, given.id, facts, flow.id)
    if given.type.name == "row":
        facts = {**place, "kind": "input", "target": given.type.of}
        yield Constraint(
            f"relationship:{name}",
            ConstraintType.RELATIONSHIP,
            flow.entity,
            given.id,
            facts,
            flow.id,
            status=404,
        )


def _transition(flow: Flow, effect: Transition, entities: Entities) -> Constraint:
    facts = {
        "entity": _side(effect.target, entities)["entity"],
        "field": effect.target.field,
        "allowed_from": list(effect.allowed_from),
        "allowed_to": [effect.to],
    }
    return Constraint(
        effect.id,
        ConstraintType.STATUS_TRANSITION,
        flow.entity,
        effect.id,
        facts,
        flow.id,
        effect.status,
        effect.message,
    )


def _workflow(condition: Condition, entity: str, flow_id: str, phase: str) -> Constraint:
    facts = {
        "flow_id": flow_id,
        "phase": phase,
        "expr_kind": _kind(condition.expr),
        "target": _about(condition.expr),
        "expression": condition.text,
        **_least(condition.expr),
    }
    return Constraint(
        condition.id,
        ConstraintType.WORKFLOW_CONSTRAINT,
        entity,
        condition.id,
        facts,
        flow_id,
        condition.status,
        condition.message,
    )


def _kind(expr: Expr) -> str:
    match expr:
        case ComparisonExpr():
            return "comparison"
        case MembershipExpr():
            return "membership"
        case ExistsExpr():
            return "exists"
        case BooleanExpr(op=op):
            return op
        case NotExpr():
            return "not"
        case AggregateExpr(op=op):
            return op
        case EntityRef() | ContextRef() | Literal() | CallExpr() | OldExpr() | ArithmeticExpr():
            return "value"
        case _:
            assert_never(expr)


def _about(expr: Expr) -> str:
    """Return what a condition is mainly about, as text."""
    match expr:
        case ComparisonExpr(left=subject) | MembershipExpr(needle=subject) | ExistsExpr(target=subject):
            return _about(subject)
        case NotExpr(operand=subject):
            return _about(subject)
        case BooleanExpr(operands=operands):
            return _about(operands[0])
        case AggregateExpr(source=EntityRef() as source):
            return show(source)
        case AggregateExpr(source=source):
            return source.entity
        case _:
            return show(expr)


def _least(expr: Expr) -> dict[str, Any]:
    """`len(rows) > 0` asks for at least one row."""
    match expr:
        case ComparisonExpr(op=op, left=AggregateExpr(op="count"), right=Literal(value=int(value))):
            if op in (">", ">="):
                return {"min": value + 1 if op == ">" else value}
            return {"max": value - 1 if op == "<" else value} if op in ("<", "<=") else {}
        case _:
            return {}
