"""Proofs by z3 that a demand can't fail alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import z3

from generator.core.formats import INT_MAX, INT_MIN
from generator.expr.model import AggregateExpr, ContextRef, EntityRef, Expr, Literal, Type
from generator.expr.smt import Solver
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Field, Flow, Input, Limits, Managed
from generator.verify.coverage.proofs.claims import Claim
from generator.verify.coverage.proofs.rewrite import of_row, row_at
from generator.verify.coverage.proofs.symbolic import Values

_EFFORT = 3_000_000  # z3's own unit, so that the outcome is the same on every machine
_COMPARED = {"int", "decimal", "float", "date", "datetime"}


class Prover:
    """Answers questions about one operation."""

    def __init__(self, index: Index, flow: Flow | None, made: frozenset[str]) -> None:
        self._index = index
        self._flow = flow
        self._made = made
        self._reader = Solver()

    def holds(self, expr: Expr) -> z3.BoolRef:
        """Return the formula of an expression being true."""
        return self._reader.holds(expr)

    def fails(self, claim: Claim) -> z3.BoolRef:
        """Return the formula of a demand not being met."""
        return self._reader.fails(claim.expr) if claim.weak else z3.Not(self._reader.holds(claim.expr))

    @staticmethod
    def both(left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        """Return the formula of both."""
        return z3.And(left, right)

    def impossible(self, goal: z3.BoolRef, about: Iterable[Expr], claims: Iterable[Claim]) -> str | None:
        """Return what makes the goal impossible, "" for bounds of values; None if it may be possible."""
        solver = z3.Solver()
        solver.set("rlimit", _EFFORT)
        solver.set("random_seed", 0)
        solver.set("core.minimize", True)
        solver.add(goal)
        told: dict[str, str] = {}
        read = list(about)
        for claim in claims:
            for formula in self._demanded(claim):
                name = f"claim{len(told)}"
                told[name] = claim.text
                solver.assert_and_track(formula, name)
            read.append(claim.expr)
        for number, (text, fact) in enumerate(self._facts(read)):
            told[f"fact{number}"] = text
            solver.assert_and_track(fact, f"fact{number}")
        if solver.check() != z3.unsat:
            return None
        core = sorted({told[str(name)] for name in solver.unsat_core()} - {""})
        return " and ".join(core)

    def _demanded(self, claim: Claim) -> Iterator[z3.BoolRef]:
        if claim.field is not None:
            yield from self._within(claim.expr, claim.field.type, claim.field.limits)
        elif claim.weak:
            yield z3.Not(self._reader.fails(claim.expr))
        else:
            yield self._reader.holds(claim.expr)

    # --- what is known of values ---------------------------------------------------

    def _facts(self, exprs: Iterable[Expr]) -> Iterator[tuple[str, z3.BoolRef]]:
        seen: set[Expr] = set()
        rows: dict[tuple[str, str, tuple[str, ...]], None] = {}
        for expr in exprs:
            for part in walk(expr):
                if part in seen:
                    continue
                seen.add(part)
                yield from self._of_part(part)
                if isinstance(part, EntityRef) and part.field and "'" not in part.root:
                    rows[part.entity.removeprefix("entity:"), part.root, part.via] = None
        for entity, root, via in rows:
            if root not in self._made:
                yield from self._stored_rules(entity, root, via)

    def _of_part(self, part: Expr) -> Iterator[tuple[str, z3.BoolRef]]:
        match part:
            case EntityRef() if part.field and part.type.name != "rows":
                entity = self._index.hop(part.entity.removeprefix("entity:"), part.via)
                yield from self._of_field(part, entity, self._index.field(entity, part.field))
            case ContextRef() if self._flow is not None:
                found = next((i for i in self._flow.inputs if i.name == part.name), None)
                if found is not None:
                    yield from self._of_value(part, f"the bounds of {found.name}", found)
            case AggregateExpr(op="count"):
                yield "", self._reader.term(part).value >= 0
            case AggregateExpr(op="sum", value=EntityRef() as value):
                if self._never_negative(value):
                    yield "", self._reader.term(part).value >= 0

    def _never_negative(self, ref: EntityRef) -> bool:
        entity = self._index.hop(ref.entity.removeprefix("entity:"), ref.via)
        limits = self._index.field(entity, ref.field).limits
        low = limits.ge or limits.gt
        return low is not None and Decimal(low) >= 0

    def _of_new(self, ref: EntityRef, field: Field) -> Iterator[tuple[str, z3.BoolRef]]:
        """Yield that what a request sends for a new row is not that row: nobody knows its id."""
        own = ref.entity.removeprefix("entity:")
        sent = field.managed is Managed.CLIENT and self._flow is None and ref.root in self._made
        if sent and not ref.via and field.type.of == own and field.type.name == "row":
            row = EntityRef(ref.entity, "", root=ref.root, type=Type("row", of=own))
            term, new = self._reader.term(ref), self._reader.term(row)
            yield "", z3.Or(term.null, term.value != new.value)

    def _of_field(self, ref: EntityRef, entity: str, field: Field) -> Iterator[tuple[str, z3.BoolRef]]:
        yield from self._of_value(ref, f"the bounds of {entity}.{field.name}", field)
        yield from self._of_new(ref, field)
        if field.managed is Managed.COUNTER:
            yield "", self._reader.term(ref).value >= 1

    def _of_value(
        self, ref: EntityRef | ContextRef, text: str, member: Field | Input
    ) -> Iterator[tuple[str, z3.BoolRef]]:
        for fact in self._within(ref, member.type, member.limits):
            yield text, fact
        if member.type.name == "enum":
            options = self._index.enums[member.type.of].values
            value = self._reader.term(ref).value
            yield "", z3.Or([value == self._reader.term(Literal(o, ref.type)).value for o in options])

    def _within(self, expr: Expr, type_: Type, limits: Limits) -> Iterator[z3.BoolRef]:
        if type_.name not in _COMPARED:
            return
        term = self._reader.term(expr)
        for bound, op in ((limits.gt, ">"), (limits.ge, ">="), (limits.lt, "<"), (limits.le, "<=")):
            if bound is not None:
                other = self._reader.term(Literal(bound, Type(type_.name))).value
                yield z3.Or(term.null, _compared(op, term.value, other))
        if type_.name == "int":
            yield z3.Or(term.null, z3.And(term.value >= INT_MIN, term.value <= INT_MAX))
        if type_.name == "decimal":
            most = z3.RealVal(str(Decimal(10**type_.precision - 1).scaleb(-type_.scale)))
            yield z3.Or(term.null, z3.And(term.value >= -most, term.value <= most))

    def _stored_rules(self, entity: str, root: str, via: tuple[str, ...]) -> Iterator[tuple[str, z3.BoolRef]]:
        """Yield what the database holds of any stored row: its rules over its own fields."""
        holder = self._index.hop(entity, via)
        for rule in self._index.entities[holder].rules:
            if rule.local:
                expr = Values(self._index, self._flow).read(
                    of_row(rule.condition.expr, row_at(entity, root, via))
                )
                text = f"the rule `{rule.condition.text}` of stored rows"
                yield text, z3.Not(self._reader.fails(expr))


def _compared(op: str, left: z3.ExprRef, right: z3.ExprRef) -> z3.BoolRef:
    return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[op]
