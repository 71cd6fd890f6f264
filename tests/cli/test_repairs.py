"""`appgen repairs --apply`: a proposed change of a spec, made by a person or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from appgen_resources.status import all_releases
from generator.host.artefacts import open_store
from generator.host.state import AppEntry, State
from generator.repair.journal import Entry, Journal, enter, journal, write
from generator.repair.model import PatchSpec, Quarantine, Told
from generator.stages.releases import Releases
from generator.stages.store import Store
from tests.cli.test_cli import run

SPEC = """\
app: till
include: [shared.yaml]
entities:
  Purse:
    fields:
      name: string(1..40)  # as printed
      balance: decimal(4,2) = 0 server
"""
SHARED = "entities:\n  Coin:\n    fields:\n      worth: decimal(3,2)\n"
WIDER = PatchSpec(
    "till.yaml",
    7,
    "      balance: decimal(4,2) = 0 server",
    "      balance: decimal(10,2) = 0 server",
)
TOLD = Told("till", "run", "d", (), ("app_spec",), "field:Purse.balance", "till.yaml:7:7", "seen ← spec", "")


class Till:
    """An application that was built here once, with proposals in its journal."""

    def __init__(self, folder: Path) -> None:
        self.spec = folder / "till.yaml"
        self.spec.write_text(SPEC, encoding="utf-8")
        (folder / "shared.yaml").write_text(SHARED, encoding="utf-8")
        self.state = State(folder / ".appgen")
        self.state.remember(AppEntry("till", str(self.spec), str(folder / "build" / "till")))

    @property
    def store(self) -> Store:
        return open_store(self.state.artefacts)

    def propose(self, patch: PatchSpec = WIDER) -> str:
        kept = enter(journal(self.store, "till"), patch, "proposed", TOLD, "2026-01-31T12:00:00")
        kept = replace(kept, stopped="proposed, for a person to decide")
        write(self.store, kept)
        return str(kept.entries[-1].number)

    def entry(self) -> Entry:
        return journal(self.store, "till").entries[-1]


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    return Till(tmp_path)


def test_a_proposal_is_made_and_noted(till: Till) -> None:
    number = till.propose()
    code, out, _ = run("repairs", "till")
    assert code == 0
    assert "till needs a person: proposed, for a person to decide" in out
    code, out, err = run("repairs", "till", "--apply", number)
    assert code == 0, err
    assert "decimal(10,2)" in out
    assert "build again" in out
    assert till.spec.read_text() == SPEC.replace("decimal(4,2)", "decimal(10,2)")
    assert (till.entry().status, till.entry().why) == ("done", "applied by a person")
    assert "needs a person" not in run("repairs", "till")[1]


def test_a_second_time_it_is_no_proposal_any_more(till: Till) -> None:
    number = till.propose()
    assert run("repairs", "till", "--apply", number)[0] == 0
    text = till.spec.read_text()
    code, _, err = run("repairs", "till", "--apply", number)
    assert code == 2
    assert f"directive {number} of till is no proposal" in err
    assert "It is done: applied by a person." in err
    assert till.spec.read_text() == text


def test_what_a_person_has_written_already_is_noted_only(till: Till) -> None:
    """For instance with the patch that lies in the workspace."""
    number = till.propose()
    text = SPEC.replace("decimal(4,2)", "decimal(10,2)")
    till.spec.write_text(text, encoding="utf-8")
    code, out, _ = run("repairs", "till", "--apply", number)
    assert code == 0
    assert "till.yaml:7 reads so already" in out
    assert till.spec.read_text() == text
    assert till.entry().status == "done"


@pytest.mark.parametrize(
    "now",
    [
        SPEC.replace("decimal(4,2)", "decimal(5,2)"),
        SPEC.replace("app: till\n", "app: till\n# One line more.\n"),
        "app: till\n",
    ],
    ids=["another line", "moved", "shorter"],
)
def test_a_spec_that_has_changed_meanwhile_is_left_alone(till: Till, now: str) -> None:
    number = till.propose()
    till.spec.write_text(now, encoding="utf-8")
    code, _, err = run("repairs", "till", "--apply", number)
    assert code == 2
    assert "till.yaml:7 is no longer what the proposal is about" in err
    assert "It was `balance: decimal(4,2) = 0 server`" in err
    assert till.spec.read_text() == now
    assert till.entry().status == "proposed"


def test_a_spec_that_is_gone(till: Till) -> None:
    number = till.propose()
    till.spec.unlink()
    code, _, err = run("repairs", "till", "--apply", number)
    assert code == 2
    assert "till.yaml can't be read: No such file" in err


def test_a_read_only_spec_stays_as_it_is(till: Till) -> None:
    number = till.propose()
    till.spec.chmod(0o444)
    code, _, err = run("repairs", "till", "--apply", number)
    assert code == 2
    assert "till.yaml is read-only" in err
    assert till.spec.read_text() == SPEC
    assert till.entry().status == "proposed"


def test_a_change_with_which_the_spec_is_refused_is_not_made(till: Till) -> None:
    number = till.propose(
        PatchSpec("till.yaml", 7, WIDER.before, "      balance: decimal(4,2) = nothing server")
    )
    code, _, err = run("repairs", "till", "--apply", number)
    assert code == 1
    assert "till.yaml:7:" in err
    assert "it stays as it was" in err
    assert till.spec.read_text() == SPEC
    assert till.entry().status == "proposed"
    assert sorted(p.name for p in till.spec.parent.glob(".till*")) == [], "nothing is left beside it"


def test_rights_links_and_line_ends_stay(till: Till, tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "till.yaml"
    kept.parent.mkdir()
    kept.write_bytes(SPEC.replace("\n", "\r\n").encode())
    kept.chmod(0o640)
    till.spec.unlink()
    till.spec.symlink_to(kept)
    assert run("repairs", "till", "--apply", till.propose())[0] == 0
    assert kept.read_bytes() == SPEC.replace("\n", "\r\n").replace("decimal(4,2)", "decimal(10,2)").encode()
    assert till.spec.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o640


def test_an_included_file_is_changed_where_it_is(till: Till) -> None:
    patch = PatchSpec("shared.yaml", 4, "      worth: decimal(3,2)", "      worth: decimal(9,2)")
    assert run("repairs", "till", "--apply", till.propose(patch))[0] == 0
    assert (till.spec.parent / "shared.yaml").read_text() == SHARED.replace("(3,2)", "(9,2)")
    assert till.spec.read_text() == SPEC


def test_other_directives_and_numbers_are_refused(till: Till) -> None:
    kept = enter(Journal("till"), Quarantine("a", "b", "routes"), "in force", TOLD, "2026-01-31T12:00:00")
    write(till.store, kept)
    code, _, err = run("repairs", "till", "--apply", "1")
    assert code == 2
    assert "directive 1 of till is no proposal" in err
    assert run("repairs", "till", "--apply", "7")[0] == 2
    assert run("repairs", "nobody", "--apply", "1")[0] == 2


QUARANTINE = Quarantine("till.overrides/files/app/purse/models.py", "digest", "models")


def test_a_directive_is_seen_at_its_ir_node_until_it_is_withdrawn(till: Till) -> None:
    kept = enter(journal(till.store, "till"), QUARANTINE, "in force", TOLD, "2026-01-31T12:00:00")
    write(till.store, kept)
    own = {
        "node": "field:Purse.balance",
        "directive": 1,
        "what": str(QUARANTINE),
        "because": TOLD.chain,
    }
    assert "directive 1 at field:Purse.balance: keep till.overrides" in run("show", "ir", "till.yaml")[1]
    assert marked() == {"field:Purse.balance": [own], "": [own]}
    assert "IR node    field:Purse.balance" in run("repairs", "till", "--show", "1")[1]
    code, out, err = run("repairs", "till", "--withdraw", "1")
    assert code == 0, err
    assert "directive 1 is withdrawn" in out
    assert marked() == {}
    assert "withdrawn" in run("repairs", "till")[1]


def marked() -> dict[str, Any]:
    """Return IR node -> its directives, as `appgen show ir` gives them."""
    code, out, err = run("show", "ir", "till.yaml", "--format", "json")
    assert code == 0, err
    found: dict[str, Any] = {}

    def look(part: Any) -> None:
        if isinstance(part, dict) and "directives" in part:
            found[part.get("id", "")] = part["directives"]
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            look(inner)

    look(json.loads(out))
    return found


def test_a_journal_that_is_spoilt_is_told_and_not_taken_for_none(till: Till) -> None:
    till.store.write("repairs/till", b'{"app":')
    for command in (["repairs", "till"], ["build", str(till.spec)]):
        code, _, err = run(*command)
        assert code == 1
        assert "repairs/till in the artefact store can't be read" in err
        assert "overrides that they kept away are used again" in err


def test_a_list_of_releases_that_is_spoilt_is_told_and_holds_up_nobody_else(till: Till) -> None:
    till.store.write("releases/till", b"no JSON")
    code, _, err = run("releases", "till")
    assert code == 1
    assert "releases/till in the artefact store can't be read" in err
    assert all_releases(till.store, ["till", "other"]) == {"till": Releases(), "other": Releases()}
