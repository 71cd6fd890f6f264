import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generator.core.errors import MachineError, ToldError
from generator.deliver import swap
from generator.deliver.changes import MANIFEST
from generator.deliver.tree import deliver
from generator.emit.tree import EmittedFile, Origin, Tree

EXTENSION = "app/extensions/__init__.py"


def tree(version: int = 1, *more: tuple[str, str], count: int = 3) -> Tree:
    files = [EmittedFile(f"app/part{n}/module.py", f"VERSION = {version}\n") for n in range(count)]
    files += [EmittedFile(EXTENSION, "", once=True), EmittedFile("README.md", "same\n")]
    return Tree((*files, *(EmittedFile(p, t) for p, t in more)))


def content(out: Path) -> dict[str, str]:
    return {p.relative_to(out).as_posix(): p.read_text() for p in sorted(out.rglob("*")) if p.is_file()}


def app_of(out: Path) -> dict[str, str]:
    return {path: text for path, text in content(out).items() if path != MANIFEST}


def of(bundle: Tree) -> dict[str, str]:
    return {f.path: f.text for f in bundle.files}


def test_the_first_delivery_writes_everything(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    report = deliver(tree(), out)
    assert app_of(out) == of(tree())
    assert report.added == tuple(sorted(of(tree())))
    assert report.changed == report.removed == report.kept == ()


def test_the_same_bundle_again_touches_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(), out)
    before = out.stat().st_ino
    report = deliver(tree(), out)
    assert out.stat().st_ino == before
    assert len(report.unchanged) == 4
    assert report.added == report.changed == ()


def test_changed_and_removed_files_follow_the_bundle(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1, ("app/old/models.py", "x\n"), count=3), out)
    cache = out / "app" / "old" / "__pycache__"
    cache.mkdir()
    (cache / "models.cpython-311.pyc").write_bytes(b"")
    report = deliver(tree(2, count=3), out)
    assert app_of(out) == of(tree(2))
    assert report.removed == ("app/old/models.py",)
    assert report.changed == tuple(f"app/part{n}/module.py" for n in range(3))
    assert not (out / "app" / "old").exists()


def test_an_unchanged_file_stays_the_very_same_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    before = (out / "README.md").stat()
    deliver(tree(2), out)
    after = (out / "README.md").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_people_wrote_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / EXTENSION).write_text("mine = 1\n")
    (out / "app" / "extensions" / "more.py").write_text("more\n")
    (out / "notes.txt").write_text("notes\n")
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref\n")
    (out / "link").symlink_to("notes.txt")
    (out / "run.sh").write_text("#!/bin/sh\n")
    (out / "run.sh").chmod(0o750)
    (out / "app").chmod(0o750)
    report = deliver(tree(2), out)
    assert report.kept == (".git/HEAD", EXTENSION, "app/extensions/more.py", "link", "notes.txt", "run.sh")
    assert (out / EXTENSION).read_text() == "mine = 1\n"
    assert (out / "link").is_symlink()
    assert (out / "run.sh").stat().st_mode & 0o777 == 0o750
    assert (out / "app").stat().st_mode & 0o777 == 0o750
    assert (out / "app/part0/module.py").read_text() == "VERSION = 2\n"


def test_a_once_file_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / EXTENSION).unlink()
    deliver(tree(2), out)
    assert (out / EXTENSION).read_text() == ""


def with_override(text: str) -> Tree:
    """The tree with an override in the place of the once-file."""
    origins = (Origin(1, 1, "x.overrides/files/" + EXTENSION),)
    others = (f for f in tree().files if f.path != EXTENSION)
    return Tree((*others, EmittedFile(EXTENSION, text, origins=origins)))


def test_an_override_takes_the_place_of_a_once_file_that_nobody_touched(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(), out)
    deliver(tree(2), out)  # what was written first is still known
    assert EXTENSION in deliver(with_override("one = 1\n"), out).changed
    assert EXTENSION in deliver(with_override("two = 2\n"), out).changed
    assert (out / EXTENSION).read_text() == "two = 2\n"
    assert EXTENSION in deliver(tree(), out).changed  # the override is gone
    assert (out / EXTENSION).read_text() == ""
    (out / EXTENSION).write_text("mine = 1\n")
    with pytest.raises(ToldError, match=EXTENSION):
        deliver(with_override("one = 1\n"), out)


def test_a_hand_edit_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / "app/part1/module.py").write_text("by hand\n")
    before = content(out)
    with pytest.raises(ToldError, match=r"(?s)app/part1/module\.py.*--force") as caught:
        deliver(tree(2), out)
    assert caught.value.exit_code == 1
    assert content(out) == before


def test_a_hand_edit_of_a_removed_file_is_refused_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1, ("app/old.py", "x\n")), out)
    (out / "app/old.py").write_text("by hand\n")
    with pytest.raises(ToldError, match=r"app/old\.py"):
        deliver(tree(1), out)


def test_a_hand_edit_that_equals_the_new_text_is_fine(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    for n in range(3):
        (out / f"app/part{n}/module.py").write_text("VERSION = 2\n")
    deliver(tree(2), out)
    assert app_of(out) == of(tree(2))


def test_force_keeps_each_edit_beside_the_new_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    for number in (1, 2):
        (out / "app/part1/module.py").write_text(f"by hand {number}\n")
        report = deliver(tree(2), out, force=True)
    assert report.saved == ("app/part1/module.py.orig.1",)
    assert "app/part1/module.py" in report.changed
    assert (out / "app/part1/module.py").read_text() == "VERSION = 2\n"
    assert (out / "app/part1/module.py.orig").read_text() == "by hand 1\n"
    assert (out / "app/part1/module.py.orig.1").read_text() == "by hand 2\n"


def test_a_hand_written_file_in_the_place_of_a_new_one_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / "app/new.py").write_text("mine\n")
    with pytest.raises(ToldError, match=r"app/new\.py"):
        deliver(tree(1, ("app/new.py", "generated\n")), out)


@pytest.mark.parametrize("force", [False, True])
def test_a_link_in_the_way_is_never_written_through(tmp_path: Path, force: bool) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    deliver(tree(1), out)
    (out / "app/part1").rename(outside)
    (out / "app/part1").symlink_to(outside)
    if force:
        assert deliver(tree(2), out, force=True).saved == ("app/part1.orig",)
        assert (out / "app/part1.orig").is_symlink()
        assert (out / "app/part1/module.py").read_text() == "VERSION = 2\n"
    else:
        with pytest.raises(ToldError, match="part1"):
            deliver(tree(2), out)
    assert (outside / "module.py").read_text() == "VERSION = 1\n"


def test_a_folder_in_the_place_of_a_file_is_kept_with_force(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / "README.md").unlink()
    (out / "README.md").mkdir()
    (out / "README.md" / "inner").write_text("mine\n")
    assert deliver(tree(2), out, force=True).saved == ("README.md.orig",)
    assert (out / "README.md.orig" / "inner").read_text() == "mine\n"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work\n")
    with pytest.raises(ToldError, match=r"not delivered by appgen: it holds thesis\.tex"):
        deliver(tree(), out)
    assert [p.name for p in out.iterdir()] == ["thesis.tex"]
    deliver(tree(), out, force=True)
    assert (out / "thesis.tex").read_text() == "years of work\n"


def test_a_fresh_repository_is_no_obstacle(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".git").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("ref\n")
    deliver(tree(), out)
    assert (out / ".git" / "HEAD").read_text() == "ref\n"


def test_a_spoilt_manifest_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    (out / MANIFEST).write_text("{")
    with pytest.raises(ToldError, match="manifest"):
        deliver(tree(2), out)


def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside"):
        deliver(Tree((EmittedFile("../outside.py", ""),)), tmp_path / "out")
    assert not (tmp_path / "outside.py").exists()


def test_a_disk_without_room_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    before = content(out)
    real = Path.write_text

    def full(self: Path, *args: object, **options: object) -> int:
        if self.name == "module.py" and "part2" in self.parts:
            raise OSError(28, "No space left on device", str(self))
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(MachineError, match="No space left on device") as caught:
        deliver(tree(2), out)
    assert caught.value.exit_code == 3
    assert content(out) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.appgen-lock", "out"]


def test_a_folder_that_takes_no_files_is_told() -> None:
    with pytest.raises(MachineError, match="can't deliver to /proc/out"):
        deliver(tree(), Path("/proc/out"))


def test_a_file_in_the_place_of_the_folder_above_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="can't deliver"):
        deliver(tree(), tmp_path / "file" / "out")


def test_deliveries_at_once_wait_for_each_other(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(0, count=40), out)
    threads = [threading.Thread(target=deliver, args=[tree(n, count=40), out]) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert app_of(out) in [of(tree(n, count=40)) for n in range(1, 9)]


@pytest.mark.parametrize("exchange", [True, False])
def test_without_exchange_the_folder_is_replaced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    deliver(tree(1), tmp_path / "out")
    deliver(tree(2), tmp_path / "out")
    assert app_of(tmp_path / "out") == of(tree(2))
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.appgen-lock", "out"]


def test_a_kill_between_the_two_steps_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(tree(1), out)
    out.rename(tmp_path / ".out.appgen-old")
    deliver(tree(2), out)
    assert app_of(out) == of(tree(2))


def test_a_kill_at_any_moment_leaves_one_complete_tree(tmp_path: Path) -> None:
    out = tmp_path / "out"
    trees = [tree(n, count=60) for n in (1, 2)]
    deliver(trees[0], out)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.deliver.test_tree import *\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for n in (2, 1): deliver(tree(n, count=60), Path(sys.argv[1]))"
    )
    for turn in range(12):
        child = subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.011 * turn)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert app_of(out) in [of(t) for t in trees]
    deliver(trees[1], out)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.appgen-lock", "out"]
