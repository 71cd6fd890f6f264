"""A spec that has a bit of everything, and a client for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from generator.ir.lower import lower
from generator.ir.model import ApplicationIR
from generator.spec.load import load_app
from generator.verify.interpreter import MISSING, Answer, Interpreter

SPEC = """
app: everything
enums:
  Color: [RED, GREEN, BLUE]
entities:
  Holder:
    fields:
      name: string(2..40) unique
      email: email?
      home: url?
      code: string? matches "[A-Z]{3}"
      color: Color = GREEN
      credit: decimal(8,2) >= 0 = 100
      quota: int(0..1000) = 10
      ratio: float > 0 = 0.5
      active: bool = true
      born: date? <= "2030-01-01"
      wakes: time?
      extra: json?
      tags: Tag[]
      made_at: datetime = now() server
      seen_at: datetime = now() touched
      badge: string(3..10) = "none" immutable
    rules:
      - credit >= 5 or not active else 409 "Too little credit"
      - len(tags) <= 2 else 422 "Too many tags"
    operations:
      create:
      read: {requires: [active else 403 "Hidden"]}
      update:
      delete: {requires: [quota < 100]}
      list:
    list:
      filter: [color, quota, active, born, email, made_at]
      sort: [name, born, quota]
      search: [name, email]
      default_filter: active
      default_sort: [-quota]
  Tag:
    fields:
      label: string
  Box:
    fields:
      holder: -> Holder
      parent: -> Box?
      number: int = next(holder)
      parts: Part[] owned
      price: decimal(8,2) = holder.credit snapshot
      total: decimal(10,2) := sum(parts, amount * weight)
      heaviest: int? := max(parts, weight)
    states:
      status: {initial: OPEN, OPEN: [SHUT, LOST], SHUT: [OPEN, LOST]}
    unique:
      - {fields: [holder], while: status == OPEN, on_conflict: reuse}
    operations:
      create: {requires: ["count(Box, holder == self.holder) < 3 else 422 \\"Three boxes at most\\""]}
      read:
      list:
      delete:
    list: {filter: [holder, parent, status]}
  Part:
    fields:
      name: string
      weight: int(1..50)
      amount: decimal(6,2) = 1.50
      bits: Bit[] owned
    unique:
      - {fields: [box, name], on_conflict: add weight}
    rules:
      - sum(box.parts, weight) <= 60 else 422 "Too heavy"
      - old(weight) is null or weight >= old(weight) else 422 "Weights only grow"
  Bit:
    fields:
      value: int
    unique:
      - {fields: [part], on_conflict: replace value}
  Slot:
    fields:
      holder: -> Holder
      starts_at: datetime
      ends_at: datetime
      cancelled: bool = false
    rules: [starts_at < ends_at]
    unique:
      - {fields: [holder], during: [starts_at, ends_at], while: not cancelled}
flows:
  shut:
    entity: Box
    effects: ["box.status: OPEN -> SHUT"]
  bounce:
    entity: Box
    effects: ["box.status: OPEN -> SHUT", "box.status: SHUT -> OPEN", "box.status: OPEN -> LOST"]
  lose:
    entity: Box
    effects: ["box.status: * -> LOST else 409 \\"Gone\\""]
  pay:
    entity: Holder
    input: {to: -> Holder, sum: "decimal(8,2) > 0", note: string?}
    requires:
      - to != holder else 422 "To whom?"
    effects:
      - holder.credit -= sum
      - to.credit += sum
    ensures:
      - holder.credit + to.credit == old(holder.credit) + old(to.credit)
      - input.note is null or len(input.note) < 5 else 418 "Too long"
  move:
    entity: Box
    input: {to: -> Holder}
    effects:
      - create: Box
        as: copy
        set: {holder: to, parent: box}
        parts: {from: box.parts, copy: [name, weight, amount], where: weight > 5}
      - each: box.parts as part
        where: part.weight > 5
        do: [delete part]
      - if: len(box.parts) == 0
        then: ["box.status: * -> LOST"]
        else:
          - each: box.parts as part
            do: [part.weight += 1]
    returns: copy
  purge:
    entity: Holder
    effects:
      - each: Box as box
        where: box.holder == self
        do: [delete box]
      - delete holder
  tag:
    entity: Holder
    input: {tag: -> Tag}
    effects: [holder.tags += tag]
    returns: none
  untag:
    entity: Holder
    input: {tag: -> Tag}
    effects: [holder.tags -= tag]
  halve:
    entity: Holder
    effects: [holder.credit = holder.credit / 3, "holder.quota = floor(holder.quota / 2)"]
  begin:
    entity: Box
    http: POST /begin
    input: {name: string}
    effects:
      - create: Holder
        as: holder
        set: {name: name}
      - create: Box
        as: made
        set: {holder: holder}
    returns: made
"""

NOW = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
NOBODY = "019b0000-0000-7000-8000-ffffffffffff"


@cache
def everything() -> ApplicationIR:
    """Return the IR of the spec."""
    return lower(load_app("everything.yaml", {"everything.yaml": SPEC}.__getitem__)).ir


class Client:
    """Sends requests, the clock going on by a second for each."""

    def __init__(self, ir: ApplicationIR) -> None:
        self.machine = Interpreter(ir)
        self.now = NOW
        self._paths = {o.id: [r.param for r in o.rows] for o in ir.api.operations}

    def send(self, operation: str, *ids: str, query: dict[str, str] | None = None, **body: Any) -> Answer:
        """Send a request; a body if there are members."""
        path = dict(zip(self._paths[f"operation:{operation}"], ids, strict=True))
        return self.raw(operation, path, query or {}, body or MISSING)

    def raw(self, operation: str, path: dict[str, str], query: dict[str, str], body: Any) -> Answer:
        """Send any body."""
        self.now += timedelta(seconds=1)
        return self.machine.call(f"operation:{operation}", path, query, body, now=self.now)

    def ok(self, operation: str, *ids: str, **body: Any) -> dict[str, Any]:
        """Send a request that must succeed; return the body."""
        answer = self.send(operation, *ids, **body)
        assert answer.status < 300, answer
        return dict(answer.body or {})

    def refused(self, operation: str, *ids: str, **body: Any) -> tuple[int, str | None, str | None]:
        """Send a request that must be refused without a trace; return status, code, constraint or message."""
        before = self.machine.snapshot()
        answer = self.send(operation, *ids, **body)
        assert answer.status >= 400, answer
        assert self.machine.snapshot() is before
        return answer.status, answer.problem_code, answer.body["detail"]

    def holder(self, name: str = "Ann", **body: Any) -> str:
        """Create a holder; return its id."""
        return str(self.ok("Holder.create", name=name, **body)["id"])

    def box(self, holder: str = "", **body: Any) -> str:
        """Create a box; return its id."""
        return str(self.ok("Box.create", holder_id=holder or self.holder(), **body)["id"])
