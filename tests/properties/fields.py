"""Random fields: every type, bound and modifier, in the short form or the long one."""

from __future__ import annotations

from typing import Any

from tests.properties.choosing import Choices
from tests.properties.exprs import Expressions
from tests.properties.naming import FIELDS, VALUES, Names
from tests.properties.world import EntityDef, FieldDef, Row, Scope

_KINDS = (
    *("string", "int", "decimal", "bool", "enum", "datetime", "date", "text", "float"),
    *("email", "url", "uuid", "time", "json"),
)
_PATTERNS = (
    "[A-Z]{3}",
    "^[a-z0-9_]+$",
    "[0-9]{4}-[A-Z]+",
    "#[0-9a-f]{6}",
    "\\\\+?[0-9 ]{5,12}",
    "(a|bc)[x-z]?d*",
)


class FieldMaker:
    """Makes fields of one spec; `enums` are its declared ones."""

    def __init__(self, choices: Choices, names: Names, enums: dict[str, tuple[str, ...]]) -> None:
        self._c = choices
        self._names = names
        self._enums = enums
        self._exprs = Expressions(choices)

    def scalar(self, name: str, kind: str = "", *, bare: bool = False) -> FieldDef:
        """Return a scalar field; a `bare` one (an input) has no unique, server and the like."""
        field = FieldDef(name, kind or self._c.pick(_KINDS))
        field.nullable = self._c.chance(30)
        long = self._c.chance(15)
        type_text, type_long = self._type(field)
        bounds = self._bounds(field)
        default = self._default(field, bounds)
        words = [] if bare else self._modifiers(field, default)
        field.has_default = bool(default)
        if long:
            field.written = self._long(field, type_long, bounds, default, words)
        else:
            field.written = self._short(field, type_text, bounds, default, words)
        return field

    def _short(
        self, field: FieldDef, type_: str, bounds: dict[str, Any], default: str, words: list[str]
    ) -> str:
        parts = [type_ + ("?" if field.nullable else "")]
        signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "pattern": "matches"}
        parts += [f"{signs[k]} {v}" for k, v in bounds.items() if k in signs]
        if "max_length" in bounds or "min_length" in bounds:
            parts[0] = self._sized(field, bounds) + ("?" if field.nullable else "")
        tail = [*words]
        if default:
            tail.insert(self._c.number(0, len(tail)), f"= {default}")
        return " ".join(parts + tail)

    @staticmethod
    def _sized(field: FieldDef, bounds: dict[str, Any]) -> str:
        low, high = bounds.get("min_length"), bounds.get("max_length")
        return f"{field.kind}({'' if low is None else low}..{'' if high is None else high})"

    @staticmethod
    def _long(
        field: FieldDef, type_: dict[str, Any], bounds: dict[str, Any], default: str, words: list[str]
    ) -> dict[str, Any]:
        found = {**type_, **{k: _plain(v) for k, v in bounds.items()}}
        if field.nullable:
            found["nullable"] = True
        if default:
            found["default"] = default
        return found | dict.fromkeys(words, True)

    def _type(self, field: FieldDef) -> tuple[str, dict[str, Any]]:
        match field.kind:
            case "decimal":
                digits = self._c.pick((10, 4, 14, 20))
                field.scale = self._c.pick((2, 0, 1, 4))
                return f"decimal({digits},{field.scale})", {
                    "type": "decimal",
                    "precision": digits,
                    "scale": field.scale,
                }
            case "enum" if self._enums and self._c.chance(50):
                name = self._c.pick(sorted(self._enums))
                field.values = self._enums[name]
                return name, {"type": name}
            case "enum":
                field.values = enum_values(self._c)
                return f"enum({', '.join(field.values)})", {"type": "enum", "values": list(field.values)}
            case kind:
                return kind, {"type": kind}

    def _bounds(self, field: FieldDef) -> dict[str, Any]:
        if not self._c.chance(50):
            return {}
        match field.kind:
            case "string" | "text":
                return self._text_bounds(field)
            case "int":
                return self._c.pick(
                    [{"ge": "0"}, {"gt": "0"}, {"ge": "1", "le": "9"}, {"lt": "100"}, {"ge": "-5", "lt": "5"}]
                )
            case "decimal":
                return self._c.pick([{"ge": "0"}, {"gt": "0"}, {"le": "90"}, {"gt": "0", "lt": "99"}])
            case "float":
                return self._c.pick([{"ge": "0"}, {"gt": "0.5"}, {"ge": "-1.5", "le": "1.5"}])
            case "date":
                return self._c.pick([{"ge": '"1990-01-01"'}, {"lt": '"2100-01-01"'}])
            case "datetime":
                return {"ge": '"1990-01-01T00:00:00Z"'}
            case _:
                return {}

    def _text_bounds(self, field: FieldDef) -> dict[str, Any]:
        if field.kind == "string" and self._c.chance(30):
            return {"pattern": '"' + self._c.pick(_PATTERNS) + '"'}
        return self._c.pick(
            [{"max_length": 20}, {"min_length": 1, "max_length": 40}, {"min_length": 2, "max_length": 8}]
        )

    def _default(self, field: FieldDef, bounds: dict[str, Any]) -> str:
        if bounds or not self._c.chance(35):
            return ""
        match field.kind:
            case "datetime":
                return "now()"
            case "date":
                return "today()"
            case "json" | "uuid" | "time" | "email" | "url":
                return ""
            case "decimal" | "float" | "int":
                return self._c.pick(("0", "1", "7"))
            case kind:
                return self._exprs.value(kind, Scope([]), field.values)

    def _modifiers(self, field: FieldDef, default: str) -> list[str]:
        options = ["", "", "", "immutable"]
        if field.kind not in ("bool", "json"):
            options.append("unique")
        if default or field.nullable:
            options.append("server")
        if default:
            options.append("touched")
        word = self._c.pick(options)
        if word in ("server", "touched"):
            field.managed = word
        field.unique = word == "unique"
        field.immutable = word == "immutable"
        return [word] if word else []

    def reference(self, name: str, target: EntityDef, *, nullable: bool, bare: bool = False) -> FieldDef:
        """Return a reference."""
        field = FieldDef(name, "row", nullable=nullable, target=target)
        words = [] if bare else self._c.pick([[], [], [], ["immutable"], ["unique"]])
        if not bare and nullable and self._c.chance(25):
            words, field.managed = ["server"], "server"
        field.unique, field.immutable = "unique" in words, "immutable" in words
        if self._c.chance(15):
            found: dict[str, Any] = {"type": "reference", "target": target.name}
            field.written = found | ({"nullable": True} if nullable else {}) | dict.fromkeys(words, True)
        else:
            field.written = " ".join([f"-> {target.name}" + ("?" if nullable else ""), *words])
        return field

    def computed(self, name: str, entity: EntityDef, world: list[EntityDef]) -> FieldDef | None:
        """Return a snapshot or a derived field, whose value may be null to be on the safe side."""
        kind = self._c.pick(("decimal", "int", "bool", "string", "datetime", "date", "float"))
        field = FieldDef(name, kind, nullable=True, managed=self._c.pick(("derived", "snapshot")), scale=2)
        if field.managed == "snapshot":
            scope = Scope([own_row(entity)], derived=False, aggregates=self._c.chance(30))
        else:
            scope = Scope([own_row(entity)], world=world if self._c.chance(30) else [], derived=False)
        text = self._exprs.condition(scope, 1) if kind == "bool" else self._exprs.value(kind, scope)
        if not text:
            return None
        type_ = "decimal(18,2)" if kind == "decimal" else kind
        if field.managed == "derived":
            field.written = f"{type_}? := {text}"
        else:
            field.written = f"{type_}? = {text} snapshot"
        return field

    def counter(self, name: str, entity: EntityDef) -> FieldDef:
        """Return a counter, over the entity or for each row of a reference."""
        per = [f.name for f in entity.fields if f.kind == "row" and not f.nullable and f.managed == "client"]
        which = self._c.pick(["", *per])
        return FieldDef(name, "int", managed="counter", written=f"int = next({which})")


def own_row(entity: EntityDef) -> Row:
    """Return the row of a rule: its fields are bare."""
    return Row("", entity)


def enum_values(choices: Choices) -> tuple[str, ...]:
    """Return two to four different values."""
    start = choices.number(0, len(VALUES) - 1)
    return tuple(VALUES[(start + n * 7) % len(VALUES)] for n in range(choices.number(2, 4)))


def _plain(value: Any) -> Any:
    """Return a bound as the long form has it: without the quotes of an expression."""
    if isinstance(value, str) and value.startswith('"'):
        return value[1:-1].replace("\\\\", "\\")
    return float(value) if isinstance(value, str) and "." in value else int(value)


def free_field(names: Names, entity: EntityDef) -> str:
    """Return a name that the entity has no field of."""
    return names.free(FIELDS, entity.taken())
