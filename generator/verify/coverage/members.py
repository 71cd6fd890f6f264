"""Which constraints a member of a body has, and which one a value breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from generator.core import formats
from generator.ir.index import Index
from generator.ir.model import Field, Limits, Operation, OperationKind
from generator.verify.coverage.case import Member
from generator.verify.interpreter import MISSING
from generator.verify.interpreter.values import Refused, read_json

LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le", "pattern")
_LONGEST = {"string": formats.STRING_MAX_LENGTH, "text": formats.TEXT_MAX_LENGTH}


def is_required(operation: Operation, member: Member) -> bool:
    """Whether an operation's body must hold the member."""
    if operation.kind is OperationKind.UPDATE:
        return False
    return member.default is None and not member.type.nullable


def kinds(operation: Operation, member: Member) -> Iterator[str]:
    """Yield the constraints of a member: its form, its limits, its presence."""
    if member.type.name != "json":
        yield "format"
    yield from (name for name in LIMITS if given(member, name) is not None)
    if member.type.name == "decimal":
        yield "decimals"
    if not member.type.nullable:
        yield "null"
    if is_required(operation, member):
        yield "missing"


def given(member: Member, name: str) -> Any:
    """Return a limit, also one that the type brings along."""
    if name == "max_length" and member.limits.max_length is None:
        return _LONGEST.get(member.type.name)
    if name == "min_length" and not member.limits.min_length:
        return None
    return getattr(member.limits, name)


def broken(member: Member, value: Any, index: Index) -> str:
    """Return the one constraint that a value breaks; "" if it is none, or more than one."""
    if value is MISSING:
        return "missing"
    if value is None:
        return "" if member.type.nullable else "null"
    if _accepts(member, value, index):
        return ""
    for name in LIMITS:
        if getattr(member.limits, name) is not None:
            limits = replace(member.limits, **{name: None})
            if _accepts(replace(member, limits=limits), value, index):
                return name
    free = replace(member, limits=Limits())
    return "" if _accepts(free, value, index) else _of_type(member, value)


def _of_type(member: Member, value: Any) -> str:
    """Return what of the type itself a value breaks."""
    match member.type.name:
        case "string" | "text" if isinstance(value, str) and len(value) > _LONGEST[member.type.name]:
            return "max_length"
        case "decimal" if isinstance(value, str) and "." in value:
            return "decimals" if len(value.rpartition(".")[2]) > member.type.scale else "digits"
        case "decimal" if isinstance(value, str) and value.lstrip("-").isdigit():
            return "digits"
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return "size"
    return "format"


def _accepts(member: Member, value: Any, index: Index) -> bool:
    try:
        read_json(value, member, index)
    except Refused:
        return False
    return True


def node_of(member: Member) -> str:
    """Return the id of the field or input."""
    return member.id


def is_field(member: Member) -> bool:
    """Whether it is stored under its own name."""
    return isinstance(member, Field)
