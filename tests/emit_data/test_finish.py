"""Formatting, provenance, putting together."""

import pytest

from generator.emit.bundle import bundle
from generator.emit.finish import finish, marker, take_markers
from generator.emit.tree import Block, EmittedFile, Tree
from generator.host.format import RuffFormatter

SOURCE = f"""
import zlib, os
from app.b import B
from alembic import op
{marker("entity:A")}
class A(B):
    x = os.name
    {marker("field:A.y")}
    y = (  1,op )
#@
z = 2
"""


def test_python_is_formatted_and_markers_become_blocks():
    tree = finish([EmittedFile("b.txt", "#@ stays"), EmittedFile("a.py", SOURCE)], RuffFormatter())
    assert tree.paths() == ("a.py", "b.txt")
    file, other = tree.files
    lines = file.text.splitlines()
    assert "@" not in file.text
    assert "import zlib" not in file.text
    assert [(b.node, lines[b.first - 1].strip(), lines[b.last - 1].strip()) for b in file.blocks] == [
        ("entity:A", "class A(B):", "x = os.name"),
        ("field:A.y", "y = (1, op)", "y = (1, op)"),
    ]
    assert other.text == "#@ stays"
    assert other.blocks == ()


def test_finished_text_is_already_formatted():
    text = finish([EmittedFile("a.py", SOURCE)], RuffFormatter()).files[0].text
    assert RuffFormatter().format({"a.py": text}) == {"a.py": text}


def test_a_file_that_does_not_parse_is_named():
    with pytest.raises(ValueError, match=r"app/broken\.py"):
        RuffFormatter().format({"app/broken.py": "def f(:\n", "app/fine.py": "x = 1\n"})


def test_a_path_must_not_come_twice():
    with pytest.raises(ValueError, match="twice"):
        finish([EmittedFile("a.txt", "1"), EmittedFile("a.txt", "2")], RuffFormatter())


def test_blank_lines_belong_to_no_block():
    text, blocks = take_markers("# @ one\n\na = 1\n\n\n# @ two\nb = 2\n")
    assert text == "\na = 1\n\n\nb = 2\n"
    assert blocks == (Block(2, 2, "one"), Block(5, 5, "two"))


def test_a_bundle_holds_every_file_and_its_hash():
    made = bundle([Tree((EmittedFile("b", "2"),))], [EmittedFile("a", "1")])
    assert [f.path for f in made.files] == ["a", "b"]
    assert made.manifest["a"] == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    assert made.file("b").text == "2"


@pytest.mark.parametrize("paths", [["a", "a"], ["../a"], ["/a"], ["a/../b"], ["a//b"], ["a", "a/b"], [""]])
def test_a_bundle_refuses_strange_paths(paths):
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs
        bundle([Tree(tuple(EmittedFile(p, "") for p in paths))])
