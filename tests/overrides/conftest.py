"""A spec on disk with override folders beside it, compiled through the workspace's own functions."""

from pathlib import Path
from typing import Any

import pytest

from generator.deliver.tree import deliver
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop
from generator.pipeline import keys
from generator.stages.model import Artefact
from tests.assets.conftest import SPEC


class Project:
    """A folder of specs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "library.yaml"
        self.spec.write_text(SPEC, encoding="utf-8")

    def override(self, inner: str, text: str, folder: str = "library") -> str:
        path = self.folder / f"{folder}.overrides" / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return f"{folder}.overrides/{inner}"

    def compile(self, until: str = "app_bundle", out: str = "") -> dict[str, Artefact]:
        return compile_spec(self.spec, open_workshop(State(self.folder / ".appgen")), until, out)

    def release(self) -> Path:
        """Deliver what is compiled; return where it lies."""
        deliver(self.compile()["app_bundle"].value, self.folder / "out")
        return self.folder / "out"

    def keys(self) -> dict[str, str]:
        workshop = open_workshop(State(self.folder / ".appgen"))
        return keys(compile_spec(self.spec, workshop), workshop, "/out")

    def file(self, path: str) -> Any:
        return self.compile()["app_bundle"].value.file(path)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)
