"""The smoke program as files of the delivered application."""

from __future__ import annotations

from importlib import resources

from msgspec.structs import replace

from generator.core.digest import canonical_json
from generator.emit.tree import EmittedFile
from generator.verify.model import TestsModelIR


def smoke_files(plan: TestsModelIR, folder: str = "smoke") -> list[EmittedFile]:
    """Return the program's modules and the plan beside them, ready for the tree."""
    program = resources.files("generator.verify.program")
    modules = sorted(f.name for f in program.iterdir() if f.name.endswith(".py"))
    files = [EmittedFile(f"{folder}/{m}", program.joinpath(m).read_text(encoding="utf-8")) for m in modules]
    shown = canonical_json(replace(plan, uncovered=(), coverage=None)).decode()
    return [*files, EmittedFile(f"{folder}/plan.json", shown + "\n")]
