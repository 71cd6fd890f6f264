"""Rows that a body refers to: they must be there."""

from __future__ import annotations

from generator.emit.python import attribute, literal
from generator.emit.services.function import Function
from generator.ir.model import Field


def check_reference(function: Function, field: Field, where: str, *, optional: bool = False) -> None:
    """Look for the row that a sent reference names; `optional`: it need not be sent."""
    sent = f"data.{attribute(field.wire)}"
    found = function.home.runtime("errors", "found")
    row = f"await {where}.fetch_one({function.home.queries(field.type.of)}.EXISTS, id={sent})"
    check = f"{found}({row}, {literal(field.type.of)})"
    if optional or field.type.nullable:
        with function.block(f"if {sent} is not None:"):
            function.body.line(check)
    else:
        function.body.line(check)
