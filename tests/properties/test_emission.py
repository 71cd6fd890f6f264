"""Every accepted spec can be emitted; the tree depends on nothing but the spec."""

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings

from generator.core.digest import canonical_json
from generator.pipeline import EMITTED
from tests.properties.building import build, compiles, front
from tests.properties.specs import seeded_spec, specs

_ROOT = Path(__file__).parents[2]
_SEEDS = (2, 3, 4, 7)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(specs())
def test_every_stage_emits_files_that_parse(text: str) -> None:
    assume(compiles(text))
    trees = build(text, "project").trees
    paths = [file.path for name in EMITTED for file in trees[name].files]
    assert len(set(paths)) == len(paths)
    for name in EMITTED:
        assert trees[name].files
        for file in trees[name].files:
            assert "#@" not in file.text, file.path
            assert file.text.endswith("\n") or not file.text, file.path
            if file.path.endswith(".py"):
                ast.parse(file.text, file.path)


def test_what_is_emitted_does_not_depend_on_the_hash_seed() -> None:
    assert _digests("1") == _digests("2")


def _digests(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.properties.test_emission"],
        cwd=_ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout


def _print_digests() -> None:
    for seed in _SEEDS:
        text = seeded_spec(seed, entities=3, flows=3)
        if compiles(text):
            built = build(text)
            print(seed, hashlib.sha256(canonical_json(front(text).ir)).hexdigest(), built.bundle.manifest)


if __name__ == "__main__":
    _print_digests()
