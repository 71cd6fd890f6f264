"""Releases of one random application after another: whatever changes, the database ends as the models say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from generator.core.diagnostics import Diagnostic, SpecError
from generator.host.postgres import PostgresServer
from generator.ir.model import Enum, Field
from tests.migrations.world import World
from tests.properties import naming
from tests.properties.building import compiles, front
from tests.properties.specs import seeded_spec

pytestmark = pytest.mark.slow

_FIRST, _SEEDS = int(os.environ.get("APPGEN_FIRST_SEED", "0")), int(os.environ.get("APPGEN_SEEDS", "8"))
_ENTITIES = ("Thing", "Part", "Person", "Select", "Order", "Box")
_FIELDS = naming.FIELDS[:60]
_DROPPED = re.compile(r"dropped: \[([\w.]+)\]")
_FILLED = re.compile(r"filled: \{([\w.]+): EXPR\}")
_LITERALS = {
    "int": "1",
    "decimal": "1",
    "float": "1.5",
    "bool": "true",
    "date": "'\"2026-01-31\"'",
    "datetime": "'\"2026-01-31T00:00:00Z\"'",
    "time": "'\"09:30:00\"'",
    "uuid": "'\"00000000-0000-7000-8000-000000000001\"'",
    **dict.fromkeys(("string", "text"), "'\"aaaa\"'"),
    "email": "'\"a@example.org\"'",
    "url": "'\"https://example.org\"'",
}


class Unfit(Exception):  # noqa: N818
    """There is no way from one to the other."""


class Acknowledged:
    """What is said of a change, until nothing is asked any more."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._dropped: set[str] = set()
        self._filled: dict[str, str] = {}
        ir = front(text).ir
        self._enums: dict[str, Enum] = {e.name: e for e in ir.domain.enums}
        self._fields: dict[str, Field] = {f.id: f for e in ir.domain.entities for f in e.fields}

    def answer(self, asked: list[Diagnostic]) -> None:
        for diagnostic in asked:
            if diagnostic.code in ("M101", "M102", "M103"):
                found = _DROPPED.search(diagnostic.hint)
                assert found is not None
                self._dropped.add(found[1])
            elif diagnostic.code == "M104":
                found = _FILLED.search(diagnostic.hint)
                assert found is not None
                self._filled[found[1]] = self._literal(found[1])
            else:
                assert diagnostic.code == "M105", diagnostic
                raise Unfit

    def _literal(self, name: str) -> str:
        type_ = self._fields[f"field:{name}"].type
        if type_.name == "enum":
            return f"'\"{self._enums[type_.of].values[0]}\"'"
        if type_.name not in _LITERALS:
            raise Unfit
        return _LITERALS[type_.name]

    def __str__(self) -> str:
        filled = ", ".join(f"{name}: {value}" for name, value in sorted(self._filled.items()))
        return (
            f"{self.text}changes:\n  dropped: [{', '.join(sorted(self._dropped))}]\n  filled: {{{filled}}}\n"
        )


def spec(seed: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a spec of few names, so that two of them have some in common."""
    monkeypatch.setattr(naming, "ENTITIES", _ENTITIES)
    monkeypatch.setattr(naming, "FIELDS", _FIELDS)
    numbers = (seed * 1000 + n for n in range(200))
    return next(t for n in numbers if compiles(t := seeded_spec(n, entities=4, flows=0)))


def release(world: World, text: str) -> bool:
    """Release a spec with all that it takes; whether there was a way."""
    said = Acknowledged(text)
    for _ in range(4):
        try:
            world.build(str(said))
        except SpecError as error:
            try:
                said.answer(error.diagnostics)
            except Unfit:
                return False
        else:
            return True
    raise AssertionError("it does not end")


@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _SEEDS))
def test_random_releases(
    seed: int, tmp_path: Path, pg_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, pg_server)
    try:
        world.build(spec(seed, monkeypatch))
        world.migrate("upgrade:head")
        released = 1
        for step in range(1, 9):
            text = spec(seed + 100 * step, monkeypatch)
            if not release(world, text):
                continue
            world.migrate("upgrade:head", "check", "downgrade:-1", "upgrade:head", "check")
            assert world.catalog(world.database) == world.fresh(text)
            released += 1
            if released == 3:
                break
        assert released > 1
        world.migrate("downgrade:base", "upgrade:head", "check")
    finally:
        world.close()
