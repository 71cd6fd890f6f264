"""The entity diagram: what is referred to stands on the left of what refers to it."""

from collections.abc import Iterator

import dagster as dg

from appgen_assets.show.svg import Box, curve, image, loop
from generator.ir.model import ApplicationIR, Collection, Entity, Field

_GAP_X, _GAP_Y, _MARGIN = 80.0, 24.0, 15.0


def entity_diagram(ir: ApplicationIR) -> dg.MarkdownMetadataValue:
    """Return every entity as a box of its fields, with arrows to what it refers to; links are dashed."""
    boxes = _placed(ir)
    return image(_arrows(ir, boxes), boxes.values())


def mermaid(ir: ApplicationIR) -> str:
    """Return the entities as a Mermaid diagram, for tools that draw it."""
    lines = ["erDiagram"]
    for entity in ir.domain.entities:
        for field in _references(entity):
            bar = "|o" if field.type.nullable else "||"
            lines.append(f"  {field.type.of} {bar}--o{{ {entity.name} : {field.name}")
        lines.extend(f"  {entity.name} }}o--o{{ {c.entity} : {c.name}" for c in _links(entity))
    return "\n".join([*lines, *(f"  {entity.name}" for entity in ir.domain.entities)])


def _references(entity: Entity) -> list[Field]:
    return [field for field in entity.fields if field.type.name == "row"]


def _links(entity: Entity) -> list[Collection]:
    return [collection for collection in entity.collections if collection.kind == "links"]


def _placed(ir: ApplicationIR) -> dict[str, Box]:
    """Return a box per entity, a column per distance from what refers to nothing."""
    columns: dict[int, list[Entity]] = {}
    for entity, depth in _depths(ir):
        columns.setdefault(depth, []).append(entity)
    boxes: dict[str, Box] = {}
    x = _MARGIN
    for depth in sorted(columns):
        y, widest = _MARGIN, 0.0
        for entity in columns[depth]:
            box = Box(x, y, entity.name, tuple(_lines(entity)))
            boxes[entity.name] = box
            y += box.height + _GAP_Y
            widest = max(widest, box.width)
        x += widest + _GAP_X
    return boxes


def _depths(ir: ApplicationIR) -> Iterator[tuple[Entity, int]]:
    """Yield each entity with its column; a reference back in a cycle counts for nothing."""
    by_name = {entity.name: entity for entity in ir.domain.entities}
    depths: dict[str, int] = {}
    for name in ir.tests.seed_order or tuple(by_name):
        before = [depths[f.type.of] for f in _references(by_name[name]) if f.type.of in depths]
        depths[name] = max(before, default=-1) + 1
        yield by_name[name], depths[name]


def _lines(entity: Entity) -> Iterator[str]:
    for field in entity.fields:
        optional = "?" if field.type.nullable else ""
        managed = "" if field.managed == "client" else f" ({field.managed})"
        yield f"{field.name}: {field.type.of or field.type.name}{optional}{managed}"
    for collection in entity.collections:
        yield f"{collection.name}: {collection.entity}[] ({collection.kind})"


def _arrows(ir: ApplicationIR, boxes: dict[str, Box]) -> Iterator[str]:
    for entity in ir.domain.entities:
        box = boxes[entity.name]
        for number, field in enumerate(entity.fields):
            if field.type.name == "row":
                yield _arrow(box, number, boxes[field.type.of], dashed=False)
        for number, collection in enumerate(entity.collections, len(entity.fields)):
            if collection.kind == "links":
                yield _arrow(box, number, boxes[collection.entity], dashed=True)


def _arrow(box: Box, row: int, target: Box, *, dashed: bool) -> str:
    """Go left to what stands left of it, else out on the right and back in there."""
    end = target.row(-1)
    if target.x < box.x:
        return curve(box.x, box.row(row), target.x + target.width, end, bend=-45, dashed=dashed)
    right = box.x + box.width
    if target.x > box.x:
        return curve(right, box.row(row), target.x, end, bend=60, dashed=dashed)
    return loop(right, box.row(row), target.x + target.width, end, dashed=dashed)
