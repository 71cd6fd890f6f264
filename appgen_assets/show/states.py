"""State machines as drawings: the initial state on the left, each state as near to it as it can be."""

from collections.abc import Iterator

import dagster as dg

from appgen_assets.show.svg import Box, curve, dot, image, loop
from generator.ir.model import ApplicationIR, StateMachine

_GAP_X, _GAP_Y = 70.0, 18.0


def state_diagram(ir: ApplicationIR) -> dg.MarkdownMetadataValue:
    """Return every state machine; final states have a strong frame."""
    drawn: list[str] = []
    boxes: list[Box] = []
    top = 15.0
    for entity in ir.domain.entities:
        for machine in entity.machines:
            label = Box(15, top, f"{entity.name}.{machine.field}", (f"starts {machine.initial}",))
            places = _placed(machine, top + label.height + 15)
            drawn.extend(_moves(machine, places))
            boxes.extend((label, *places.values()))
            top = max(b.y + b.height for b in places.values()) + 40
    return image(drawn, boxes) if boxes else dg.MetadataValue.md("There are no state machines.")


def _placed(machine: StateMachine, top: float) -> dict[str, Box]:
    depths = _depths(machine)
    final = {s for s in machine.states if s not in {source for source, _ in machine.transitions}}
    columns: dict[int, list[str]] = {}
    for state in machine.states:
        columns.setdefault(depths.get(state, max(depths.values()) + 1), []).append(state)
    places: dict[str, Box] = {}
    x = 45.0
    for depth in sorted(columns):
        y = top
        for state in columns[depth]:
            places[state] = Box(x, y, state, strong=state in final)
            y += places[state].height + _GAP_Y
        x += max(places[state].width for state in columns[depth]) + _GAP_X
    return places


def _depths(machine: StateMachine) -> dict[str, int]:
    depths, edge = {machine.initial: 0}, [machine.initial]
    while edge:
        state = edge.pop(0)
        for source, target in machine.transitions:
            if source == state and target not in depths:
                depths[target] = depths[state] + 1
                edge.append(target)
    return depths


def _moves(machine: StateMachine, places: dict[str, Box]) -> Iterator[str]:
    first = places[machine.initial]
    yield dot(first.x - 22, first.row(-1))
    yield curve(first.x - 18, first.row(-1), first.x, first.row(-1), bend=4)
    for source, target in machine.transitions:
        one, other = places[source], places[target]
        if other.x > one.x:
            yield curve(one.x + one.width, one.row(-1), other.x, other.row(-1))
        elif other.x < one.x:
            yield curve(one.x, one.row(-1) + 5, other.x + other.width, other.row(-1) + 5, bend=-45)
        else:
            yield loop(one.x + one.width, one.row(-1), other.x + other.width, other.row(-1) - 5)
