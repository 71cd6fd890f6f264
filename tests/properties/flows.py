"""Random flows: subjects, inputs, conditions, and effects of every form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from generator.core.names import kebab, plural
from tests.properties.choosing import Choices
from tests.properties.entities import EntityMaker
from tests.properties.exprs import Expressions
from tests.properties.fields import FieldMaker
from tests.properties.naming import INPUTS, Names
from tests.properties.world import EntityDef, FieldDef, Row, Scope, Value


@dataclass
class Frame:
    """What one flow's effects may use."""

    rows: list[Row]
    inputs: list[Value]
    taken: set[str]
    created: list[Row] = field(default_factory=list)
    wide: bool = False  # inside of a loop over all rows of an entity: making rows there would never end


class FlowMaker:
    """Makes flows over the entities of one spec."""

    def __init__(self, choices: Choices, names: Names, maker: EntityMaker, fields: FieldMaker) -> None:
        self._c = choices
        self._names = names
        self._maker = maker
        self._fields = fields
        self._exprs = Expressions(choices)
        self._world = maker.entities

    def make(self, name: str) -> dict[str, Any]:
        """Return one flow."""
        entity = self._c.pick(self._world)
        found: dict[str, Any] = {"entity": entity.name}
        subject = Row(self._c.pick((entity.snake, "self", entity.snake)), entity)
        frame = Frame([subject], [], {"self", entity.snake, *entity.taken()})
        if self._c.chance(15):
            found["http"] = self._path(name, entity)
        found["input"] = self._inputs(frame)
        found["requires"] = self._conditions(frame, (0, 1, 1, 2), old=False)
        found["effects"] = self._effects(frame, self._c.number(1, 3), depth=2)
        if self._c.chance(7):
            found["effects"].append(self._c.pick([{"delete": subject.path}, f"delete {subject.path}"]))
        found["ensures"] = self._conditions(frame, (0, 0, 0, 1), old=True)
        if self._c.chance(20):
            found["returns"] = self._c.pick(["none", *(r.path for r in frame.created)])
        elif frame.created and self._c.chance(50):
            found["returns"] = frame.created[0].path
        return {k: v for k, v in found.items() if v or k == "effects"}

    def _path(self, name: str, entity: EntityDef) -> str:
        plural_path = kebab(plural(entity.name))
        method = self._c.pick(("POST", "PUT", "PATCH", "DELETE"))
        if entity.owner is None:
            return f"{method} /{plural_path}/{{{self._c.pick(('id', entity.snake + '_id'))}}}/x/{kebab(name)}"
        return f"{method} /{kebab(name)}/{{{entity.snake}_id}}"

    # --- inputs and conditions ---

    def _inputs(self, frame: Frame) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self._c.pick((0, 1, 1, 2, 3))):
            name = self._names.free(INPUTS, frame.taken)
            if self._c.chance(35):
                target = self._c.pick(self._world)
                made = self._fields.reference(name, target, nullable=self._c.chance(30), bare=True)
            else:
                made = self._fields.scalar(name, bare=True)
            found[name] = made.written
            path = self._c.pick((name, f"input.{name}"))
            frame.inputs.append(Value(path, made.kind, made.nullable, made.values, made.target))
        return found

    def _scope(self, frame: Frame, *, old: bool = False) -> Scope:
        world = self._world if self._c.chance(25) else []
        return Scope([*frame.rows, *(frame.created if old else [])], frame.inputs, world, old=old)

    def _conditions(self, frame: Frame, counts: tuple[int, ...], *, old: bool) -> list[Any]:
        found = []
        for _ in range(self._c.pick(counts)):
            text = self._exprs.condition(self._scope(frame, old=old), 2)
            found.append(self._maker.condition(text))
        return found

    # --- effects ---

    def _effects(self, frame: Frame, count: int, depth: int) -> list[Any]:
        forms = [self._assign, self._assign, self._transition, self._link]
        forms += [self._delete_owned, self._delete_behind]
        if not frame.wide:
            forms.append(self._create)
        if depth > 0:
            forms += [self._each, self._each, self._if]
        found: list[Any] = []
        for _ in range(count):
            for _ in range(4):
                effect = self._c.pick(forms)(frame, depth)
                if effect is not None:
                    found.append(effect)
                    break
        if not found and not frame.wide:
            found.append(self._create(frame, depth))
        return [f for f in found if f is not None]

    def _targets(self, frame: Frame) -> list[tuple[Row, FieldDef]]:
        """Return the fields that may be assigned, of the rows in scope and one reference further."""
        rows = [*frame.rows, *frame.created]
        rows += [
            Row(v.text, v.target) for v in frame.inputs if v.kind == "row" and v.target and not v.nullable
        ]
        for row in list(rows):
            for f in row.entity.of_kind("row"):
                if not f.nullable and f.target is not None:
                    rows.append(Row(row.of(f.name), f.target))
        return [(row, f) for row in rows for f in row.entity.fields]

    def _assign(self, frame: Frame, depth: int) -> Any:
        options = [(r, f) for r, f in self._targets(frame) if f.assignable and f.kind not in ("json", "uuid")]
        if not options:
            return None
        row, target = self._c.pick(options)
        scope = self._scope(frame)
        if target.kind in ("int", "decimal", "float") and not target.nullable and self._c.chance(50):
            number = self._exprs.number(scope, 0, whole=target.kind == "int")
            return f"{row.path}.{target.name} {self._c.pick(('+=', '-=', '*='))} {number}"
        if target.nullable and self._c.chance(25):
            return f"{row.path}.{target.name} = null"
        value = self._value(target, scope)
        return f"{row.path}.{target.name} = {value}" if value else None

    def _value(self, target: FieldDef, scope: Scope) -> str:
        """Return a value for a field; one that may be null is made safe for a field that may not."""
        text = self._exprs.value(target.kind, scope, target.values, target.target)
        if text and not target.nullable and target.kind in ("int", "decimal", "float", "string", "text"):
            other = '"n/a"' if target.kind in ("string", "text") else "1"
            return f"coalesce({text}, {other})"
        return text

    def _transition(self, frame: Frame, depth: int) -> Any:
        options = [(r, f) for r, f in self._targets(frame) if f.managed == "state"]
        if not options:
            return None
        row, target = self._c.pick(options)
        moves = row.entity.states[target.name]
        pairs = [(a, b) for a, following in moves.items() for b in following]
        if not pairs:
            return None
        source, to = self._c.pick(pairs)
        sources = [a for a, b in pairs if b == to]
        form = self._c.pick((source, f"[{', '.join(sources)}]", "*", source))
        answer = self._c.pick(("", "", ' else 409 "Not now"'))
        if not answer and self._c.chance(10):
            return f"{row.path}.{target.name} = {to}"
        return f"{row.path}.{target.name}: {form} {self._c.pick(('->', '→'))} {to}{answer}"

    def _create(self, frame: Frame, depth: int) -> Any:
        entity = self._c.pick(self._world)
        scope = self._scope(frame)
        values = self._set(entity, scope)
        if values is None:
            return None
        found: dict[str, Any] = {"create": entity.name}
        named = len(frame.created) < 2
        name = self._names.free(("made", "fresh", "result", "item", "order", "class"), frame.taken)
        if named:
            found["as"] = name
        found["set"] = values
        owned = list(entity.owned.items())
        sources = self._scope(frame).collections()
        if owned and sources and self._c.chance(60):
            self._copied(found, *self._c.pick(owned), *self._c.pick(sources), scope)
        if named and depth == 2:
            frame.created.append(Row(name, entity))
        return found

    def _set(self, entity: EntityDef, scope: Scope) -> dict[str, str] | None:
        """Return a value for each field that needs one, and for some others."""
        found: dict[str, str] = {}
        for target in entity.fields:
            needed = target.managed in ("client", "owner") and not target.nullable and not target.has_default
            if not needed and not (target.assignable and self._c.chance(25)):
                continue
            value = self._value(target, scope)
            if target.kind == "row":
                value = self._row_of(target, scope) or value
            if value:
                found[target.name] = value
            elif needed:
                return None
        return found

    def _row_of(self, target: FieldDef, scope: Scope) -> str:
        options = [r.path for r in scope.rows if r.entity is target.target and r.path]
        options += [
            v.text for v in scope.values() if v.kind == "row" and v.target is target.target and not v.nullable
        ]
        return self._c.pick(options) if options else ""

    def _copied(
        self,
        found: dict[str, Any],
        collection: str,
        element: EntityDef,
        source: str,
        rows: EntityDef,
        scope: Scope,
    ) -> None:
        inner = self._exprs.within(rows, scope)
        same = [
            f.name
            for f in element.fields
            if f.assignable
            and any((g.name, g.kind, g.target) == (f.name, f.kind, f.target) for g in rows.fields)
        ]
        values = self._set(element, inner)
        if values is None:
            return
        owner = next(f.name for f in element.fields if f.managed == "owner")
        values = {k: v for k, v in values.items() if k not in same and k != owner}
        entry: dict[str, Any] = {"from": source}
        if same:
            entry["copy"] = same
        if values:
            entry["set"] = values
        if self._c.chance(40):
            entry["where"] = self._exprs.condition(inner, 0)
        found[collection] = entry

    def _each(self, frame: Frame, depth: int) -> Any:
        sources = self._scope(frame).collections() + [(e.name, e) for e in self._world if not frame.wide]
        if not sources:
            return None
        source, element = self._c.pick(sources)
        name = self._names.free(("item", "row", "it", "one", "each_one", "r"), frame.taken)
        wide = frame.wide or source == element.name
        inner = Frame([*frame.rows, Row(name, element)], frame.inputs, frame.taken, wide=wide)
        found: dict[str, Any] = {"each": f"{source} as {name}"}
        if source[0].isupper() or self._c.chance(40):
            found["where"] = self._exprs.condition(self._scope(inner), 1)
        found["do"] = self._effects(inner, self._c.number(1, 2), depth - 1)
        if self._c.chance(15):
            found["do"].append(f"delete {name}")
        return found

    def _if(self, frame: Frame, depth: int) -> Any:
        found: dict[str, Any] = {"if": self._exprs.condition(self._scope(frame), 1)}
        inner = Frame(frame.rows, frame.inputs, frame.taken, list(frame.created), frame.wide)
        found["then"] = self._effects(inner, self._c.number(1, 2), depth - 1)
        if self._c.chance(50):
            found["else"] = self._effects(inner, 1, depth - 1)
        return found

    def _delete_owned(self, frame: Frame, depth: int) -> Any:
        owned = [row.of(name) for row in frame.rows for name in row.entity.owned]
        if owned and self._c.chance(60):
            return {"delete": self._c.pick(owned)}
        return None

    def _link(self, frame: Frame, depth: int) -> Any:
        options = [(row.of(n), e) for row in frame.rows for n, e in row.entity.links.items()]
        if not options:
            return None
        links, element = self._c.pick(options)
        rows = [Value(r.path, "row", nullable=False) for r in frame.rows if r.entity is element]
        rows += [v for v in self._scope(frame).values() if v.kind == "row" and v.target is element]
        if not rows:
            return None
        row = self._c.pick(rows)
        return _where_there(row, f"{links} {self._c.pick(('+=', '-='))} {row.text}")

    def _delete_behind(self, frame: Frame, depth: int) -> Any:
        """Delete the row behind a reference: most often one that owns, since others refuse to let go."""
        behind = [v for row in frame.rows for v in _references(row)]
        if not behind or self._c.chance(60):
            return None
        row = self._c.pick(behind)
        return _where_there(row, f"delete {row.text}")


def _references(row: Row) -> list[Value]:
    return [Value(row.of(f.name), "row", f.nullable, target=f.target) for f in row.entity.of_kind("row")]


def _where_there(row: Value, effect: str) -> Any:
    """Return an effect on a row, with a condition where there may be none."""
    return {"if": f"{row.text} is not null", "then": [effect]} if row.nullable else effect
