"""The JSON Schema for editors is current, lets every good spec through and sees the obvious mistakes."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from generator.spec.json_schema import editor_schema

ROOT = Path(__file__).parents[2]
SPECS = sorted([*ROOT.glob("specs/*.yaml"), *ROOT.glob("tests/frontend/specs/**/*.yaml")])


class Yaml12(yaml.CSafeLoader):
    """As editors read it: only true and false are booleans."""


Yaml12.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in found
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def test_the_published_file_is_what_the_code_says() -> None:
    published = json.loads((ROOT / "schema/appgen.schema.json").read_text())
    assert published == editor_schema(), (
        "run: python -m generator.spec.json_schema > schema/appgen.schema.json"
    )


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(editor_schema())


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_good_specs_pass(path: Path) -> None:
    text = yaml.load(path.read_text(), Loader=Yaml12)
    jsonschema.validate(text, editor_schema())


@pytest.mark.parametrize(
    "spec",
    [
        {"app": "Demo"},
        {"entites": {}},
        {"entities": {"thing": {}}},
        {"entities": {"Thing": {"field": {}}}},
        {"entities": {"Thing": {"operations": ["remove"]}}},
        {"entities": {"Thing": {"states": {"status": {"A": ["B"]}}}}},
        {"flows": {"go": {"effects": []}}},
    ],
)
def test_obvious_mistakes_do_not(spec: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, editor_schema())
