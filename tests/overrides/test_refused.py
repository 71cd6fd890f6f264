"""Every diagnostic of overrides: its code, the file and the line, the way out."""

import re
from pathlib import Path

import pytest

from generator.core.diagnostics import Diagnostic, SpecError
from generator.emit.history import VERSIONS
from generator.host.overrides import overrides_of
from tests.overrides.conftest import Project

ROOT = Path(__file__).parents[2]
SOURCES = [path for part in ("overrides", "emit") for path in (ROOT / "generator" / part).glob("*.py")]

# code, file of the folder, its text, line, part of the message or the hint
READ = [
    ("O101", "file/app/main.py", "", 1, "did you mean `files`?"),
    ("O102", "templates/model/models.py.j2", "", 1, "did you mean `models`?"),
    ("O103", "files/README.md", "\udcff", 1, "UTF-8"),
    ("O104", "files/app\\main.py", "", 1, "not a path inside the application"),
    ("O105", "files/smoke/plan.json", "", 1, "can't be replaced"),
    ("O105", "files/openapi.json", "{}", 1, "what files/app/extensions/ adds"),
    ("O107", "templates/models/model.py.j2", "", 1, "did you mean `models.py.j2`?"),
    ("O108", "pins.yaml", "alembic: '<2'\nfastpi: '==1'\n", 2, "did you mean `fastapi`?"),
    ("O109", "pins.yaml", "fastapi: newest\n", 1, ">=1.2,<2"),
    ("O110", "pins.yaml", "- fastapi\n", 1, "maps a package"),
]
USED = [
    ("O106", "files/app/bok/router.py", "", 1, "did you mean `app/book/router.py`?"),
    ("O201", "templates/models/base.py.j2", "#\n{{ nothing_like_it }}\n", 2, "nothing_like_it"),
    ("O201", "templates/models/base.py.j2", "#\n#\n{% if %}\n", 3, "can't be rendered"),
    ("O201", "templates/models/base.py.j2", "{{ ''.__class__.__mro__ }}\n", 1, "can't be rendered"),
    ("O201", "templates/models/base.py.j2", "{{ 'x' * 1000000000 }}\n", 1, "not allowed"),
    ("O201", "templates/models/base.py.j2", '{% include "/etc/passwd" %}\n', 1, "can't be rendered"),
]


def refusal(project: Project, inner: str, text: str) -> list[Diagnostic]:
    path = project.folder / "library.overrides" / inner
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SpecError) as refused:
        project.compile()
    return refused.value.diagnostics


def check(found: list[Diagnostic], code: str, inner: str, line: int, words: str) -> None:
    assert [d.code for d in found] == [code]
    assert (found[0].span.file, found[0].span.line) == (f"library.overrides/{inner}", line)
    assert words in f"{found[0].message} {found[0].hint}"
    assert found[0].hint


@pytest.mark.parametrize(("code", "inner", "text", "line", "words"), READ)
def test_refused_when_read(project: Project, code: str, inner: str, text: str, line: int, words: str) -> None:
    found = refusal(project, inner, text)
    check(found, code, inner, line, words)
    with pytest.raises(SpecError):
        overrides_of(project.spec)  # which is what `appgen check` asks


@pytest.mark.parametrize(("code", "inner", "text", "line", "words"), USED)
def test_refused_when_used(project: Project, code: str, inner: str, text: str, line: int, words: str) -> None:
    check(refusal(project, inner, text), code, inner, line, words)


def test_a_script_that_was_released_can_not_be_replaced(project: Project) -> None:
    """O111: databases have run it; in another layout it is the same."""
    out = project.release()
    inner = f"files/{VERSIONS}0001_initial.py"
    script = (out / VERSIONS / "0001_initial.py").read_text(encoding="utf-8")
    project.override(inner, script.replace("\n\n\n", "\n\n\n\n"))
    assert project.compile(out=str(out))["app_bundle"].value.file(inner.removeprefix("files/")).text == script
    source = project.override(inner, script.replace("Drop everything", "Drop all"))
    line = script[: script.index("Drop everything")].count("\n") + 1
    with pytest.raises(SpecError) as refused:
        project.compile(out=str(out))
    check(refused.value.diagnostics, "O111", source.partition("/")[2], line, "follows it")


def test_a_template_that_never_ends_is_stopped(project: Project) -> None:
    text = "{% for a in range(100000) %}{% for b in range(1000) %}xxxxxxxxxx{% endfor %}{% endfor %}"
    found = refusal(project, "templates/models/base.py.j2", text)
    assert "characters" in found[0].message


def test_every_code_is_tried_here() -> None:
    codes = {c for path in SOURCES for c in re.findall(r'"(O\d{3})"', path.read_text())}
    assert codes == {row[0] for row in (*READ, *USED)} | {"O111"}
