"""Programs that are forked from one interpreter, one after the other."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from generator.host import process
from generator.host.zygote import Place, Zygote
from tests.host.test_process import until

ENDS = "import os, sys; print(os.getpid()); sys.exit(3)"
LASTS = "import os, time; time.sleep(0.3); print(os.getpid())"


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


def run(zygote: Zygote, folder: Path, text: str) -> tuple[int | None, int]:
    """Run a program that prints its number; return its exit code and the number."""
    program, out = folder / "program", folder / "out"
    program.write_text(text, encoding="utf-8")
    out.unlink(missing_ok=True)
    place = Place(str(folder), process.environment(folder), str(program), str(out), str(folder / "err"))
    code = zygote.run(["-"], place, 20)
    return code, int(out.read_text(encoding="utf-8"))


def test_a_number_that_comes_round_again_is_another_process(zygote: Zygote, tmp_path: Path) -> None:
    code, number = run(zygote, tmp_path, ENDS)
    assert code == 3
    for _ in range(5):  # somebody else may take the number first
        with suppress(OSError):  # only a privileged process may choose: the answer is the same for all
            Path("/proc/sys/kernel/ns_last_pid").write_text(str(number - 1), encoding="ascii")
        code, again = run(zygote, tmp_path, LASTS)
        assert code == 0
        if again == number:
            break


def test_killing_what_has_ended_kills_nobody(zygote: Zygote, tmp_path: Path) -> None:
    place = Place(str(tmp_path), process.environment(tmp_path), stderr=str(tmp_path / "err"))
    pid, _ = zygote.serve("no_such_module:app", place)
    assert until(lambda: zygote.ended(pid) is not None)
    zygote.stop(pid)
    assert zygote.ended(pid) not in (None, -9)
