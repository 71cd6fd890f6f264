"""Diagrams as text that reads well as it is: entities with their relations, states with their moves."""

from generator.ir.model import ApplicationIR, Entity, Field, StateMachine


def entity_diagram(ir: ApplicationIR) -> str:
    """Return every entity as a box of its fields, with arrows to what it refers to."""
    return "\n\n".join(_box(entity) for entity in ir.domain.entities)


def state_diagram(ir: ApplicationIR) -> str:
    """Return every state machine, a line per state."""
    machines = [(e, m) for e in ir.domain.entities for m in e.machines]
    return "\n\n".join(_machine(entity, machine) for entity, machine in machines) or "no state machines"


def mermaid(ir: ApplicationIR) -> str:
    """Return the entities as a Mermaid diagram, for tools that draw it."""
    lines = ["erDiagram"]
    for entity in ir.domain.entities:
        for field in entity.fields:
            if field.type.name == "row" and field.name != entity.owner_field:
                bar = "|o" if field.type.nullable else "||"
                lines.append(f"  {field.type.of} {bar}--o{{ {entity.name} : {field.name}")
        for collection in entity.collections:
            kind = "||--o{" if collection.kind == "owned" else "}o--o{"
            lines.append(f"  {entity.name} {kind} {collection.entity} : {collection.name}")
    return "\n".join([*lines, *(f"  {entity.name}" for entity in ir.domain.entities)])


def _box(entity: Entity) -> str:
    rows = [_field(field) for field in entity.fields]
    rows += [
        f"{c.name}  {'owns' if c.kind == 'owned' else 'links'} ──< {c.entity}" for c in entity.collections
    ]
    title = f"{entity.name}" + (f" (of {entity.owner})" if entity.owner else "")
    width = max(len(title) + 2, *(len(row) for row in rows))
    top = f"┌─ {title} " + "─" * (width - len(title) - 1) + "┐"
    return "\n".join([top, *(f"│ {row.ljust(width)} │" for row in rows), "└" + "─" * (width + 2) + "┘"])


def _field(field: Field) -> str:
    optional = "?" if field.type.nullable else ""
    if field.type.name == "row":
        return f"{field.name}{optional}  ──> {field.type.of}"
    kind = field.type.of or field.type.name
    managed = "" if field.managed == "client" else f"  ({field.managed})"
    return f"{field.name}  {kind}{optional}{managed}"


def _machine(entity: Entity, machine: StateMachine) -> str:
    lines = [f"{entity.name}.{machine.field}, starts {machine.initial}"]
    for state in machine.states:
        targets = [to for frm, to in machine.transitions if frm == state]
        lines.append(f"  {state} ──> {', '.join(targets)}" if targets else f"  {state} (final)")
    return "\n".join(lines)
