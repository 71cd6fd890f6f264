"""In which order tables are made: referenced before referring, as far as references form no circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.ir.model import Entity


def creation_order(entities: Iterable[Entity]) -> list[Entity]:
    """Return the entities depth first along their references, otherwise in the order of the spec."""
    by_name = {e.name: e for e in entities}
    done: dict[str, Entity] = {}
    entered: set[str] = set()
    for name in by_name:
        _visit(name, by_name, entered, done)
    return list(done.values())


def _visit(name: str, by_name: dict[str, Entity], entered: set[str], done: dict[str, Entity]) -> None:
    """Walk without recursion: chains of references may be as long as the spec."""
    if name in entered:
        return
    entered.add(name)
    path: list[tuple[str, Iterator[str]]] = [(name, _targets(by_name[name]))]
    while path:
        current, targets = path[-1]
        following = next((t for t in targets if t not in entered), None)
        if following is None:
            done[current] = by_name[current]
            path.pop()
        else:
            entered.add(following)
            path.append((following, _targets(by_name[following])))


def _targets(entity: Entity) -> Iterator[str]:
    return iter([f.type.of for f in entity.fields if f.type.name == "row"])
