"""The example specs: what they promise, and that compiling is deterministic, quick and linear."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from generator.core.digest import canonical_json, digest
from generator.frontend import compile_front
from generator.ir.lower import Lowered
from generator.ir.model import ApplicationIR, OperationKind
from generator.spec.load import load_app
from generator.spec.model import AppSpec

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MAIN = [*sorted(ROOT.glob("specs/*.yaml")), HERE / "specs/bank.yaml", HERE / "specs/library/main.yaml"]


def lowered(path: Path) -> Lowered:
    return compile_front(path.name, lambda name: (path.parent / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MAIN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_node_has_a_place_and_survives_json(path: Path) -> None:
    found = lowered(path)
    ir = found.ir
    assert found.warnings == []
    assert msgspec.json.decode(canonical_json(ir), type=ApplicationIR) == ir
    ids = [
        n.id
        for group in (ir.domain.entities, ir.domain.enums, ir.behavior.flows, ir.api.operations)
        for n in group
    ]
    ids += [f.id for e in ir.domain.entities for f in e.fields]
    ids += [c.source for c in ir.validation.constraints]
    assert set(ids) <= set(found.source_map)
    assert len({c.id for c in ir.validation.constraints}) == len(ir.validation.constraints)


@pytest.mark.parametrize("path", MAIN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_the_spec_as_read_survives_json(path: Path) -> None:
    spec = load_app(path.name, lambda name: (path.parent / name).read_text(encoding="utf-8"))
    assert msgspec.json.decode(msgspec.json.encode(spec), type=AppSpec) == spec


def test_the_shop_has_its_seventeen_operations() -> None:
    table = {(o.method, o.path) for o in lowered(ROOT / "specs/shop.yaml").ir.api.operations}
    assert table == {
        ("POST", "/products"),
        ("GET", "/products"),
        ("GET", "/products/{id}"),
        ("PATCH", "/products/{id}"),
        ("POST", "/products/{id}/deactivate"),
        ("POST", "/customers"),
        ("GET", "/customers/{id}"),
        ("POST", "/carts"),
        ("GET", "/carts/{id}"),
        ("POST", "/carts/{cart_id}/items"),
        ("PUT", "/carts/{cart_id}/items/{id}"),
        ("DELETE", "/carts/{id}/items"),
        ("POST", "/orders"),
        ("GET", "/orders"),
        ("GET", "/orders/{id}"),
        ("POST", "/orders/{id}/pay"),
        ("POST", "/orders/{id}/cancel"),
    }


def test_the_clinic_keeps_doctors_and_rooms_from_overlapping() -> None:
    ir = lowered(ROOT / "specs/clinic.yaml").ir
    appointment = next(e for e in ir.domain.entities if e.name == "Appointment")
    assert [(u.fields, u.during) for u in appointment.uniques] == [
        (("doctor",), ("starts_at", "ends_at")),
        (("room",), ("starts_at", "ends_at")),
    ]
    assert len(appointment.machines[0].states) >= 5


def test_the_tracker_has_a_tree_links_and_a_counter() -> None:
    ir = lowered(ROOT / "specs/tracker.yaml").ir
    ticket = next(e for e in ir.domain.entities if e.name == "Ticket")
    by_name = {f.name: f for f in ticket.fields}
    assert by_name["parent"].type.of == "Ticket"
    assert by_name["number"].counter_per == "project"
    assert [(c.wire, c.kind) for c in ticket.collections] == [("label_ids", "links"), ("comments", "owned")]


def test_every_crud_kind_and_flow_appears_somewhere() -> None:
    kinds = {o.kind for path in MAIN for o in lowered(path).ir.api.operations}
    assert kinds == set(OperationKind)


HASHES = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from generator.core.digest import digest
from generator.frontend import compile_front
for name in ("shop", "clinic", "tracker"):
    found = compile_front(f"{name}.yaml", lambda p: (Path(sys.argv[1]) / "specs" / p).read_text())
    heavy = [m for m in ("pydantic", "networkx", "sqlalchemy", "rich") if m in sys.modules]
    print(digest(found.ir), digest(found.source_map), heavy)
"""


def test_the_hash_seed_does_not_matter_and_nothing_heavy_is_imported() -> None:
    outputs = set()
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", HASHES, str(ROOT)], env=env, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    (output,) = outputs
    assert all(line.endswith("[]") for line in output.strip().split("\n"))


def test_moving_lines_changes_no_hash() -> None:
    path = ROOT / "specs/shop.yaml"
    text = path.read_text()
    moved = compile_front("shop.yaml", lambda _: "# one more line\n\n" + text)
    assert digest(moved.ir) == digest(lowered(path).ir)
    assert moved.source_map != lowered(path).source_map


def synthetic(entities: int) -> str:
    lines = ["app: big", "entities:"]
    for n in range(entities):
        lines += [f"  Thing{n}:", "    fields:", "      name: string(1..50) unique", "      size: int >= 0"]
        lines += [f"      before: -> Thing{n - 1}"] if n else []
        lines += [
            "      double: int := size * 2",
            f"    rules: [size < {n + 100}]",
            "    states:",
            "      status: {initial: A, A: [B]}",
        ]
    lines.append("flows:")
    for n in range(entities):
        lines += [
            f"  go{n}:",
            f"    entity: Thing{n}",
            "    effects:",
            "      - size += 1",
            '      - "status: A -> B"',
        ]
    return "\n".join(lines)


def test_time_per_entity_does_not_grow() -> None:
    """A generous bound: four times the entities in less than eight times the time."""
    text = {size: synthetic(size) for size in (50, 200)}
    seconds = {}
    for size, spec in text.items():
        best = []
        for _ in range(2):
            started = time.process_time()
            compile_front("big.yaml", lambda _, spec=spec: spec)
            best.append(time.process_time() - started)
        seconds[size] = min(best)
    assert seconds[200] < 8 * seconds[50]


def test_the_source_map_is_json() -> None:
    found = lowered(ROOT / "specs/shop.yaml")
    spans = json.loads(canonical_json(found.source_map))
    assert spans["entity:Cart"]["line"] > 1
