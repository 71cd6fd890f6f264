"""Delivering to a branch: real repositories, looked at with dulwich and from the file system."""

import threading
from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.object_store import iter_tree_contents
from dulwich.repo import Repo

from generator.core.errors import ToldError
from generator.deliver.git import deliver_to_git, is_current, tip
from generator.deliver.target import GitTarget, TargetError, parse_target
from generator.emit.tree import EmittedFile, Tree


def tree(number: int, *, more: str = "") -> Tree:
    files = [EmittedFile("app/a.py", f"a = {number}\n"), EmittedFile("README.md", "read\n")]
    files += [EmittedFile("app/extensions/__init__.py", "", once=True)]
    return Tree((*files, *([EmittedFile(more, "x = 1\n")] if more else [])))


def content(target: GitTarget) -> dict[str, str]:
    repo = Repo(str(target.repository))
    entries = iter_tree_contents(repo.object_store, repo[tip(target).encode()].tree)
    return {e.path.decode(): repo[e.sha].data.decode() for e in entries}


def history(target: GitTarget) -> list[str]:
    repo = Repo(str(target.repository))
    return [e.commit.message.decode() for e in repo.get_walker(include=[tip(target).encode()])]


@pytest.fixture
def target(tmp_path: Path) -> GitTarget:
    return GitTarget(tmp_path / "repo", "main")


def test_an_empty_folder_becomes_a_repository(target: GitTarget) -> None:
    report = deliver_to_git(tree(1), target, title="demo: first")
    assert report.out == str(target)
    assert content(target)["app/a.py"] == "a = 1\n"
    assert ".appgen/manifest.json" in content(target)
    assert is_current(tree(1), target)
    assert not is_current(tree(2), target)


def test_a_commit_says_what_changed_and_why(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo: first")
    deliver_to_git(
        tree(2, more="app/b.py"), target, title="demo: 1 file changed", why="The spec has changed."
    )
    assert history(target)[0] == "demo: 1 file changed\n\nThe spec has changed.\n\nA app/b.py\nM app/a.py\n"
    assert len(history(target)) == 2


def test_nothing_new_makes_no_commit(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo")
    deliver_to_git(tree(1), target, title="demo")
    assert len(history(target)) == 1


def test_the_rest_of_the_branch_stays(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo")
    inner = GitTarget(target.repository, "main", "apps/other")
    deliver_to_git(tree(2), inner, title="other")
    found = content(target)
    assert (found["app/a.py"], found["apps/other/app/a.py"]) == ("a = 1\n", "a = 2\n")
    assert is_current(tree(2), inner)


def test_another_branch_does_not_touch_the_working_folder(target: GitTarget) -> None:
    porcelain.init(str(target.repository))
    (target.repository / "mine.txt").write_text("mine")
    porcelain.add(str(target.repository), ["mine.txt"])
    porcelain.commit(str(target.repository), b"mine", author=b"a <a@b>", committer=b"a <a@b>")
    (target.repository / "mine.txt").write_text("not committed")
    other = GitTarget(target.repository, "generated/demo")
    deliver_to_git(tree(1), other, title="demo")
    assert sorted(p.name for p in target.repository.iterdir()) == [".git", "mine.txt"]
    assert content(other)["README.md"] == "read\n"


def test_a_branch_that_is_checked_out_is_brought_up_to_date(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo")
    deliver_to_git(tree(2), target, title="demo")
    assert (target.repository / "app/a.py").read_text() == "a = 2\n"
    status = porcelain.status(str(target.repository))
    assert not status.unstaged
    assert not any(status.staged.values())


@pytest.mark.parametrize("change", ["README.md", "app/new.py"])
def test_a_dirty_folder_is_refused(target: GitTarget, change: str) -> None:
    deliver_to_git(tree(1), target, title="demo")
    (target.repository / change).write_text("by hand")
    before = tip(target)
    with pytest.raises(ToldError, match=f"not committed: {change}"):
        deliver_to_git(tree(2), target, title="demo")
    assert tip(target) == before
    assert (target.repository / change).read_text() == "by hand"


def test_a_committed_hand_edit_is_refused_and_kept_with_force(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo")
    (target.repository / "app/a.py").write_text("by hand\n")
    porcelain.add(str(target.repository), ["app/a.py"])
    porcelain.commit(str(target.repository), b"edit", author=b"a <a@b>", committer=b"a <a@b>")
    with pytest.raises(ToldError, match=r"app/a\.py"):
        deliver_to_git(tree(2), target, title="demo")
    deliver_to_git(tree(2), target, title="demo", force=True)
    assert content(target)["app/a.py"] == "a = 2\n"
    assert "by hand\n" in content(target).values()


def test_hand_written_files_stay(target: GitTarget) -> None:
    deliver_to_git(tree(1), target, title="demo")
    (target.repository / "app/extensions/__init__.py").write_text("mine = True\n")
    porcelain.add(str(target.repository), ["app/extensions/__init__.py"])
    porcelain.commit(str(target.repository), b"mine", author=b"a <a@b>", committer=b"a <a@b>")
    deliver_to_git(tree(2), target, title="demo")
    assert content(target)["app/extensions/__init__.py"] == "mine = True\n"


def test_a_bare_repository(tmp_path: Path) -> None:
    porcelain.init(str(tmp_path / "bare.git"), bare=True)
    target = GitTarget(tmp_path / "bare.git", "main")
    deliver_to_git(tree(1), target, title="demo")
    deliver_to_git(tree(2), target, title="demo")
    assert content(target)["app/a.py"] == "a = 2\n"
    assert not (tmp_path / "bare.git" / "app").exists()


def test_deliveries_at_once_are_commits_one_after_the_other(target: GitTarget) -> None:
    deliver_to_git(tree(0), target, title="demo 0")
    threads = [
        threading.Thread(target=deliver_to_git, args=[tree(n), target], kwargs={"title": f"demo {n}"})
        for n in range(1, 5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(history(target)) == 5


def test_a_folder_that_is_no_repository_is_told(target: GitTarget) -> None:
    target.repository.mkdir()
    (target.repository / "something").touch()
    with pytest.raises(ToldError, match="is no git repository"):
        deliver_to_git(tree(1), target, title="demo")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("git:repo#main", GitTarget(Path("/base/repo"), "main")),
        ("git:/srv/repo//apps/x#generated/x", GitTarget(Path("/srv/repo"), "generated/x", "apps/x")),
        ("build/x", Path("/base/build/x")),
        ("/srv/x#y", Path("/srv/x#y")),
    ],
)
def test_targets(text: str, wanted: object) -> None:
    assert parse_target(text, Path("/base")) == wanted


@pytest.mark.parametrize(
    "text", ["git:repo", "git:#main", "git:repo#", "git:repo#a..b", "git:repo//../x#main"]
)
def test_wrong_targets(text: str) -> None:
    with pytest.raises(TargetError, match="git:"):
        parse_target(text, Path("/base"))
