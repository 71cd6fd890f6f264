"""`openapi.json` among what is delivered: a generated file as any other."""

import json
import time
from pathlib import Path

import pytest

from generator.core.errors import ToldError
from generator.deliver.causes import causes
from generator.deliver.changes import read_manifest, text_digest
from generator.deliver.description import OPENAPI, with_description
from generator.deliver.tree import deliver
from generator.emit.bundle import Bundle, bundle
from generator.emit.tree import EmittedFile, Tree

DOCUMENT = '{\n  "title": "Käse"\n}\n'


def app(*more: EmittedFile) -> Bundle:
    return bundle([Tree((EmittedFile("app/a.py", "a = 1\n"), EmittedFile("README.md", "read\n")))], more)


def test_it_belongs_to_the_application_as_a_whole_and_is_in_the_manifest() -> None:
    plain, whole = app(), with_description(app(), DOCUMENT)
    assert with_description(plain, "") is plain
    assert [f.path for f in whole.files] == ["README.md", "app/a.py", OPENAPI]
    (block,) = whole.file(OPENAPI).blocks
    assert (block.first, block.last, block.node) == (1, 3, "app")
    assert whole.manifest == {**plain.manifest, OPENAPI: text_digest(DOCUMENT)}


def test_nothing_else_may_lie_in_its_place() -> None:
    with pytest.raises(ValueError, match=r"openapi\.json is written twice"):
        with_description(app(EmittedFile(OPENAPI, "{}")), DOCUMENT)


def test_it_comes_changes_is_guarded_and_goes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = out / OPENAPI
    deliver(app(), out)  # a release from before there was one
    assert deliver(with_description(app(), DOCUMENT), out).added == (OPENAPI,)
    assert path.read_bytes() == DOCUMENT.encode()
    manifest = read_manifest(out)
    assert manifest is not None
    assert manifest.files[OPENAPI] == text_digest(DOCUMENT)
    newer = DOCUMENT.replace("Käse", "Brot")
    assert deliver(with_description(app(), newer), out).changed == (OPENAPI,)
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(ToldError, match=OPENAPI):
        deliver(with_description(app(), DOCUMENT), out)
    kept = deliver(with_description(app(), DOCUMENT), out, originals={OPENAPI: newer})
    assert kept.saved == (f"{OPENAPI}.edit.patch",)
    assert "+{}" in (out / f"{OPENAPI}.edit.patch").read_text(encoding="utf-8")
    assert deliver(app(), out).removed == (OPENAPI,)


def test_a_long_one_does_not_hold_up_the_report_of_changes() -> None:
    one, other = (
        json.dumps({f"/{n}": {"get": {"responses": {"200": n % m}}} for n in range(4000)}, indent=2) + "\n"
        for m in (3, 7)
    )
    began = time.monotonic()
    assert causes(with_description(app(), one), with_description(app(), other), {}) == ()
    assert time.monotonic() - began < 5
