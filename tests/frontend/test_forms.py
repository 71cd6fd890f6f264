"""One meaning, several ways to write it: each gives the same application."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from generator.core.diagnostics import SpecError
from generator.expr.model import AggregateExpr, NotExpr
from generator.frontend import compile_front
from generator.host.texts import reader
from generator.spec.json_schema import editor_schema
from generator.stages.capture import capture
from generator.stages.store import MemoryStore
from tests.frontend.helpers import compiled
from tests.frontend.test_schema import Yaml12

PLAIN = """
    app: demo
    enums: {Level: [LOW, HIGH]}
    entities:
      Depot:
        fields:
          name: string(1..20)
          level: Level = LOW
          since: date >= "2020-01-31" = "2024-02-29"
          price: decimal(10,2)? >= 0.5 = 1000
          size: int = 15
          boss: -> Depot?
          parts: Part[] owned
        states: {status: {initial: NEW, NEW: [OPEN]}}
        rules:
          - size > 3 else 422 "Too small"
          - size < 30 else 409 "Too big"
        unique: [{fields: [name], else: '409 "Taken"'}]
        list: {sort: [name], default_sort: [-name]}
      Part: {fields: {depot: "-> Depot", done: bool = false}}
      Maker: {fields: {depots: "Depot[]"}}
    flows:
      act:
        entity: Depot
        input: {maker: -> Maker}
        requires:
          - 'any(maker.depots, id == depot.id) else 422 "Not his"'
          - 'not any(maker.depots, id == depot.boss.id)'
        effects:
          - each: depot.parts as p
            do: [p.done = true]
"""
OTHERWISE = """
    app: demo
    enums: {Level: [LOW, HIGH]}
    entities:
      Depot:
        fields:
          name: {type: string(1..20)}
          level: {type: Level, default: LOW}
          since: {type: date, ge: 2020-01-31, default: 2024-02-29}
          price: {type: "decimal(10,2)?", ge: .5, default: 1e3}
          size: {type: int, default: 0o17}
          boss: {type: -> Depot?}
          parts: {type: "Part[]", owned: true}
        states: {status: {initial: NEW, NEW: [OPEN]}}
        rules:
          - size > 3 else "Too small"
          - {if: size < 30, else: '409 "Too big"'}
        unique: [{fields: [name], else: Taken}]
        list: {sort: [name], default_sort: -name}
      Part: {fields: {depot: "-> Depot", done: bool = false}}
      Maker: {fields: {depots: {type: list, items: Depot}}}
    flows:
      act:
        entity: Depot
        input: {maker: {type: -> Maker}}
        requires:
          - 'depot in maker.depots else "Not his"'
          - 'depot.boss not in maker.depots'
        effects:
          each: depot.parts
          as: p
          do: p.done = true
"""


def test_two_ways_to_write_a_spec() -> None:
    plain, otherwise = compiled(PLAIN).ir, compiled(OTHERWISE).ir
    assert plain.domain == otherwise.domain
    mine, other = plain.behavior.flows[0], otherwise.behavior.flows[0]
    assert mine.effects == other.effects
    assert [r.message for r in other.requires] == ["Not his", "Not met: depot.boss not in maker.depots"]
    assert isinstance(other.requires[0].expr, AggregateExpr)
    assert isinstance(other.requires[1].expr, NotExpr)
    jsonschema.validate(yaml.load(OTHERWISE, Loader=Yaml12), editor_schema())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "spec.yaml").write_text("app: demo\ninclude: [parts]\n")
    (tmp_path / "parts/b.yml").write_text("entities: {Thing: {fields: {kind: Kind}}}\n")
    (tmp_path / "parts/a.yaml").write_text("enums: {Kind: [A]}\n")
    (tmp_path / "parts/notes.txt").write_text("nothing: of it\n")
    return tmp_path


def entities(source) -> list[str]:
    return [e.name for e in compile_front(source.main, source.read).ir.domain.entities]


def test_a_folder_is_all_of_its_files(folder: Path) -> None:
    spec = compile_front("spec.yaml", reader(folder))
    assert [e.name for e in spec.ir.domain.entities] == ["Thing"]
    assert {place.file for place in spec.source_map.values()} >= {"parts/a.yaml", "parts/b.yml"}


def test_a_folder_may_be_the_main_file_s_own(folder: Path) -> None:
    (folder / "parts/spec.yaml").write_text("app: demo\ninclude: ['.']\n")
    assert len(compile_front("spec.yaml", reader(folder / "parts")).ir.domain.entities) == 1


def test_a_folder_without_files_is_refused(folder: Path) -> None:
    for file in (folder / "parts").iterdir():
        file.unlink()
    with pytest.raises(SpecError) as caught:
        compile_front("spec.yaml", reader(folder))
    assert [(d.code, d.span.line, d.span.column) for d in caught.value.diagnostics] == [("E112", 2, 11)]


def test_what_comes_into_a_folder_is_seen(folder: Path) -> None:
    store = MemoryStore()
    before = capture("spec.yaml", reader(folder), store, "1")
    assert capture("spec.yaml", reader(folder), store, "1") == before
    (folder / "parts/c.yaml").write_text("entities: {Other: {}}\n")
    assert entities(capture("spec.yaml", reader(folder), store, "1")) == ["Thing", "Other"]
    (folder / "parts/c.yaml").write_text("include: [more/d.yaml]\n")
    (folder / "more").mkdir()
    (folder / "more/d.yaml").write_text("entities: {Last: {}}\n")
    assert entities(capture("spec.yaml", reader(folder), store, "1")) == ["Thing", "Last"]
