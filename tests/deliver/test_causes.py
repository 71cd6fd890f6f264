"""What stands behind the difference of two releases is read off the provenance of the lines."""

from generator.core.spans import Span
from generator.deliver.causes import causes
from generator.emit.tree import Block, EmittedFile, Origin, Tree

SPANS = {"field:A.x": Span("a.yaml", 3, 5, 3, 6)}


def file(text: str, *nodes: str, path: str = "app/a.py", source: str = "") -> EmittedFile:
    """A file with a line for each node."""
    blocks = tuple(Block(n, n, node) for n, node in enumerate(nodes, 1))
    return EmittedFile(path, text, blocks, origins=(Origin(1, 9, source),) if source else ())


def test_changed_added_and_removed_lines_name_their_nodes() -> None:
    before = Tree((file("a\nb\nc\n", "field:A.x", "field:A.y", "field:A.gone"),))
    after = Tree((file("A\nb\n", "field:A.x", "field:A.y"), file("d\n", "entity:D", path="app/d.py")))
    assert causes(before, after, SPANS) == ("field:A.x (a.yaml:3:5)", "field:A.gone", "entity:D")
    assert causes(after, after, SPANS) == ()


def test_an_override_is_named_when_it_comes_and_when_it_goes() -> None:
    plain, own = Tree((file("a\n", "field:A.x"),)), Tree((file("b\n", "field:A.x", source="a.overrides/f"),))
    assert causes(plain, own, {}) == ("override a.overrides/f", "field:A.x")
    assert causes(own, plain, {}) == ("field:A.x", "override a.overrides/f")


def test_the_application_as_a_whole_is_no_cause_and_a_long_list_ends() -> None:
    before = Tree((file("a\n", "app"),))
    after = Tree((file("".join(f"{n}\n" for n in range(30)), "app", *(f"field:A.f{n}" for n in range(29))),))
    told = causes(before, after, {})
    assert (len(told), told[-1]) == (13, "… and 17 more")
