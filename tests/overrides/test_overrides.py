"""Overrides: what they replace, what they make stale, what their lines say of themselves."""

from pathlib import Path

import pytest

from generator.core.diagnostics import SpecError
from generator.host.overrides import overrides_of
from generator.pipeline import STAGES
from tests.overrides.conftest import Project

AFTER = {"app_bundle", "sanity_report", "smoke_result", "release"}


def stale(project: Project, before: dict[str, str]) -> set[str]:
    now = project.keys()
    return {stage for stage in before if before[stage] != now[stage]}


def service(project: Project) -> str:
    return str(project.file("app/book/service.py").text)


def test_without_overrides_nothing_comes_from_one(project: Project) -> None:
    bundle = project.compile()["app_bundle"].value
    assert all(file.origins == () for file in bundle.files)


def test_a_replaced_file_makes_its_stage_stale_and_says_which_lines_are_its_own(project: Project) -> None:
    before, text = project.keys(), service(project)
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("async def "))
    lines.insert(at, "MARK = 1")
    source = project.override("files/app/book/service.py", "\n".join(lines) + "\n")
    assert stale(project, before) == {"services_directives", "services"} | AFTER
    file = project.file("app/book/service.py")
    number = file.text.splitlines().index("MARK = 1") + 1
    assert file.sources(number) == (source,)
    assert file.sources(1) == ()
    assert {block.node for block in file.blocks}


def test_a_lost_line_is_the_doing_of_the_override_too(project: Project) -> None:
    text = project.file("app/book/models.py").text
    kept = [line for line in text.splitlines() if "spare:" not in line]
    source = project.override("files/app/book/models.py", "\n".join(kept) + "\n")
    assert project.file("app/book/models.py").sources() == (source,)


def test_blocks_move_with_their_lines(project: Project) -> None:
    plain = project.file("app/book/models.py")
    project.override("files/app/book/models.py", '"""Ours."""\n\n# One.\n# Two.\n' + plain.text)
    own = project.file("app/book/models.py")
    text, before = own.text.splitlines(), plain.text.splitlines()
    for block in plain.blocks:
        there = [text[b.first - 1 : b.last] for b in own.blocks if b.node == block.node]
        assert before[block.first - 1 : block.last] in there


def test_a_template_of_the_fleet_and_one_of_the_application(project: Project) -> None:
    before = project.keys()
    wrapped = '{% include "builtin/config.py.j2" %}\n\nOWNER = "{{ name }}"\n'
    source = project.override("templates/project/config.py.j2", wrapped, folder="fleet")
    assert stale(project, before) == {"project_directives", "project"} | AFTER
    file = project.file("app/config.py")
    line = file.text.splitlines().index('OWNER = "library"') + 1
    assert file.sources(line) == (source,)
    own = project.override("templates/project/config.py.j2", wrapped.replace("OWNER", "TEAM"))
    assert project.file("app/config.py").sources() == (own,)
    assert "TEAM" in project.file("app/config.py").text


def test_a_template_of_every_target_can_be_replaced(project: Project) -> None:
    for target, name in (
        ("schemas", "schemas.py.j2"),
        ("models", "base.py.j2"),
        ("migrations", "env.py.j2"),
        ("services", "queries.py.j2"),
        ("routes", "router.py.jinja"),
    ):
        text = f'{{% include "builtin/{name}" %}}\n# Of {target}.\n'
        project.override(f"templates/{target}/{name}", text)
    texts = {file.path: file.text for file in project.compile()["app_bundle"].value.files}
    for path in (
        "app/book/schemas.py",
        "app/base.py",
        "migrations/env.py",
        "app/loan/queries.py",
        "app/loan/router.py",
    ):
        assert "# Of " in texts[path]


def test_a_pin_stands_wherever_the_dependency_is_listed(project: Project) -> None:
    before = project.keys()
    source = project.override("pins.yaml", 'uvicorn: ">=0.34, <0.40"\nsqlalchemy: "==2.1.0"\n')
    assert stale(project, before) == {"project_directives", "project"} | AFTER
    for path in ("requirements.txt", "pyproject.toml"):
        file = project.file(path)
        assert "uvicorn>=0.34,<0.40" in file.text
        assert "sqlalchemy[asyncio]==2.1.0" in file.text
        line = next(n for n, text in enumerate(file.text.splitlines(), 1) if "uvicorn" in text)
        assert file.sources(line) == (source,)


def test_files_may_be_added_to_the_extensions(project: Project) -> None:
    project.override("files/app/extensions/greeting.py", 'HELLO = "hello"\n')
    assert project.file("app/extensions/greeting.py").text == 'HELLO = "hello"\n'


def test_what_does_not_parse_is_kept_for_the_gates(project: Project) -> None:
    source = project.override("files/app/book/service.py", "def f(:\n")
    file = project.file("app/book/service.py")
    assert (file.text, file.sources(1)) == ("def f(:\n", (source,))


def test_a_removed_override_leaves_what_was_there_before(project: Project) -> None:
    before = project.keys()
    source = project.override("files/README.md", "# Ours\n")
    assert project.keys() != before
    (project.folder / source).unlink()
    assert project.keys() == before


def test_a_readme_in_the_folder_is_no_override(project: Project) -> None:
    project.override("README.md", "Why we have overrides.\n")
    assert not overrides_of(project.spec).any


def test_links_are_refused(project: Project, tmp_path: Path) -> None:
    folder = project.folder / "library.overrides" / "files"
    folder.mkdir(parents=True)
    (folder / "app").symlink_to(tmp_path)
    with pytest.raises(SpecError, match="links are not followed"):
        overrides_of(project.spec)


def test_every_emitted_stage_has_its_own_root() -> None:
    roots = [stage for stage in STAGES if [i.stage for i in stage.inputs] == ["overrides"]]
    assert len(roots) == 6
