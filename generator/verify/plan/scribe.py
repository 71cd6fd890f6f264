"""Writes what happened in a session down as a scenario: ids, times and unique values become symbols."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from generator.ir.index import Index
from generator.ir.model import Managed
from generator.verify.model import Expected, Kind, Scenario, Step
from generator.verify.plan.maker import is_narrow
from generator.verify.plan.session import START, Exchange, Names
from generator.verify.program.values import write_offset

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NEAR_DAYS = 40_000  # farther from today a date is no relative one
_PROBLEM = ("status", "code", "constraint", "detail")


class Heading(msgspec.Struct, frozen=True):
    """What a scenario is called and about."""

    name: str
    suite: str
    kind: Kind
    node: str
    covers: tuple[str, ...] = ()
    about: str = ""


class Scribe:
    """Writes one scenario; `number` gives each unique value of the plan its own number."""

    def __init__(
        self, index: Index, names: Names, entity_of: dict[str, str], number: Callable[[], int]
    ) -> None:
        self._index = index
        self._names = names
        self._entity_of = entity_of
        self._number = number
        self._ids: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._tokens: dict[int, int] = {}
        self._times: dict[str, str] = {}

    def scenario(
        self, heading: Heading, exchanges: list[Exchange], target: Exchange, *, asserts_effects: bool
    ) -> Scenario:
        """Return the scenario of these exchanges; `target` is the one that it is about."""
        steps = tuple(self.step(f"s{n}", e) for n, e in enumerate(exchanges, 1))
        position = next(n for n, e in enumerate(exchanges, 1) if e is target)
        return Scenario(
            name=heading.name,
            suite=heading.suite,
            kind=heading.kind,
            node=heading.node,
            steps=steps,
            target=f"s{position}",
            asserts_effects=asserts_effects,
            covers=heading.covers,
            about=heading.about,
        )

    def step(self, step_id: str, exchange: Exchange) -> Step:
        """Return one exchange as a step."""
        draft = exchange.draft
        operation = self._index.operations[draft.operation]
        return Step(
            id=step_id,
            operation=draft.operation,
            method=operation.method,
            path=re.sub(r"\{[^}]*\}", "{}", operation.path),
            path_values=tuple(self._sent(v) for v in draft.path),
            query={k: self._sent(v) for k, v in draft.query.items()},
            body=self._sent(draft.body),
            has_body=draft.has_body,
            raw=draft.raw,
            walk=draft.walk,
            about=draft.about,
            expect=self._expected(exchange),
        )

    # --- what is sent ---

    def _sent(self, value: Any) -> Any:
        match value:
            case {"$ref": row_id}:
                return {"$ref": self._name(row_id)}
            case {"$seen": text}:
                return {"$seen": self._times.setdefault(text, f"t{len(self._times) + 1}")}
            case {"$unique": number}:
                if is_narrow(value):  # two of them may be spelled alike: what was tried out is sent
                    return self._names.resolve(value)
                return value | {"$unique": self._token(number)}
            case dict():
                return {k: self._sent(v) for k, v in value.items()}
            case list() | tuple():
                return [self._sent(v) for v in value]
            case _:
                return value

    def _token(self, number: int) -> int:
        if number not in self._tokens:
            self._tokens[number] = self._number()
        return self._tokens[number]

    def _name(self, row_id: str) -> str:
        if row_id not in self._ids:
            entity = (
                self._index.entities[self._entity_of[row_id]].snake if row_id in self._entity_of else "row"
            )
            self._counts[entity] = self._counts.get(entity, 0) + 1
            self._ids[row_id] = f"{entity}{self._counts[entity]}"
        return self._ids[row_id]

    # --- what must come ---

    def _expected(self, exchange: Exchange) -> Expected:
        if exchange.status >= 400:
            return Expected(exchange.status, self._problem(exchange))
        if exchange.body is None:
            return Expected(exchange.status, empty=True)
        return Expected(exchange.status, self._page(exchange) or self.pattern(exchange.body))

    def _page(self, exchange: Exchange) -> Any:
        """Return the pattern of a walk over all pages: the own rows, in this sequence."""
        if not exchange.draft.walk:
            return None
        items = exchange.body["items"]
        some = {"$some": [self.pattern(item) for item in items]}
        absent = [self._name(i) for i in exchange.draft.absent]
        return {"items": {"$all": [some, {"$none": absent}]} if absent else some}

    def _problem(self, exchange: Exchange) -> Any:
        body = exchange.body
        members = {k: self.pattern(body[k]) for k in _PROBLEM if k in body}
        if body.get("code") == "validation_error" and not exchange.draft.loose:
            locs = [list(e["loc"]) for e in body.get("errors", ())]
            patterns = [{"$partial": {"loc": loc}} for loc in locs]
            members["errors"] = patterns if exchange.draft.exact else {"$some": patterns}
        return {"$partial": members}

    def pattern(self, value: Any) -> Any:
        """Return a JSON value of an answer as a pattern."""
        match value:
            case dict():
                counted = self._counted(value)
                return {k: counted.get(k) or self.pattern(v) for k, v in value.items()}
            case list():
                return [self.pattern(v) for v in value]
            case str():
                return self._text(value)
            case int() if not isinstance(value, bool) and value in self._names.sent:
                return self._sent(self._names.sent[value])
            case _:
                return value

    def _counted(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the patterns of a row's numbers that count all rows of the database."""
        entity = self._entity_of.get(row["id"]) if isinstance(row.get("id"), str) else None
        if entity is None:
            return {}
        fields = [f for f in self._index.entities[entity].fields if f.managed is Managed.COUNTER]
        return {
            f.wire: {"$number": f"{entity}.{f.wire}.{row[f.wire]}"}
            for f in fields
            if not f.counter_per and row.get(f.wire) is not None
        }

    def _text(self, text: str) -> Any:
        if text in self._entity_of and _UUID.fullmatch(text):
            return {"$ref": self._name(text)}
        if text in self._names.sent:
            return self._sent(self._names.sent[text])
        if text in self._names.literals:
            return text
        if _DATETIME.fullmatch(text):
            return self._instant(text)
        if _DATE.fullmatch(text):
            return self._day(text)
        return text

    def _instant(self, text: str) -> Any:
        """Tell a time of the server's clock from one worked out from what was sent."""
        offset = datetime.fromisoformat(text) - START
        if abs(offset.days) > _NEAR_DAYS:
            return text
        if not offset.microseconds:
            return {"$now": write_offset(offset)}
        near = timedelta(days=offset.days, seconds=offset.seconds)
        name = self._times.setdefault(text, f"t{len(self._times) + 1}")
        return {"$time": name, "near": write_offset(near)}

    @staticmethod
    def _day(text: str) -> Any:
        try:
            offset = date.fromisoformat(text) - START.date()
        except ValueError:
            return text
        return {"$today": write_offset(offset)} if abs(offset.days) <= _NEAR_DAYS else text
