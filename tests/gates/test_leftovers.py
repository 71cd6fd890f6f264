"""What a template has left in a file is found, also where the spec itself speaks in such signs."""

from typing import Any

import pytest
from msgspec.structs import replace

from appgen_assets.checks import CHECKS
from appgen_assets.checks.model import Made
from generator.emit.tree import EmittedFile
from generator.emit.unfilled import OPENINGS, Unfilled
from generator.pipeline import compile_app
from generator.stages.capture import SpecSource
from generator.stages.workshop import external
from generator.verify.gates import leftovers
from generator.verify.gates.build import Build
from tests.assets.conftest import workshop

SPEC = r"""
app: braces
description: 'Über {{ "labels" }} and {% parts %}, {{ "it''s" }} <b>|x|</b> C:\{{ \n }} {# no #}'
entities:
  Thing:
    description: 'A thing {{ of }} "this"'
    fields:
      name: {type: string, max_length: 40, pattern: "[{][{]a", description: "{{ name }} é"}
      label: string = "{{ x }}"
    rules:
      - label != "{% y %}" else 409 "Not {{ that }} \"one\""
flows:
  mark:
    description: "Marks {{ it }}\nand {% more %}"
    entity: Thing
    effects: ['thing.label = "{# z #}"']
"""
LEFT = ("{{ other }}\n", '"{{ "\n', "{% endif %}\n", "{{ labels }}\n", "{#\n")


@pytest.fixture(scope="module")
def done() -> dict[str, Any]:
    return compile_app(SpecSource("braces.yaml", (("braces.yaml", SPEC),)), workshop())


def found_in(done: dict[str, Any], path: str, more: str) -> tuple[list[int], bool]:
    """Return the lines that the gate names, and whether the check of the stage agrees."""
    tree = done["project"].value
    files = tuple(replace(f, text=f.text + more) if f.path == path else f for f in tree.files)
    bundle = replace(done["app_bundle"].value, files=files)
    gate = leftovers.check(Build(bundle, done["application_ir"].value, done["guard_ir"].value))
    check = next(c for c in CHECKS if (c.stage, c.name) == ("project", "finished"))
    made = {**done, "project": external("project", replace(tree, files=files))}
    return [f.line for f in gate], check.ask(Made(made["project"], made, {})).ok


def text_of(done: dict[str, Any], path: str) -> str:
    files: tuple[EmittedFile, ...] = done["project"].value.files
    return next(f.text for f in files if f.path == path)


@pytest.mark.parametrize("path", ["README.md", "pyproject.toml"])
def test_what_the_spec_says_is_no_leftover(done: dict[str, Any], path: str) -> None:
    assert any(sign in text_of(done, path) for sign in OPENINGS)
    assert found_in(done, path, "") == ([], True)


@pytest.mark.parametrize("more", LEFT)
@pytest.mark.parametrize("path", ["README.md", "pyproject.toml", "Dockerfile"])
def test_what_a_template_left_is_found_beside_it(done: dict[str, Any], path: str, more: str) -> None:
    last = text_of(done, path).count("\n") + 1
    assert found_in(done, path, more) == ([last], False)


def test_many_backslashes_take_no_time(done: dict[str, Any]) -> None:
    ir = replace(done["application_ir"].value, name="{{" + "\\" * 60 + "a")
    found = Unfilled(ir).find("{{" + "\\" * 120 + "b")
    assert list(found) == [(1, "{{")]
