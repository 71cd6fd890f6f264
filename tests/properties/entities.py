"""Random entities: fields, relations, states, uniques, rules, operations, list options."""

from __future__ import annotations

from typing import Any

from tests.properties.choosing import Choices
from tests.properties.exprs import NUMBERS, Expressions
from tests.properties.fields import FieldMaker, free_field, own_row
from tests.properties.naming import FIELDS, VALUES, Names
from tests.properties.world import EntityDef, FieldDef, Row, Scope

_OPERATIONS = ("create", "read", "update", "delete", "list")
_PAGE = {"limit", "offset", "sort", "q", "total"}


class EntityMaker:
    """Makes the entities of one spec, each with those made before in reach."""

    def __init__(self, choices: Choices, names: Names, enums: dict[str, tuple[str, ...]]) -> None:
        self._c = choices
        self._names = names
        self._fields = FieldMaker(choices, names, enums)
        self._exprs = Expressions(choices)
        self.entities: list[EntityDef] = []

    def make(self, most: int) -> list[EntityDef]:
        """Return one to `most` entities, owned ones counted."""
        for _ in range(self._c.number(1, most)):
            self.entities.append(EntityDef(self._names.entity()))
        for number, entity in enumerate(self.entities):
            self._relate(number, entity)
        for entity in self.entities:
            self._fill(entity)
        for entity in self.entities:
            self._finish(entity)
        return self.entities

    # --- relations ---

    def _relate(self, number: int, entity: EntityDef) -> None:
        before = self.entities[:number]
        free = [e for e in before if _depth(e) < 2]
        if free and self._c.chance(40):
            owner = self._c.pick(free)
            entity.owner = owner
            collection = self._names.free(FIELDS, owner.taken())
            owner.owned[collection] = entity
            entity.fields.append(FieldDef(owner.snake, "row", managed="owner", target=owner))
        for target in self._c.some(before, 2):
            self._refer(entity, target, nullable=self._c.chance(35))
            if self._c.chance(15):
                self._refer(entity, target, nullable=True)
        if self._c.chance(15):
            self._refer(entity, entity, nullable=True)
        if self._c.chance(20):
            linked = self._c.pick([*before, entity])
            entity.links[free_field(self._names, entity)] = linked

    def _refer(self, entity: EntityDef, target: EntityDef, *, nullable: bool) -> None:
        options = [target.snake, free_field(self._names, entity)]
        name = self._c.pick([o for o in options if o not in entity.taken() | {"self", "id"}])
        entity.fields.append(self._fields.reference(name, target, nullable=nullable))

    # --- fields and states ---

    def _fill(self, entity: EntityDef) -> None:
        for _ in range(self._c.number(1, 5)):
            entity.fields.append(self._fields.scalar(free_field(self._names, entity)))
        if self._c.chance(20):
            entity.fields.append(self._fields.counter(free_field(self._names, entity), entity))
        if self._c.chance(45):
            self._add_states(entity)

    def _add_states(self, entity: EntityDef) -> None:
        name = self._names.free(("status", "phase", "state", "mode", "order", "index"), entity.taken())
        start = self._c.number(0, len(VALUES) - 1)
        states = [VALUES[(start + 5 * n) % len(VALUES)] for n in range(self._c.number(2, 4))]
        moves: dict[str, list[str]] = {s: [] for s in states}
        for n, state in enumerate(states[1:], 1):
            moves[states[self._c.number(0, n - 1)]].append(state)
        for source in states:
            for target in states:
                if target != source and target not in moves[source] and self._c.chance(20):
                    moves[source].append(target)
        entity.states[name] = moves
        entity.fields.append(FieldDef(name, "enum", managed="state", values=tuple(states)))

    # --- what needs the fields of all ---

    def _finish(self, entity: EntityDef) -> None:
        for _ in range(self._c.number(0, 2)):
            field = self._fields.computed(free_field(self._names, entity), entity, self.entities)
            if field is not None:
                entity.fields.append(field)
        extra = entity.extra
        extra["unique"] = [self._unique(entity) for _ in range(self._c.number(0, 1))]
        extra["rules"] = [self._rule(entity) for _ in range(self._c.pick((0, 0, 1, 2)))]
        if self._c.chance(35):
            extra["operations"] = self._operations(entity)
        if self._c.chance(50):
            extra["list"] = self._listing(entity)

    def _unique(self, entity: EntityDef) -> Any:
        options = [
            f for f in entity.fields if f.stored and f.managed != "touched" and f.kind not in ("json", "bool")
        ]
        fields = self._c.some(options, 2) or options[:1]
        if not fields:
            return None
        names = [f.name for f in fields]
        if self._c.chance(40):
            return names
        found: dict[str, Any] = {"fields": names}
        scope = Scope([own_row(entity)], clock=False, hops=False, derived=False, aggregates=False)
        if self._c.chance(50):
            found["while"] = self._exprs.condition(scope, 1)
        spans = [
            f.name
            for f in entity.client()
            if f.kind in ("datetime", "date") and not f.nullable and f not in fields
        ]
        kinds = {f.kind for f in entity.client() if f.name in spans}
        if len(spans) >= 2 and len(kinds) == 1 and self._c.chance(70):
            found["during"] = spans[:2]
        else:
            self._on_conflict(entity, fields, found)
        if self._c.chance(30):
            found["else"] = '409 "Taken: it\'s there"'
        return found

    def _on_conflict(self, entity: EntityDef, fields: list[FieldDef], found: dict[str, Any]) -> None:
        rest = [f for f in entity.client() if f not in fields and not f.unique]
        numbers = [f.name for f in rest if f.kind in NUMBERS and not f.nullable]
        options = ["reject", "reuse"]
        options += [f"add {n}" for n in numbers] + [f"replace {f.name}" for f in rest if not f.immutable]
        found["on_conflict"] = self._c.pick(options)

    def _rule(self, entity: EntityDef) -> Any:
        local = self._c.chance(40)
        scope = Scope(
            [own_row(entity)],
            clock=not local,
            hops=not local,
            aggregates=not local,
            world=[] if local or self._c.chance(70) else self.entities,
        )
        if not local:
            scope.rows.append(Row("self", entity))
        text = self._exprs.condition(scope, 2)
        numbers = [f.name for f in entity.of_kind("int", "decimal") if f.managed == "client"]
        if numbers and self._c.chance(15):
            name = self._c.pick(numbers)
            text = f"{name} >= old({name})"
        return self.condition(text)

    def condition(self, text: str) -> Any:
        """Return a condition in one of its forms."""
        code = self._c.pick((400, 403, 409, 422, 423))
        return self._c.pick(
            [
                text,
                f'{text} else {code} "It isn\'t so"',
                f"{text} else {code}",
                {"if": text, "else": code, "message": "No: {{ x }} %s"},
            ]
        )

    def _operations(self, entity: EntityDef) -> Any:
        chosen = [o for o in _OPERATIONS if not self._c.chance(25)]
        if self._c.chance(50):
            return chosen
        return {name: self._operation(entity, name) for name in chosen}

    def _operation(self, entity: EntityDef, name: str) -> dict[str, Any]:
        if name == "list" or not self._c.chance(40):
            return {}
        row = Row(self._c.pick((entity.snake, "")), entity)
        scope = Scope([row], world=self.entities if self._c.chance(30) else [])
        return {"requires": [self.condition(self._exprs.condition(scope, 1))]}

    def _listing(self, entity: EntityDef) -> dict[str, Any]:
        stored = [f for f in entity.fields if f.stored and f.kind != "json"]
        filters = [f.name for f in stored if f.kind != "text" and f.name not in _PAGE]
        sorts = [f.name for f in stored if f.kind not in ("row", "text")]
        texts = [f.name for f in stored if f.kind in ("string", "text", "email")]
        found: dict[str, Any] = {
            "filter": self._c.some(filters, 4),
            "sort": self._c.some(sorts, 3),
            "search": self._c.some(texts, 2),
        }
        if found["sort"] and self._c.chance(50):
            found["default_sort"] = [self._c.pick(("", "-")) + n for n in found["sort"][:2]]
        if self._c.chance(35):
            scope = Scope([own_row(entity)], derived=False, aggregates=False, hops=self._c.chance(20))
            found["default_filter"] = self._exprs.condition(scope, 1)
        return {k: v for k, v in found.items() if v}


def _depth(entity: EntityDef) -> int:
    return 0 if entity.owner is None else 1 + _depth(entity.owner)
