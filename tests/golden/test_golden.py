"""A spec and the complete output: whatever moves inside, this may not change unseen.

`make golden` rewrites the expected files. What is copied (runtime, smoke
program) and the plan, which tests/plan looks after, are left out.
That these applications also run is shown in tests/live and tests/corpus.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.building import ROOT, compiled

EXPECTED = Path(__file__).parent / "expected"
CASES = ("shop", "clinic", "tracker")
COPIED = ("app/runtime/", "smoke/", ".appgen/")


def produced(name: str, state: Path) -> dict[str, str]:
    made = compiled(ROOT / "specs" / f"{name}.yaml", state)
    return {f.path: f.text for f in made["app_bundle"].files if not f.path.startswith(COPIED)}


def kept(folder: Path) -> dict[str, str]:
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(folder)): p.read_text() for p in paths}


def rewrite(folder: Path, files: dict[str, str]) -> None:
    for path in kept(folder):
        if path not in files:
            (folder / path).unlink()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.mark.parametrize("name", CASES)
def test_output_is_as_expected(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    files = produced(name, tmp_path)
    if request.config.getoption("--update"):
        rewrite(EXPECTED / name, files)
    expected = kept(EXPECTED / name)
    assert sorted(files) == sorted(expected)
    for path, text in files.items():
        assert text == expected[path], f"{path} differs; if it should, run: make golden"


PRINT_BUNDLE = """
import sys
from pathlib import Path
from tests.building import compiled
bundle = compiled(Path(sys.argv[1]), Path(sys.argv[2]))["app_bundle"]
for file in bundle.files:
    sys.stdout.write(f"== {file.path}\\n{file.text}")
"""


@pytest.mark.parametrize("name", CASES)
def test_same_bytes_whatever_the_hash_seed(name: str, tmp_path: Path) -> None:
    outputs = set()
    for seed in ("0", "424242"):
        args = [
            sys.executable,
            "-c",
            PRINT_BUNDLE,
            str(ROOT / "specs" / f"{name}.yaml"),
            str(tmp_path / seed),
        ]
        env = {**os.environ, "PYTHONHASHSEED": seed}
        outputs.add(subprocess.run(args, cwd=ROOT, env=env, check=True, capture_output=True).stdout)
    assert len(outputs) == 1
    assert b"== app/main.py" in outputs.pop()
