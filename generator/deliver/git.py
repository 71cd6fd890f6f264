"""Delivering to a branch of a git repository: one commit, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from dulwich import porcelain
from dulwich.errors import NotGitRepository
from dulwich.index import build_index_from_tree, commit_tree
from dulwich.object_store import iter_tree_contents, tree_lookup_path
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo
from filelock import FileLock
from msgspec.structs import replace

from generator.core.errors import MachineError, ToldError
from generator.deliver import changes
from generator.deliver.changes import compare, read_manifest
from generator.deliver.target import GitTarget
from generator.deliver.tree import DeliveryReport, deliver
from generator.verify.sandbox import Files

_WHO = b"appgen <appgen@localhost>"
_MOST_NAMED = 20


def deliver_to_git(
    bundle: Files,
    target: GitTarget,
    *,
    title: str,
    why: str = "",
    force: bool = False,
    originals: Mapping[str, str] | None = None,
) -> DeliveryReport:
    """Commit the bundle to the branch if it changes anything; ToldError or MachineError change nothing."""
    try:
        with _locked(target), _open(target) as repo:
            give = partial(deliver, bundle, force=force, originals=originals)
            return _deliver(repo, give, target, title, why)
    except OSError as error:
        raise MachineError(
            f"can't deliver to {target}: {error.strerror or error}", "The branch has not been changed."
        ) from error


def is_current(bundle: Files, target: GitTarget) -> bool:
    """Whether the branch holds exactly this bundle, beside what people wrote."""
    if not target.repository.exists():
        return False
    with _open(target) as repo, _checked_out(repo, target) as out:
        manifest = read_manifest(out)
        return manifest is not None and not compare(out, bundle.files, manifest).any


@contextlib.contextmanager
def checked_out(target: GitTarget) -> Iterator[Path]:
    """Unpack what the branch holds of the application into a folder that is there for the time being."""
    with _open(target) as repo, _checked_out(repo, target) as out:
        yield out


def edited(target: GitTarget) -> tuple[str, ...]:
    """Return the delivered files that commits have changed since."""
    if not target.repository.exists():
        return ()
    with _open(target) as repo, _checked_out(repo, target) as out:
        return changes.edited(out)


def tip(target: GitTarget) -> str:
    """Return the commit that the branch points to, "" if there is none."""
    with _open(target) as repo:
        return bytes(_tip(repo, target) or b"").decode()


def _deliver(
    repo: Repo, give: Callable[[Path], DeliveryReport], target: GitTarget, title: str, why: str
) -> DeliveryReport:
    before = _tip(repo, target)
    in_use = _in_use(repo, target)
    if in_use:
        _refuse_dirty(repo, target)
    with _checked_out(repo, target) as out:
        report = give(out)
        tree = _tree(repo, target, out)
    report = replace(report, out=str(target))
    if before is not None and _commit(repo, before).tree == tree:
        return report
    commit = _new_commit(repo, before, tree, _message(report, title, why))
    # Compares and sets: a commit of someone else in between is not lost.
    if not repo.refs.set_if_equals(_ref(target), before, commit):
        raise ToldError(f"{target} was changed by someone else meanwhile", "Build again.")
    if in_use:
        porcelain.reset(repo, "hard", commit.decode())
    return report


@contextlib.contextmanager
def _locked(target: GitTarget) -> Iterator[None]:
    target.repository.mkdir(parents=True, exist_ok=True)
    folder = target.repository / ".git"
    lock = (folder if folder.is_dir() else target.repository) / "appgen.lock"
    lock.touch()  # FileLock would try for ever where no file can be made
    with FileLock(lock):
        yield
    if lock.parent == target.repository and not (target.repository / "objects").is_dir():
        lock.unlink(missing_ok=True)  # a repository that was made just now


@contextlib.contextmanager
def _open(target: GitTarget) -> Iterator[Repo]:
    """Open the repository; an empty or new folder becomes one."""
    try:
        repo = Repo(str(target.repository))
    except NotGitRepository:
        target.repository.mkdir(parents=True, exist_ok=True)
        if {p.name for p in target.repository.iterdir()} - {"appgen.lock"}:
            raise ToldError(f"{target.repository} is no git repository", "Run `git init` there.") from None
        repo = Repo.init(str(target.repository), default_branch=target.branch.encode())
    with contextlib.closing(repo):
        yield repo


def _ref(target: GitTarget) -> Ref:
    return Ref(b"refs/heads/" + target.branch.encode())


def _tip(repo: Repo, target: GitTarget) -> ObjectID | None:
    ref = _ref(target)
    return ObjectID(repo.refs[ref]) if repo.refs.read_ref(ref) else None


def _commit(repo: Repo, name: ObjectID) -> Commit:
    found = repo[name]
    if not isinstance(found, Commit):
        raise ToldError(f"{name.decode()} is no commit", "The branch must point to one.")
    return found


def _in_use(repo: Repo, target: GitTarget) -> bool:
    """Whether the branch is what lies in the repository's working folder."""
    return bool(repo.has_index()) and repo.refs.get_symrefs().get(HEADREF) == _ref(target)


def _refuse_dirty(repo: Repo, target: GitTarget) -> None:
    status = porcelain.status(repo, untracked_files="all")
    changed = sorted(
        {_text(p) for paths in status.staged.values() for p in paths} | set(map(_text, status.unstaged))
    )
    inner = f"{target.folder}/" if target.folder else ""
    foreign = sorted(p for p in map(_text, status.untracked) if p.startswith(inner) and p != "appgen.lock")
    if changed or foreign:
        shown = ", ".join([*changed, *foreign][:5])
        raise ToldError(
            f"{target.repository} has changes that are not committed: {shown}",
            "Commit or stash them, then build again.",
        )


def _text(path: str | bytes) -> str:
    return path.decode(errors="replace") if isinstance(path, bytes) else str(path)


@contextlib.contextmanager
def _checked_out(repo: Repo, target: GitTarget) -> Iterator[Path]:
    """Unpack what the branch holds of the application into a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="appgen-git-") as scratch:
        out = Path(scratch, "out")
        before = _tip(repo, target)
        tree = _subtree(repo, _commit(repo, before).tree, target.folder) if before else None
        if tree is not None:
            out.mkdir()
            build_index_from_tree(str(out), str(Path(scratch, "index")), repo.object_store, tree)
        yield out


def _subtree(repo: Repo, tree: ObjectID, folder: str) -> ObjectID | None:
    if not folder:
        return tree
    try:
        mode, found = tree_lookup_path(repo.__getitem__, tree, folder.encode())
    except KeyError:
        return None
    return ObjectID(found) if stat.S_ISDIR(mode) else None


def _tree(repo: Repo, target: GitTarget, out: Path) -> ObjectID:
    """Write the folder's files, beside what else the branch holds, as a tree."""
    inner = f"{target.folder}/" if target.folder else ""
    before = _tip(repo, target)
    kept = []
    if before is not None and inner:
        every = iter_tree_contents(repo.object_store, _commit(repo, before).tree)
        kept = [(e.path, e.sha, e.mode) for e in every if not e.path.startswith(inner.encode())]
    written = [(inner.encode() + path, *_blob(repo, out / os.fsdecode(path))) for path in _files(out)]
    return commit_tree(repo.object_store, [*kept, *written])


def _files(out: Path) -> Iterator[bytes]:
    for base, _, names in os.walk(out):
        for name in names:
            yield os.fsencode(Path(base, name).relative_to(out).as_posix())


def _blob(repo: Repo, path: Path) -> tuple[ObjectID, int]:
    if path.is_symlink():
        blob, mode = Blob.from_string(os.fsencode(path.readlink())), 0o120000
    else:
        executable = path.stat().st_mode & stat.S_IXUSR
        blob, mode = Blob.from_string(path.read_bytes()), 0o100755 if executable else 0o100644
    repo.object_store.add_object(blob)
    return blob.id, mode


def _new_commit(repo: Repo, parent: ObjectID | None, tree: ObjectID, message: str) -> ObjectID:
    commit = Commit()
    commit.tree = tree
    commit.parents = [parent] if parent else []
    commit.author = commit.committer = _WHO
    commit.author_time = commit.commit_time = int(time.time())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = message.encode()
    repo.object_store.add_object(commit)
    return commit.id


def _message(report: DeliveryReport, title: str, why: str) -> str:
    changes = [
        *(f"A {path}" for path in report.added),
        *(f"M {path}" for path in report.changed),
        *(f"D {path}" for path in report.removed),
    ]
    more = len(changes) - _MOST_NAMED
    listed = [*changes[:_MOST_NAMED], *([f"… and {more} more"] if more > 0 else [])]
    return "\n\n".join(part for part in (title, why, "\n".join(listed)) if part) + "\n"
