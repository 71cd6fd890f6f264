"""What must be so after every kill."""

from pathlib import Path

from generator.deliver.changes import compare, read_manifest


def is_whole(out: Path) -> bool:
    """Whether a delivered tree is what its manifest says: nothing is missing, nothing is another's."""
    manifest = read_manifest(out)
    if manifest is None or not manifest.files:
        return False
    return set(compare(out, (), manifest).removed) == set(manifest.files)


def processes_in(folder: Path) -> list[int]:
    """Return the processes that work below a folder."""
    return [pid for pid, place in places() if place.is_relative_to(folder)]


def places() -> list[tuple[int, Path]]:
    """Return each process and where it works."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            found.append((int(path.name), (path / "cwd").readlink()))
        except OSError:
            continue  # it has ended meanwhile, or is another user's
    return found
