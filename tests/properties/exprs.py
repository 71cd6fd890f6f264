"""Random expressions of a wanted type over what is in scope."""

from __future__ import annotations

from dataclasses import replace

from tests.properties.choosing import Choices
from tests.properties.world import EntityDef, Row, Scope, Value

NUMBERS = ("int", "decimal", "float")
TEXTS = ("string", "text", "email", "url")
COMPARE = ("==", "!=", "<", "<=", ">", ">=")
_WORDS = ("a", "abc", "It's", 'x "y"', "%_\\\\", "{{ a }}", "é漢", "", "A-1", "null", "#")


class Expressions:
    """Writes expressions; deeper ones are rarer."""

    def __init__(self, choices: Choices) -> None:
        self._c = choices

    # --- conditions ---

    def condition(self, scope: Scope, depth: int = 2) -> str:
        """Return a boolean expression."""
        forms = [self._compare_numbers, self._compare_numbers, self._enum, self._flag, self._null_test]
        forms += [self._text_test, self._moment_test, self._reference]
        if scope.aggregates:
            forms += [self._over_rows, self._over_rows, self._over_entity]
        if depth > 0:
            forms += [self._logic, self._logic]
        for _ in range(4):
            found = self._c.pick(forms)(scope, depth)
            if found:
                return found
        return self._compare_numbers(scope, depth)

    def _logic(self, scope: Scope, depth: int) -> str:
        left = self.condition(scope, depth - 1)
        form = self._c.number(0, 3)
        if form == 0:
            return f"not ({left})"
        right = self.condition(scope, depth - 1)
        word = "and" if form == 1 else "or"
        return f"({left}) {word} ({right})" if form < 3 else f"{_atom(left)} or {_atom(right)}"

    def _compare_numbers(self, scope: Scope, depth: int) -> str:
        left, op, right = self.number(scope, depth - 1), self._c.pick(COMPARE), self.number(scope, depth - 1)
        return f"{left} {op} {f'{right} + 1' if left == right else right}"  # not with itself: E408

    def _enum(self, scope: Scope, depth: int) -> str:
        options = [v for v in scope.values() if v.kind == "enum"]
        if not options:
            return ""
        value = self._c.pick(options)
        first, second = self._c.pick(value.values), self._c.pick(value.values)
        return self._c.pick(
            [
                f"{value.text} == {first}",
                f"{value.text} != {first}",
                f"{value.text} in [{first}, {second}]",
                f"{value.text} not in [{first}]",
                f"{first} == {value.text}",
            ]
        )

    def _flag(self, scope: Scope, depth: int) -> str:
        options = [v for v in scope.values() if v.kind == "bool"]
        if not options:
            return ""
        value = self._c.pick(options).text
        return self._c.pick([value, f"not {value}", f"{value} == true", f"{value} != false"])

    def _null_test(self, scope: Scope, depth: int) -> str:
        options = [v for v in scope.values() if v.nullable]
        if not options:
            return ""
        value = self._c.pick(options)
        tests = [
            f"{value.text} is null",
            f"{value.text} is not null",
            f"{value.text} == null",
            f"null != {value.text}",
        ]
        if value.kind == "row":
            tests += [f"{value.text}.exists", f"not {value.text}.exists", f"exists({value.text})"]
        return self._c.pick(tests)

    def _text_test(self, scope: Scope, depth: int) -> str:
        text = self.text(scope)
        if not text:
            return ""
        return self._c.pick(
            [
                f"{text} {self._c.pick(COMPARE)} {self.quoted()}",
                f"len({text}) {self._c.pick(COMPARE)} {self._c.number(0, 12)}",
                f"{text} in [{self.quoted()}, {self.quoted()}]",
                f"lower({text}) != upper({text})",
                f"{text} != {self.text(scope)}",
            ]
        )

    def _moment_test(self, scope: Scope, depth: int) -> str:
        kind = self._c.pick(("datetime", "date"))
        options = [v.text for v in scope.values() if v.kind == kind]
        if not options:
            return ""
        return f"{self.moment(scope, kind)} {self._c.pick(COMPARE)} {self.moment(scope, kind)}"

    def _reference(self, scope: Scope, depth: int) -> str:
        options = [v for v in scope.values() if v.kind == "row"]
        if not options:
            return ""
        one = self._c.pick(options)
        same = [v for v in options if v.target is one.target and v is not one]
        same += [
            Value(r.path, "row", nullable=False, target=r.entity)
            for r in scope.rows
            if r.path and r.entity is one.target
        ]
        if not same:
            return f"{one.text} is not null" if one.nullable else ""
        other = self._c.pick(same).text
        return self._c.pick(
            [f"{one.text} == {other}", f"{one.text} != {other}", f"{one.text}.id != {other}.id"]
        )

    def _over_rows(self, scope: Scope, depth: int) -> str:
        options = scope.collections()
        if not options:
            return ""
        rows, element = self._c.pick(options)
        return self._about(rows, element, scope, depth)

    def _over_entity(self, scope: Scope, depth: int) -> str:
        if not scope.world or not self._c.chance(60):
            return ""
        element = self._c.pick(scope.world)
        return self._about(element.name, element, scope, depth)

    def _about(self, rows: str, element: EntityDef, scope: Scope, depth: int) -> str:
        inner = self.within(element, scope)
        form = self._c.pick(("any", "all", "exists", "count", "empty", "len", "sum"))
        match form:
            case "any" | "all" | "exists":
                return f"{form}({rows}, {self.condition(inner, 0)})"
            case "count":
                counted = f"count({rows}, {self.condition(inner, 0)})"
                return f"{counted} {self._c.pick(COMPARE)} {self._c.number(0, 4)}"
            case "empty":
                return f"not exists({rows})"
            case "len":
                return f"len({rows}) {self._c.pick(COMPARE)} {self._c.number(0, 4)}"
            case _:
                return (
                    f"{self.aggregate(rows, element, scope)} {self._c.pick(COMPARE)} {self.number(scope, 0)}"
                )

    def within(self, element: EntityDef, scope: Scope) -> Scope:
        """Return the scope inside an aggregate: bare names are of the element."""
        outer = [r for r in scope.rows if r.path]
        return replace(scope, rows=[Row("", element), *outer], aggregates=False, old=False, derived=False)

    # --- numbers ---

    def number(self, scope: Scope, depth: int = 1, *, whole: bool = False) -> str:
        """Return a numeric expression; a `whole` one is an int."""
        kinds = ("int",) if whole else NUMBERS
        options = [v.text for v in scope.values() if v.kind in kinds]
        form = self._c.number(0, 3 if depth <= 0 else 9)
        if options and form > 0:
            if form < 4 or not depth:
                return self._c.pick(options)
        elif form < 4:
            return self._literal(whole=whole)
        return self._built(scope, depth - 1, whole=whole)

    def _literal(self, *, whole: bool) -> str:
        if whole or self._c.chance(70):
            return str(self._c.pick((1, 0, 2, 3, 10, 100)))
        return self._c.pick(("0.5", "1.25", "10.0", "0.01"))

    def _built(self, scope: Scope, depth: int, *, whole: bool) -> str:
        def one() -> str:
            return self.number(scope, depth, whole=whole)

        def loose() -> str:
            return self.number(scope, depth)

        forms = [
            lambda: f"{_atom(one())} {self._c.pick('+-*')} {_atom(one())}",
            lambda: f"{self._c.pick(('min', 'max'))}({one()}, {one()})",
            lambda: f"abs({one()})",
            lambda: f"coalesce({one()}, {self._literal(whole=whole)})",
            lambda: f"if({self.condition(scope, 0)}, {one()}, {one()})",
            lambda: f"0 - {_atom(one())}",
            lambda: f"{_atom(one())} % {_atom(one())}",
            lambda: self._counted(scope) or one(),
        ]
        if whole:
            forms += [lambda: f"{self._c.pick(('round', 'floor', 'ceil'))}({loose()})"]
        else:
            forms += [
                lambda: f"{_atom(one())} / {_atom(one())}",
                lambda: f"round({one()}, {self._c.number(0, 3)})",
                lambda: self._summed(scope) or one(),
            ]
        return self._c.pick(forms)()

    def _counted(self, scope: Scope) -> str:
        options = scope.collections() if scope.aggregates else []
        options = options + [(e.name, e) for e in scope.world if scope.aggregates]
        if not options:
            return ""
        rows, element = self._c.pick(options)
        if self._c.chance(40):
            return f"count({rows}, {self.condition(self.within(element, scope), 0)})"
        return f"{self._c.pick(('count', 'len'))}({rows})"

    def _summed(self, scope: Scope) -> str:
        options = scope.collections() if scope.aggregates else []
        if not options:
            return ""
        return self.aggregate(*self._c.pick(options), scope)

    def aggregate(self, rows: str, element: EntityDef, scope: Scope) -> str:
        """Return a number folded over rows."""
        value = self.number(self.within(element, scope), 0)
        return f"{self._c.pick(('sum', 'min', 'max', 'avg'))}({rows}, {value})"

    # --- text and time ---

    def quoted(self) -> str:
        """Return a text literal."""
        return '"' + self._c.pick(_WORDS).replace('"', '\\"') + '"'

    def text(self, scope: Scope) -> str:
        """Return an expression of text, or nothing."""
        options = [v.text for v in scope.values() if v.kind in TEXTS]
        if not options:
            return ""
        path = self._c.pick(options)
        return self._c.pick(
            [path, path, f"trim({path})", f"lower({path})", f"upper({path})", f'coalesce({path}, "-")']
        )

    def moment(self, scope: Scope, kind: str) -> str:
        """Return an expression of a date or a datetime."""
        options = [v.text for v in scope.values() if v.kind == kind]
        if scope.clock and (not options or self._c.chance(40)):
            base = "now()" if kind == "datetime" else "today()"
        elif options:
            base = self._c.pick(options)
        else:
            return '"2026-01-31"' if kind == "date" else '"2026-01-31T09:30:00Z"'
        return self._c.pick([base, f"{base} {self._c.pick('+-')} {self._span(kind)}"])

    def _span(self, kind: str) -> str:
        if kind == "date":
            return f"days({self._c.number(0, 30)})"
        return self._c.pick(("30s", "15m", "24h", "7d", "hours(3)", "minutes(5)", "days(2)", "seconds(1)"))

    # --- a value for a field ---

    def value(
        self, kind: str, scope: Scope, values: tuple[str, ...] = (), target: EntityDef | None = None
    ) -> str:
        """Return an expression that may be stored in a field of a kind, or "" when there is none."""
        sure = kind not in (*NUMBERS, *TEXTS)  # of those a caller makes sure itself
        same = [
            v.text
            for v in scope.values()
            if v.kind == kind and v.target is target and v.values == values and not (sure and v.nullable)
        ]
        if same and self._c.chance(50):
            return self._c.pick(same)
        match kind:
            case "int":
                return self.number(scope, 1, whole=True)
            case "decimal" | "float":
                return self.number(scope, 1)
            case "bool":
                return self._c.pick(("true", "false"))
            case "string" | "text":
                return self.text(scope) if self._c.chance(30) else self.quoted()
            case "enum":
                return self._c.pick(values)
            case "date" | "datetime":
                return self.moment(scope, kind)
            case _:
                return self._c.pick(same) if same else ""


def _atom(text: str) -> str:
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"
