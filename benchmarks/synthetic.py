"""Specs of any size: N entities in groups of five (reference, ownership, states, rules, a flow each)."""

from __future__ import annotations

import sys

_GROUP = """
  Base{n}:
    fields:
      code: string(1..40) unique
      amount: int >= 0
      rate: decimal(10,2) > 0
      active: bool = true
    operations: [create, read, update, list]
    list: {{filter: [active, rate], sort: [code, rate], search: [code], default_filter: active}}
  Holder{n}:
    fields:
      name: string(1..200)
      mail: email unique
      since: datetime = now() server
  Batch{n}:
    fields:
      holder: -> Holder{n}
      lines: Line{n}[] owned
      total: decimal(14,2) := sum(lines, units * rate)
    states:
      status: {{initial: DRAFT, DRAFT: [SENT, DROPPED], SENT: [DONE]}}
    operations: [create, read, list]
    list: {{filter: [holder, status], sort: [status]}}
  Line{n}:
    fields:
      base: -> Base{n}
      units: int > 0
      rate: decimal(10,2) = base.rate snapshot
    rules:
      - units <= base.amount else 422 "not enough left"
      - batch{n}.status == DRAFT else 422 "already sent"
    operations: [create, read, delete, list]
  Note{n}:
    fields:
      about: -> Holder{n}
      text: text
      starts_on: date
      ends_on: date?
    rules:
      - ends_on >= starts_on
"""

_FLOW = """
  send{n}:
    entity: Batch{n}
    requires:
      - batch{n}.status == DRAFT
      - len(batch{n}.lines) > 0
      - all(batch{n}.lines, units <= base.amount) else 422 "not enough left"
    effects:
      - each: batch{n}.lines as line
        do: [line.base.amount -= line.units]
      - "batch{n}.status: DRAFT -> SENT"
"""


def spec(entities: int) -> str:
    """Return the YAML of a spec with `entities` entities, rounded up to a multiple of five."""
    groups = range(1, (entities + 4) // 5 + 1)
    body = "".join(_GROUP.format(n=n) for n in groups)
    flows = "".join(_FLOW.format(n=n) for n in groups)
    return f"app: synthetic-{entities}\nentities:{body}flows:{flows}"


if __name__ == "__main__":
    sys.stdout.write(spec(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
