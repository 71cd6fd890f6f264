"""What services and routes look like: guards once, rows locked together, nothing unused or hidden."""

import ast
import builtins
import re
from collections import Counter
from pathlib import Path

import pytest

from generator.emit.finish import finish
from generator.emit.routes import emit_routes
from generator.emit.services import emit_services
from generator.graph.build import build_graph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.host.format import RuffFormatter
from generator.ir.lower import lower
from generator.ir.model import ApplicationIR
from generator.spec.load import load_app
from tests.building import ROOT

HERE = Path(__file__).parent
SPECS = sorted(
    [*(ROOT / "specs").glob("*.yaml"), *(ROOT / "tests/corpus").glob("*.yaml"), *HERE.glob("specs/*")]
)


def lowered(text: str) -> tuple[ApplicationIR, GuardIR]:
    ir = lower(load_app("app.yaml", {"app.yaml": text}.__getitem__)).ir
    return ir, FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)


def emitted(text: str) -> dict[str, str]:
    ir, guards = lowered(text)
    files = [*emit_services(ir, guards), *emit_routes(ir)]
    return {f.path: f.text for f in finish(files, RuffFormatter()).files}


def service(text: str, entity: str) -> str:
    return emitted(text)[f"app/{entity}/service.py"]


@pytest.fixture(scope="module", params=SPECS, ids=lambda path: path.stem)
def spec(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text()


def test_each_guard_is_raised_once_in_its_operation(spec: str) -> None:
    ir, guards = lowered(spec)
    files = {f.path: f.text for f in emit_services(ir, guards)}
    ids = Counter(g.source_constraint_id for e in guards.entries for g in e.guards)
    texts = "\n".join(text for path, text in files.items() if path.endswith("service.py"))
    tree = ast.parse(texts)
    raised = Counter(
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("GuardFailed")
    )
    assert raised == ids


def test_no_variable_hides_a_builtin_or_an_import(spec: str) -> None:
    for path, text in emitted(spec).items():
        tree = ast.parse(text)
        imported = {
            (a.asname or a.name).split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for a in node.names
        }
        if path.endswith("service.py"):
            stored = {
                n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            assert not stored & (imported | set(dir(builtins))), path


def test_emitting_twice_gives_the_same(spec: str) -> None:
    assert emitted(spec) == emitted(spec)


PAIR = """
app: pair
entities:
  Thing:
    fields: {units: int >= 0, note: text?, date: date = today() server}
flows:
  move:
    entity: Thing
    input: {to: -> Thing, units: int > 0}
    requires: [thing.units >= input.units else 409 "Too few"]
    effects: [thing.units -= input.units, to.units += input.units]
"""


def test_rows_of_one_entity_are_locked_in_one_statement() -> None:
    text = service(PAIR, "thing")
    assert "thing, to = await tx.rows(Thing, queries.LOCK_ROWS, thing_id, data.to_id)" in text


def test_a_guard_has_its_status_and_message() -> None:
    text = service(PAIR, "thing")
    assert re.search(
        r'if thing.units < data.units:\n +raise GuardFailed\("require:Thing.move:\w+", "Too few", 409\)', text
    )


def test_a_field_may_be_called_like_a_type() -> None:
    text = service(PAIR, "thing")
    assert "date=date_of(now)" in text or "date=now.date()" in text


LOOP = """
app: loop
entities:
  Box:
    fields: {items: "Item[] owned", total: int = 0 server}
  Item:
    fields: {kind: -> Kind, size: int}
  Kind:
    fields: {stock: int, price: int}
  Sold:
    fields: {kind: -> Kind, size: int, price: int = kind.price snapshot}
    operations: []
flows:
  sell:
    entity: Box
    requires: [len(box.items) > 0]
    effects:
      - each: box.items as item
        do:
          - create: Sold
            as: sold
            set: {kind: item.kind, size: item.size}
      - each: box.items as item2
        where: size > 2
        do: [item2.kind.stock -= item2.size]
"""


def test_a_loop_writes_in_one_statement_after_it() -> None:
    text = service(LOOP, "box")
    assert "for item in box.items\n" in text  # the rows made are one list
    assert "await tx.insert(sold_queries.INSERT, *solds)" in text
    assert "item2.kind.stock -= item2.size" in text
    assert text.count("tx.flush(Kind") == 1


def test_a_snapshot_reads_what_is_loaded_already() -> None:
    text = service(LOOP, "box")
    assert "price=item.kind.price" in text
    assert text.count("tx.load(Item.kind, kind_queries.LOCK_ROWS, *box.items)") == 1


def test_operations_have_names_of_their_own() -> None:
    text = """
app: names
entities:
  XThing: {fields: {a: int}}
  Thing: {fields: {a: int}}
flows:
  create_x: {entity: Thing, effects: [thing.a += 1]}
"""
    routers = "\n".join(t for p, t in emitted(text).items() if p.endswith("router.py"))
    names = re.findall(r'operation_id="(\w+)"', routers)
    assert len(names) == len(set(names))
