"""The delivered files as a whole: they import, map, type-check, and are formatted."""

import subprocess

import pytest
import yaml
from ruff import find_ruff_bin

from generator.emit.migrations import emit_migrations
from generator.emit.models import emit_models
from tests.emit_data.builders import application
from tests.emit_data.delivery import made, succeeds

MAPPERS = """
from sqlalchemy.orm import configure_mappers
import app.entities, app.violations
configure_mappers()
from app.part.models import Part
from app.tag.models import Tag
tag = Tag(id=1, name="x")
assert tag != Tag(id=1, name="x") and len({tag, tag}) == 1
assert Part.__mapper__.relationships["holder"].lazy == "raise"
"""


def test_models_map_without_a_warning(delivered):
    succeeds(delivered, "-W", "error", "-c", MAPPERS)


def test_ruff_has_nothing_to_say(delivered):
    for arguments in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [find_ruff_bin(), *arguments, "."], cwd=delivered, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_mypy_strict_has_nothing_to_say(delivered):
    succeeds(delivered, "-m", "mypy", "--no-incremental", "app", "migrations")


def test_the_same_ir_gives_the_same_bytes(bundled):
    assert made(application()).manifest == bundled.manifest


def test_blocks_name_the_node_that_a_line_came_from(bundled):
    file = bundled.file("app/holder/models.py")
    lines = file.text.splitlines()
    blocks = {b.node: lines[b.first - 1 : b.last] for b in file.blocks}
    assert blocks["field:Holder.token"] == ["    token: Mapped[UUID] = mapped_column(sa.Uuid)"]
    assert {"entity:Holder", "collection:Holder.tags", "rule:Holder:aaaa1111"} <= blocks.keys()


def test_the_revision_changes_with_the_tables_only():
    ir = application()
    initial = {f.path: f.text for f in emit_migrations(ir)}
    assert initial == {f.path: f.text for f in emit_migrations(ir)}
    assert 'revision: str = "0001_' in initial["migrations/versions/0001_initial.py"]


def test_only_extensions_are_made_once(bundled):
    assert [f.path for f in bundled.files if f.once] == ["app/extensions/__init__.py"]


def test_compose_locks_every_service_down(bundled):
    services = yaml.safe_load(bundled.file("compose.yaml").text)["services"]
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_image_is_built_from_files_that_are_there(bundled):
    text = bundled.file("Dockerfile").text
    copied = [word for line in text.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]]
    paths = {f.path for f in bundled.files} | {"smoke/plan.json"}  # made from the plan, not by an emitter
    assert copied
    for source in copied:
        assert source in paths or any(p.startswith(f"{source}/") for p in paths)
    assert "USER 10001:10001" in text


def test_the_runtime_is_copied_as_it_is(bundled):
    assert "app/runtime/wire.py" in bundled.manifest
    assert "class Schema(BaseModel)" in bundled.file("app/runtime/wire.py").text


def test_emission_is_pure():
    assert emit_models(application()) == emit_models(application())
