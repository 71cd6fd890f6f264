"""Mutants as they are made: of the code, and of the IR."""

import ast
from collections import Counter
from typing import Any

import pytest

from generator.emit.tree import EmittedFile
from generator.host.format import RuffFormatter
from generator.verify.mutants.code import code_mutants
from generator.verify.mutants.ir import Emitter, changes
from generator.verify.mutants.judge import Subject
from generator.verify.mutants.model import Mutant
from generator.verify.mutants.run import Choice, candidates
from generator.verify.mutants.text import Source, arguments

SERVICE = "app/box/service.py"


@pytest.fixture(scope="module")
def mutants(made: dict[str, Any]) -> list[Mutant]:
    return list(code_mutants(made["app_bundle"].files, made["application_ir"]))


def changed_lines(made: dict[str, Any], mutant: Mutant) -> list[str]:
    before = made["app_bundle"].file(mutant.path).text.splitlines()
    return [a for a, b in zip(mutant.changed[mutant.path].splitlines(), before, strict=False) if a != b]


def test_each_mutant_is_another_program_and_stands_where_it_says(
    made: dict[str, Any], mutants: list[Mutant]
) -> None:
    files = {f.path: f.text for f in made["app_bundle"].files}
    trees = Counter((m.path, ast.dump(ast.parse(m.changed[m.path]))) for m in mutants)
    assert max(trees.values()) == 1
    assert all(
        ast.dump(ast.parse(files[m.path])) != tree for m in mutants for path, tree in trees if path == m.path
    )
    assert len({m.id for m in mutants}) == len(mutants)
    assert all(1 <= m.line <= len(files[m.path].splitlines()) for m in mutants)


def test_they_are_made_in_the_same_order_every_time(made: dict[str, Any], mutants: list[Mutant]) -> None:
    assert list(code_mutants(made["app_bundle"].files, made["application_ir"])) == mutants


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        (SERVICE, "boundary_moved", "if box.room < 2:"),
        (SERVICE, "boundary_moved", "if box.room <= 3:"),
        (SERVICE, "comparison_flipped", "if box.room > 2:"),
        (SERVICE, "effect_changed", "box.room += 1"),
        (SERVICE, "effect_dropped", "pass"),
        (SERVICE, "default_changed", "status='SHUT'"),
        ("app/box/queries.py", "lock_dropped", "LOCK = _ROWS.where(_ID)"),
        ("app/box/queries.py", "list_changed", "default_sort=('label',)"),
        ("app/box/queries.py", "derived_changed", "func.max"),
        ("app/box/schemas.py", "boundary_moved", "gt=0"),
        ("app/thing/service.py", "lock_dropped", "await tx.insert(queries.INSERT, thing)"),
        ("app/thing/service.py", "conflict_changed", "if bool(0):"),
        ("app/box/models.py", "constraint_dropped", "Mapped[int | None]"),
        ("migrations/versions/0001_initial.py", "constraint_dropped", "nullable=True"),
        ("migrations/versions/0001_initial.py", "type_changed", "sa.BigInteger"),
        ("app/box/router.py", "status_changed", "status_code=200"),
        ("app/violations.py", "error_code_changed", "'in_use'"),
    ],
)
def test_the_mistakes_that_are_made(
    made: dict[str, Any], mutants: list[Mutant], path: str, kind: str, text: str
) -> None:
    of_kind = [m for m in mutants if m.path == path and m.kind == kind]
    assert any(text in line for m in of_kind for line in changed_lines(made, m)), [
        changed_lines(made, m) for m in of_kind
    ]


def test_a_mutant_of_a_guard_knows_its_node(mutants: list[Mutant]) -> None:
    nodes = {m.node for m in mutants if m.path == SERVICE and m.kind == "guard_dropped"}
    assert any(node.startswith("require:Box.shut:") for node in nodes)


def test_mutants_of_the_ir_change_what_is_emitted(made: dict[str, Any]) -> None:
    ir = made["application_ir"]
    emitter = Emitter(ir, made["app_bundle"].files, RuffFormatter(), {})
    every = list(changes(ir))
    kinds = Counter(c.kind for c in every)
    for kind in (
        "guard_dropped",
        "boundary_moved",
        "effect_dropped",
        "transition_added",
        "status_changed",
        "conflict_changed",
    ):
        assert kinds[kind], kind
    dropped = next(c for c in every if c.kind == "guard_dropped" and "require:Box.shut" in c.what)
    mutant = emitter.mutant(dropped)
    assert mutant is not None
    assert set(mutant.changed) >= {SERVICE}
    assert "Too small" not in mutant.changed[SERVICE]
    assert "Too small" in made["app_bundle"].file(SERVICE).text


def test_the_original_emits_as_itself(made: dict[str, Any]) -> None:
    ir = made["application_ir"]
    emitter = Emitter(ir, made["app_bundle"].files, RuffFormatter(), {})
    first = next(changes(ir))
    same = type(first)(first.id, first.kind, first.node, first.what, first.path, first.old, first.old)
    assert emitter.mutant(same) is None


def test_only_the_chosen_kinds(subject: Subject) -> None:
    found = candidates(subject, Choice(only=("lock_dropped",)))
    assert found
    assert {c.kind for c in found} == {"lock_dropped"}


def test_taking_items_out_keeps_the_rest() -> None:
    source = Source(EmittedFile("x.py", "call(1,\n     b=2, c=(3),)\n"))
    call = next(n for n in ast.walk(source.tree) if isinstance(n, ast.Call))
    left = [ast.unparse(ast.parse(source.changed(source.without(arguments(call), n)))) for n in range(3)]
    assert left == ["call(b=2, c=3)", "call(1, c=3)", "call(1, b=2)"]


def test_places_count_bytes_not_characters() -> None:
    source = Source(EmittedFile("x.py", "name = 'é' + other\n"))
    node = next(n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and n.id == "other")
    assert source.changed(source.replace(node, "'ö'")) == "name = 'é' + 'ö'\n"
