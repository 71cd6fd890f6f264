"""Members of a schema: required, with a default, or left out at will."""

from __future__ import annotations

import msgspec

from generator.emit.python import Imports, attribute, literal, one_line
from generator.emit.schemas.types import TypeWriter
from generator.expr.model import Expr, Type


class Member(msgspec.Struct, frozen=True):
    """A member that clients send; `written` is its type in Python, without null."""

    node: str
    wire: str
    written: str
    type: Type
    default: Expr | None = None
    description: str = ""


class MemberWriter:
    """Prints the members of one schemas module."""

    def __init__(self, imports: Imports, types: TypeWriter) -> None:
        self._imports = imports
        self._types = types

    @property
    def ids(self) -> str:
        """The type of a list of ids in a request."""
        return f"{self._imports.builtin('list')}[{self._types.wire('Id')}]"

    def given(self, member: Member) -> dict[str, str]:
        """Return a member that is required unless it may be null or has a default."""
        if member.default is None:
            return self._line_of(member, self._or_null(member), "None" if member.type.nullable else "")
        constant = self._types.default(member.default, member.type)
        if constant is None:
            return self.optional(member)
        return self._line_of(member, self._or_null(member), constant)

    def optional(self, member: Member) -> dict[str, str]:
        """Return a member that need not be sent; `model_fields_set` says whether it was."""
        if member.type.nullable:
            return self._line_of(member, self._or_null(member), "None")
        return self._line_of(member, f"{self._types.wire('Omittable')}[{member.written}]", "None")

    def _or_null(self, member: Member) -> str:
        return f"{member.written} | None" if member.type.nullable else member.written

    def _line_of(self, member: Member, written: str, default: str) -> dict[str, str]:
        return self.line(member.node, member.wire, written, default, member.description)

    def line(self, node: str, wire: str, written: str, default: str, description: str = "") -> dict[str, str]:
        """Return a member with everything decided."""
        name = attribute(wire)
        value = self._value(default, name, wire, description)
        return {"node": node, "line": f"{name}: {written} = {value}" if value else f"{name}: {written}"}

    def _value(self, default: str, name: str, wire: str, description: str) -> str:
        options = []
        if name != wire:
            options.append(f"alias={literal(wire)}")
        if description:
            options.append(f"description={literal(one_line(description))}")
        if not options and default != "[]":
            return default
        given = {"": [], "[]": [f"default_factory={self._imports.builtin('list')}"]}
        arguments = [*given.get(default, [f"default={default}"]), *options]
        return f"{self._imports.symbol('pydantic', 'Field')}({', '.join(arguments)})"
