"""How a live database could be brought back to what its delivered application's models say."""

import shutil
from importlib import resources

import msgspec

from generator.core.errors import MachineError
from generator.host import process
from generator.host.sandbox import new_folder, unpack
from generator.repair.facts import Difference
from generator.repair.model import Step
from generator.verify.sandbox import Files

_SECONDS = 180


class _Correction(msgspec.Struct, frozen=True):
    about: str
    sql: str
    needed: str
    loses: str


def corrections_of(bundle: Files, url: str) -> tuple[Difference, ...]:
    """Return every difference with its correction; MachineError if the database can't be asked."""
    folder = new_folder()
    try:
        root = unpack(bundle, folder / "app")
        environment = process.environment(root, LIVE_DATABASE=url, DATABASE_URL=url)
        program = resources.files("appgen_resources").joinpath("corrections_program.py").read_text("utf-8")
        done = process.run(["python", "-"], cwd=root, env=environment, stdin=program, timeout=_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.strip().splitlines()
    if done.code != 0 or not lines:
        last = "\n".join(done.stderr.strip().splitlines()[-1:])
        raise MachineError("the live database can't be compared", last.replace(url, "the database"))
    return tuple(map(_difference, msgspec.json.decode(lines[-1], type=list[_Correction])))


def _difference(found: _Correction) -> Difference:
    step = Step(found.sql, found.needed, found.about) if found.sql else None
    return Difference(found.about, step, found.loses)
