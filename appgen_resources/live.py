"""A live database beside the delivered models: what differs. Nothing in it is changed."""

import shutil
from importlib import resources

import msgspec
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from generator.core.errors import MachineError
from generator.host import process
from generator.host.sandbox import new_folder, unpack
from generator.verify.sandbox import Files

_SECONDS = 180


class Difference(msgspec.Struct, frozen=True):
    """What an upgrade would have to do (`what`: alembic's operation), to which table, to what in it."""

    what: str
    table: str
    name: str
    text: str


class Live(msgspec.Struct, frozen=True):
    """A live database beside the delivered application: revisions of both, and where they differ."""

    revisions: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    problem: str = ""

    @property
    def upgraded(self) -> bool:
        """Whether the delivered migrations were run on it."""
        return sorted(self.revisions) == sorted(self.heads)


@retry(
    retry=retry_if_exception_type(MachineError),
    stop=stop_after_attempt(3),
    wait=wait_exponential(1),
    reraise=True,
)
def look_at(bundle: Files, url: str) -> Live:
    """Compare a database with an application's models; MachineError if it can't be asked."""
    folder = new_folder()
    try:
        root = unpack(bundle, folder / "app")
        environment = process.environment(root, LIVE_DATABASE=str(url), DATABASE_URL=str(url))
        program = resources.files("appgen_resources").joinpath("live_program.py").read_text(encoding="utf-8")
        done = process.run(["python", "-"], cwd=root, env=environment, stdin=program, timeout=_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.strip().splitlines()
    if done.code != 0 or not lines:
        last = "\n".join(done.stderr.strip().splitlines()[-3:])
        raise MachineError("the live database can't be compared", _without(last, url))
    live = msgspec.json.decode(lines[-1], type=Live)
    if live.problem:
        hint = "The address is in operations.yaml, below `databases`."
        raise MachineError(f"the live database does not answer: {_without(live.problem, url)}", hint)
    return live


def _without(text: str, url: str) -> str:
    password = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return text.replace(str(url), "***").replace(password, "***") if password else text
