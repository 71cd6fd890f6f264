"""Keys, views, the cache: what makes a stage stale, and what doesn't."""

import ast
from pathlib import Path

import pytest

from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.host.artefacts import FolderStore, open_store
from generator.host.format import RuffFormatter
from generator.pipeline import BY_NAME, DIRECTIVES, EMITTED, STAGES, compile_app, keys
from generator.stages.code import ROOT, CodeIndex, Source
from generator.stages.model import resolve
from generator.stages.source import SpecSource
from generator.stages.store import MemoryStore, get_blob, put_blob
from generator.stages.tools import Tools
from generator.verify.model import SanityReport
from tests.assets.conftest import SPEC, source, workshop

TOOLS = Tools(RuffFormatter())
MESSAGE = SPEC.replace("All copies are out", "None left")
RULE = SPEC.replace("Too many to spare", "Not so many")
MOVED = SPEC.replace("entities:", "\n\n# a remark\nentities:")


def changed(text: str) -> set[str]:
    """Return the stages whose key differs from that of SPEC."""
    before, after = all_keys(SPEC), all_keys(text)
    return {stage for stage in before if before[stage] != after[stage]}


def all_keys(text: str) -> dict[str, str]:
    bench = workshop()
    return keys(compile_app(source(text), bench), bench, "/somewhere")


def test_a_guards_message_reaches_only_what_tells_it() -> None:
    assert changed(MESSAGE) == {
        "app_spec",
        "application_ir",
        "constraint_graph",
        "guard_ir",
        "services",
        "test_plan",
        "app_bundle",
        "sanity_report",
        "smoke_result",
        "release",
    }


def test_a_rules_message_also_reaches_the_models_but_no_table() -> None:
    assert "models" in changed(RULE)
    assert not {"migrations", "schemas", "routes"} & changed(RULE)


def test_a_moved_line_is_cut_off_after_the_ir() -> None:
    assert changed(MOVED) == {"app_spec", "application_ir"}


def test_where_a_node_stands_is_known_after_a_move() -> None:
    lines = []
    for text in (SPEC, MOVED):
        ir = compile_app(source(text), workshop(), "application_ir")["application_ir"]
        lines.append((ir.ref.digest, ir.sidecar["entity:Book"].line))
    assert lines[0][0] == lines[1][0]
    assert lines[1][1] == lines[0][1] + 3


def test_a_status_code_reaches_the_routes() -> None:
    assert "routes" in changed(SPEC.replace('else 409 "All', 'else 410 "All'))


def test_a_new_field_reaches_everything_but_nothing_twice() -> None:
    field = SPEC.replace("copies: int", "shelf: string?\n      copies: int")
    assert changed(field) == set(BY_NAME) - set(DIRECTIVES)


def test_the_release_depends_on_its_folder() -> None:
    bench = workshop()
    done = compile_app(source(), bench)
    here, there = keys(done, bench, "/here"), keys(done, bench, "/there")
    assert {stage for stage in here if here[stage] != there[stage]} == {"release"}


def test_the_release_depends_on_how_the_application_describes_itself() -> None:
    bench = workshop()
    done = compile_app(source(), bench)
    unseen = keys(done, bench, "/here")
    given = []
    for text in ("one", "another", "one"):
        kept = bench.keep(
            BY_NAME["sanity_report"], unseen["sanity_report"], SanityReport("library", (), text)
        )
        bench.remember(kept.ref)
        given.append(keys(done, bench, "/here"))
    one, another, again = given
    assert one == again
    assert {stage for stage in one if one[stage] != another[stage]} == {"release"}
    assert {stage for stage in one if one[stage] != unseen[stage]} == {"release"}
    assert unseen == keys(done, workshop(), "/here")


def test_the_second_time_everything_comes_from_the_cache(tmp_path: Path) -> None:
    first = compile_app(source(), workshop(FolderStore(tmp_path)))
    again = compile_app(source(), workshop(FolderStore(tmp_path)))
    made = [name for name in again if name in BY_NAME]
    assert all(not first[name].hit and again[name].hit for name in made)
    assert [first[n].ref.digest for n in made] == [again[n].ref.digest for n in made]
    assert again["models"].value == first["models"].value


def test_fresh_takes_nothing_from_the_cache() -> None:
    store = MemoryStore()
    compile_app(source(), workshop(store), "guard_ir")
    again = compile_app(source(), workshop(store, fresh=True), "guard_ir")
    assert not again["guard_ir"].hit


def test_a_directive_makes_its_stage_stale_and_no_other() -> None:
    plain, directed = workshop(), workshop(directives={"models": "d1"})
    one, other = (keys(compile_app(source(), b), b, "/x") for b in (plain, directed))
    assert {stage for stage in one if one[stage] != other[stage]} == {"models"}


def test_equal_stages_of_two_applications_are_stored_once(tmp_path: Path) -> None:
    renamed = SPEC.replace("app: library", "app: archive")
    for text in (SPEC, renamed):
        compile_app(source(text), workshop(FolderStore(tmp_path)), "guard_ir")
    assert len(list((tmp_path / "stages" / "guard_ir").iterdir())) == 2
    refs = [f.read_text() for f in (tmp_path / "stages" / "guard_ir").iterdir()]
    assert len({r.split('"blob":"')[1][:64] for r in refs}) == 1


def test_a_spoilt_output_is_not_used() -> None:
    store = MemoryStore()
    address = put_blob(store, b"some bytes")
    store.write(f"blobs/{address[:2]}/{address}", b"other bytes")
    assert get_blob(store, address) is None


def test_a_lost_output_is_made_again(tmp_path: Path) -> None:
    compile_app(source(), workshop(FolderStore(tmp_path)), "guard_ir")
    for blob in (tmp_path / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    again = compile_app(source(), workshop(FolderStore(tmp_path)), "guard_ir")
    assert not again["guard_ir"].hit


def test_what_was_lost_meanwhile_is_told_with_a_way_out(tmp_path: Path) -> None:
    compile_app(source(), workshop(FolderStore(tmp_path)), "guard_ir")
    again = compile_app(source(), workshop(FolderStore(tmp_path)), "guard_ir")
    for blob in (tmp_path / "blobs").rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"spoilt")
    with pytest.raises(ToldError, match="--force"):
        again["guard_ir"].value  # noqa: B018


def test_any_url_is_a_store() -> None:
    store = open_store("memory://appgen-test")
    again = compile_app(source(), workshop(store), "guard_ir")
    assert not again["guard_ir"].hit
    assert compile_app(source(), workshop(store), "guard_ir")["guard_ir"].hit


def test_a_wrong_spec_is_refused_with_every_message() -> None:
    wrong = SPEC.replace("copies: int >= 0", "copies: integer").replace("spare <= copies", "spair <= copies")
    with pytest.raises(SpecError) as refused:
        compile_app(source(wrong), workshop())
    assert refused.value.diagnostics


# --- code versions ----------------------------------------------------------


def test_a_stage_depends_on_the_modules_that_it_imports_and_no_others() -> None:
    modules = CodeIndex().modules(BY_NAME["schemas"])
    assert "generator.emit.schemas" in modules
    assert "generator.ir.model" in modules
    for name in modules:
        assert not name.startswith(("generator.emit.services", "generator.verify", "generator.cli"))


def test_no_stage_depends_on_the_command_line_or_on_the_machinery() -> None:
    machinery = {"generator.cli", "generator.pipeline", "generator.stages.workshop", "generator.stages.code"}
    for stage in STAGES:
        assert not machinery & set(CodeIndex().modules(stage)), stage.name


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("emit/migrations/emit.py", {"migrations"}),
        ("guards/synthesize.py", {"guard_ir", "sanity_report"}),
        ("runtime/__init__.py", {"project"}),
        ("verify/program/run.py", {"app_bundle", "smoke_result"}),
    ],
)
def test_a_changed_source_changes_the_versions_of_its_stages(file: str, stages: set[str]) -> None:
    index = CodeIndex()
    before = {stage.name: index.version(stage) for stage in STAGES}
    old = index.known[file]
    known = {**index.known, file: Source(old.mtime, old.size, "0" * 64, old.imports)}
    later = CodeIndex(known)
    changed = {stage.name for stage in STAGES if later.version(stage) != before[stage.name]}
    assert stages <= changed
    assert not changed & {"app_spec", "application_ir", "schemas"}


def test_templates_and_grammars_count_as_code() -> None:
    index = CodeIndex()
    for stage in STAGES:
        index.version(stage)
    assert "expr/grammar.lark" in index.known
    assert any(name.startswith("emit/models/templates/") for name in index.known)


def test_every_emitted_stage_counts_the_formatter() -> None:
    for name in EMITTED:
        assert "generator.host.format" in CodeIndex().modules(BY_NAME[name])


# --- views ------------------------------------------------------------------

SPECS = sorted((Path(__file__).resolve().parents[2] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("stage", EMITTED)
@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_view_takes_nothing_away_that_its_stage_needs(stage: str, spec: Path) -> None:
    """The tree made from the narrowed IR is the tree made from all of it."""
    bench = workshop()
    files = SpecSource(spec.name, ((spec.name, spec.read_text(encoding="utf-8")),))
    done = compile_app(files, bench, "guard_ir")
    definition = BY_NAME[stage]
    run = resolve(definition.run)
    seen = bench.views(definition, done)
    narrowed = ("application_ir", "guard_ir")
    whole = [
        done[i.stage].value if i.stage in narrowed else view
        for i, view in zip(definition.inputs, seen, strict=True)
    ]
    assert run(TOOLS, *seen) == run(TOOLS, *whole)


def test_import_statements_are_found_as_the_whole_parser_finds_them() -> None:
    index = CodeIndex()
    for stage in STAGES:
        index.version(stage)
    for name, known in index.known.items():
        if name.endswith(".py"):
            tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
            froms = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level}
            ours = {m for m in froms if m and m.startswith("generator")}
            assert ours <= set(known.imports), name
