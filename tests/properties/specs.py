"""Whole random specs as YAML text, from hypothesis or from a seed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.properties.choosing import Choices, Chooser, Drawn, Seeded
from tests.properties.entities import EntityMaker
from tests.properties.fields import FieldMaker, enum_values
from tests.properties.flows import FlowMaker
from tests.properties.naming import FLOWS, Names
from tests.properties.world import EntityDef
from tests.properties.yamltext import dump

_ENUMS = ("Kind", "Colour", "Level", "Mode")


def spec_text(chooser: Chooser, *, entities: int = 4, flows: int = 4) -> str:
    """Return one spec with at most so many entities and flows."""
    choices = Choices(chooser)
    names = Names(choices)
    enums = {name: enum_values(choices) for name in _ENUMS[: choices.number(0, 2)]}
    maker = EntityMaker(choices, names, enums)
    maker.make(entities)
    found: dict[str, Any] = {"app": "random-app"}
    if choices.chance(20):
        found["settings"] = {"page_size": choices.number(1, 5), "max_page_size": choices.number(5, 9)}
    if enums:
        found["enums"] = {name: list(values) for name, values in enums.items()}
    found["entities"] = {e.name: _entity(e) for e in maker.entities}
    flow_maker = FlowMaker(choices, names, maker, FieldMaker(choices, names, enums))
    taken: set[str] = set()
    made = {names.free(FLOWS, taken): flow_maker for _ in range(choices.number(0, flows))}
    if made:
        found["flows"] = {name: flow_maker.make(name) for name in made}
    return dump(found) + "\n"


def _entity(entity: EntityDef) -> dict[str, Any]:
    found: dict[str, Any] = {"fields": {f.name: f.written for f in entity.fields if f.written is not None}}
    found["fields"] |= {name: f"{element.name}[] owned" for name, element in entity.owned.items()}
    found["fields"] |= {name: f"{element.name}[]" for name, element in entity.links.items()}
    if entity.states:
        found["states"] = {
            name: {"initial": next(iter(moves)), **{s: to for s, to in moves.items() if to}}
            for name, moves in entity.states.items()
        }
    uniques = [u for u in entity.extra["unique"] if u]
    found |= {"unique": uniques} if uniques else {}
    found |= {"rules": entity.extra["rules"]} if entity.extra["rules"] else {}
    return found | {k: entity.extra[k] for k in ("operations", "list") if entity.extra.get(k) is not None}


def seeded_spec(seed: int, *, entities: int = 4, flows: int = 4) -> str:
    """Return the spec of a seed."""
    return spec_text(Seeded(seed), entities=entities, flows=flows)


@st.composite
def specs(draw: st.DrawFn, entities: int = 4, flows: int = 4) -> str:
    """Specs, most of them valid."""
    return spec_text(Drawn(draw), entities=entities, flows=flows)
