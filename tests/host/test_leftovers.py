"""What dead homes leave outside themselves is removed; what is in use, or to be kept, is not."""

import os
import socket
from pathlib import Path

import pytest

from generator.host.leftovers import mark_home, socket_folder, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def base(bases: Path, name: str, wanted: Path | None, pid: int | None = None) -> Path:
    folder = bases / name
    (folder / "data18").mkdir(parents=True)
    if wanted is not None:
        mark_home(folder, wanted)
    if pid is not None:
        (folder / "data18" / "postmaster.pid").write_text(f"{pid}\n/somewhere\n", encoding="utf-8")
    return folder


def test_data_of_homes_that_are_gone(tmp_path: Path) -> None:
    bases, gone = tmp_path / "bases", tmp_path / "gone"
    dead = base(bases, "dead", gone)
    crashed = base(bases, "crashed", gone, pid=2**22 + 1)
    kept = [
        base(bases, "used", tmp_path),
        base(bases, "served", gone, pid=os.getpid()),
        base(bases, "durable", None),
    ]
    assert sweep(bases) == [crashed, dead]
    assert sorted(bases.iterdir()) == sorted(kept)


def test_socket_folders_of_servers_that_are_down(tmp_path: Path, temporary: Path) -> None:
    silent, fresh, live = (socket_folder(name) for name in ("silent", "fresh", "live"))
    for folder in (silent, fresh, live):
        folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(live / ".s.PGSQL.5432"))
        server.listen()
        for folder in (silent, live):
            os.utime(folder, (0, 0))
        assert sweep(tmp_path / "bases") == [silent]
    assert sorted(temporary.iterdir()) == sorted([fresh, live])
