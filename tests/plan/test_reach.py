"""What the planner has to find a way to: what only other requests bring about."""

from functools import cache
from pathlib import Path

import pytest

from generator.graph.build import build_graph
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.model import ApplicationIR
from generator.verify.coverage.measure import measure
from generator.verify.coverage.model import Coverage
from generator.verify.model import TestsModelIR
from generator.verify.plan import make_plan
from tests.plan.helpers import inline, ir_of

DOMAINS = sorted((Path(__file__).parent / "domains").glob("*.yaml"))

CASES = {
    "a state that a flow over other rows brings about": """
app: quarry
entities:
  Pit: {fields: {name: string(1..20) unique}}
  Truck: {fields: {plate: string(2..9) unique, pit: -> Pit, load: int >= 0 = 0 server}}
  Stone:
    fields: {pit: -> Pit, weight: int(1..50)}
    states: {place: {initial: GROUND, GROUND: [ABOARD], ABOARD: [SOLD]}}
flows:
  fetch:
    entity: Truck
    input: {heaviest: int(1..40)}
    effects:
      - each: Stone as s
        where: s.pit == truck.pit and s.place == GROUND and s.weight <= heaviest
        do: ["s.place: GROUND -> ABOARD", truck.load += s.weight]
  sell: {entity: Stone, effects: ["stone.place: ABOARD -> SOLD"]}
""",
    "a quantity that only flows change": """
app: dairy
entities:
  Milk: {fields: {kind: string(1..20) unique, litres: int >= 0 = 0 server}}
  Order:
    fields: {milk: -> Milk, litres: int(5..50)}
    states: {status: {initial: OPEN, OPEN: [FILLED]}}
flows:
  deliver: {entity: Milk, input: {litres: int(1..9)}, effects: [milk.litres += input.litres]}
  spill: {entity: Milk, requires: [milk.litres > 0], effects: [milk.litres -= 1]}
  fill:
    entity: Order
    requires: [order.litres <= order.milk.litres else 409 "Not enough"]
    effects: ["order.status: OPEN -> FILLED", order.milk.litres -= order.litres]
""",
    "few values for a unique": """
app: lockers
enums: {Side: [LEFT, RIGHT]}
entities:
  Locker:
    fields: {floor: int(1..4), side: Side, note: string(1..20)?}
    unique: [[floor, side]]
    list: {filter: [floor, side], sort: [floor]}
""",
    "a time of day, and a value that a row has": """
app: gates
entities:
  Pass:
    fields: {code: uuid, secret: string(4..20), opens: time}
    rules: [opens >= "17:00:00" else 422 "Too early"]
    states: {status: {initial: NEW, NEW: [USED]}}
flows:
  enter:
    entity: Pass
    input: {code: uuid, secret: string(1..40)}
    requires: [code == pass.code else 403 "Another code", secret == pass.secret else 403 "Wrong"]
    effects: ["pass.status: NEW -> USED"]
""",
    "links beyond a bound, sent in an update": """
app: crates
entities:
  Tag: {fields: {name: string(1..20) unique, weight: int(0..9) = 1}}
  Crate:
    fields: {name: string(1..20) unique, tags: "Tag[]", most: int(0..50) = 3}
    rules:
      - len(tags) <= 3 else 422 "Too many"
      - sum(tags, weight) <= most else 422 "Too heavy"
""",
    "requires over rows of another entity": """
app: quays
entities:
  Quay: {fields: {name: string(1..20) unique, berths: int(1..5)}}
  Ship:
    fields: {name: string(1..20) unique, quay: -> Quay, tons: int(1..90)}
    states: {place: {initial: SEA, SEA: [QUAY], QUAY: [SEA]}}
  Crane: {fields: {quay: -> Quay, lifts: int(1..90), broken: bool = false}}
flows:
  moor:
    entity: Ship
    requires:
      - count(Ship, quay == ship.quay and place == QUAY) < ship.quay.berths else 409 "Full"
      - exists(Crane, quay == ship.quay and not broken and lifts >= ship.tons) else 409 "No crane"
    effects: ["ship.place: SEA -> QUAY"]
""",
    "lengths beside a pattern": """
app: codes
entities:
  Code:
    fields:
      plain: string(3..8) matches "[a-z]+"
      dashed: string(5..12) matches "[A-Z]{2}(-[0-9]{1,3})*x?" unique
      padded: string(2..6)? matches "0*[1-9][0-9]*"
      either: text(2..9) matches "(ab|c)+"
""",
    "rows that another needs in a state which takes rows of its own": """
app: juries
entities:
  Essay:
    fields:
      title: string(1..40) unique
      parts: "Part[] owned"
      marks: "Mark[] owned"
      words: int := sum(parts, words)
    states: {stage: {initial: DRAFT, DRAFT: [SENT], SENT: [PASSED, DRAFT]}}
  Part:
    fields: {words: int(1..900)}
    operations: {create: {requires: ["essay.stage == DRAFT"]}, read: , list: }
  Mark:
    fields: {points: int(0..10)}
    operations: {create: {requires: ["essay.stage == SENT"]}, read: , list: }
  Prize:
    fields: {name: string(1..40) unique, essay: -> Essay immutable}
    rules: ['essay.stage == PASSED else 409 "Not passed"']
flows:
  recall: {entity: Essay, effects: ["essay.stage: SENT -> DRAFT"]}
  send: {entity: Essay, requires: ["essay.words > 20"], effects: ["essay.stage: DRAFT -> SENT"]}
  pass:
    entity: Essay
    requires: ["len(essay.marks) >= 2", "sum(essay.marks, points) >= 8"]
    effects: ["essay.stage: SENT -> PASSED"]
""",
    "values of few that rows below one owner must not share, and times that hang together": """
app: duels
enums: {Colour: [RED, BLUE]}
entities:
  Duel:
    fields: {begins: datetime, ends: datetime, minutes: int(1..30), sides: "Side[] owned"}
    rules:
      - begins < ends
      - 'ends >= begins + minutes(minutes) else 422 "Too short"'
      - 'ends <= begins + hours(2) else 422 "Too long"'
    states: {state: {initial: SET, SET: [OVER]}}
  Side:
    fields: {colour: Colour, hits: int(0..9) = 0}
    unique: [[duel, colour]]
flows:
  close: {entity: Duel, requires: ["len(duel.sides) == 2"], effects: ["duel.state: SET -> OVER"]}
""",
    "products that are too large together, and what refers besides": """
app: looms
entities:
  Yarn: {fields: {name: string(1..20) unique, factor: int(1..9) = 1}}
  Cloth:
    fields: {name: string(1..20) unique, strips: "Strip[] owned", size: "int := sum(strips, area)"}
    rules: [size <= 5000 else 422 "Too large"]
  Strip:
    fields: {yarn: -> Yarn, long: int(1..60), wide: int(1..60), area: int := long * wide * yarn.factor}
  Note: {fields: {yarn: -> Yarn, strip: -> Strip?, text: string(1..20)}}
""",
    "a reference that only a flow writes, rows that a loop leaves alone, pages of one": """
app: pens
settings: {page_size: 1, max_page_size: 1}
entities:
  Pen: {fields: {name: string(1..20) unique}, list: {sort: [name]}}
  Sheep:
    fields: {tag: string(1..20) unique, pen: -> Pen? server, sick: bool = false, calm: bool = false server}
    list: {filter: [sick], sort: [tag]}
flows:
  move: {entity: Sheep, input: {to: -> Pen}, effects: [sheep.pen = to]}
  soothe:
    entity: Pen
    effects:
      - each: Sheep as s
        where: s.pen == self and s.sick
        do: [s.calm = true]
""",
}


def covered(ir: ApplicationIR) -> tuple[TestsModelIR, Coverage]:
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    plan = make_plan(ir, guards)
    return plan, measure(ir, guards, plan)


@cache
def of_case(name: str) -> tuple[TestsModelIR, Coverage]:
    return covered(inline(CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_all_of_it_is_covered(name: str) -> None:
    _, found = of_case(name)
    assert [f"{i.dimension}: {i.what}" for i in found.missing] == []
    assert found.strange == ()


@pytest.mark.slow
@pytest.mark.parametrize("path", DOMAINS, ids=lambda p: p.stem)
def test_most_of_a_domain_that_nobody_had_in_mind_is_covered(path: Path) -> None:
    plan, found = covered(ir_of(path))
    assert plan.untried == ()
    assert found.strange == ()
    assert found.percent >= 96, [f"{i.dimension}: {i.what}" for i in found.missing]
