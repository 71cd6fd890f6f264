"""What the artefact store keeps: whatever is current or released; what is old and needed by nobody goes."""

import time
from pathlib import Path

import pytest

from appgen_resources.live import CATALOGS
from appgen_resources.operations.model import Retention
from appgen_resources.retention import clean
from appgen_resources.specs import SpecStore
from generator.core.digest import digest
from generator.host.artefacts import open_store
from generator.host.workshop import compile_spec, open_workshop
from generator.pipeline import BY_NAME
from generator.stages.model import Ref
from generator.stages.pointers import current, point
from generator.stages.releases import Released, bundle_of, note, releases
from generator.stages.store import Store, content_hash, get_blob, put_blob, put_record
from tests.operations.conftest import Workspace

OLD = 40 * 86400.0


def made(store: Store, name: str) -> Ref:
    data = name.encode()
    return Ref("app_bundle", digest(name)[:40], content_hash(data), put_blob(store, data))


def release(store: Store, app: str, name: str) -> Ref:
    ref = made(store, name)
    note(store, app, Released(0, "2026-01-01", "out", ref, 1))
    return ref


def later() -> float:
    return time.time() + OLD


@pytest.mark.parametrize("where", ["folder", "memory"])
def test_the_last_releases_stay_and_older_ones_go(where: str, tmp_path: Path) -> None:
    url = str(tmp_path) if where == "folder" else f"memory://{tmp_path.name}"
    store = open_store(url)
    refs = [release(store, "alpha", f"release {number}") for number in range(4)]
    put_blob(store, b"nobody needs me")
    done = clean(url, Retention(releases=2, days=7), now=later())
    assert [get_blob(store, ref.blob) is not None for ref in refs] == [False, False, True, True]
    assert [r.number for r in releases(store, "alpha").kept] == [4, 3]
    assert done.removed == 3
    assert done.freed > 0
    assert clean(url, Retention(releases=2, days=7), now=later()).removed == 0


def test_what_was_seen_of_a_release_goes_with_it(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    gone, stays = (release(store, "alpha", name) for name in ("first", "second"))
    for ref in (gone, stays):
        put_record(store, f"{CATALOGS}{ref.digest}-1a2b3c", {"tables": ref.digest})
    clean(str(tmp_path), Retention(releases=1, days=7), now=later())
    assert not store.has(f"{CATALOGS}{gone.digest}-1a2b3c")
    assert store.has(f"{CATALOGS}{stays.digest}-1a2b3c")


def test_what_is_young_stays(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    address = put_blob(store, b"just made, not yet named by anything")
    assert clean(str(tmp_path), Retention(days=7)).removed == 0
    assert get_blob(store, address) is not None


def test_two_applications_share_an_output_and_one_of_them_is_enough(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    ref = made(store, "shared")
    point(store, "alpha", ref)
    clean(str(tmp_path), Retention(days=0), now=later())
    assert get_blob(store, ref.blob) is not None


def test_a_record_that_it_does_not_know_keeps_what_it_names(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    address = put_blob(store, b"named by something new")
    put_record(store, "something/new", Ref("x", "k", "d", address))
    clean(str(tmp_path), Retention(days=0), now=later())
    assert get_blob(store, address) is not None


def test_a_built_application_loses_nothing_that_it_needs(workspace: Workspace) -> None:
    spec = workspace.spec("alpha")
    workshop = open_workshop(workspace.state)
    done = compile_spec(spec, workshop)
    store = workshop.store
    for name in BY_NAME.keys() & done.keys():
        point(store, "alpha", done[name].ref)
    entry = SpecStore().entry("alpha")
    note(store, "alpha", Released(0, "2026-01-01", entry.out, done["app_bundle"].ref, 1))
    before = {name: done[name].ref.digest for name in BY_NAME.keys() & done.keys()}
    spec.write_text(spec.read_text(encoding="utf-8").replace("1..200", "1..300"), encoding="utf-8")
    stale = compile_spec(spec, open_workshop(workspace.state))["app_bundle"].ref
    freed = clean(workspace.state.artefacts, Retention(days=1), now=later())
    assert freed.removed > 0
    assert get_blob(store, stale.blob) is None
    for name, wanted in before.items():
        kept = current(store, "alpha", name)
        assert kept is not None
        assert kept.ref.digest == wanted
        assert kept.value is not None
    last = releases(store, "alpha").current
    assert last is not None
    assert bundle_of(store, last).value.files


def test_an_output_that_went_is_made_again(workspace: Workspace) -> None:
    spec = workspace.spec("alpha")
    first = compile_spec(spec, open_workshop(workspace.state))["app_bundle"].ref
    clean(workspace.state.artefacts, Retention(days=0), now=later())
    again = compile_spec(spec, open_workshop(workspace.state))["app_bundle"]
    assert again.ref.digest == first.digest
    assert again.value.files
