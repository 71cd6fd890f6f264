"""The docker sandbox: containers of the delivered image and of PostgreSQL, on a network of their own."""

from __future__ import annotations

import atexit
import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from generator.core.errors import MachineError
from generator.host.docker import images
from generator.host.docker.database import DatabaseContainer
from generator.host.docker.engine import connect, told
from generator.host.docker.labels import reap, remove_image, remove_own
from generator.host.docker.session import DockerSession
from generator.host.pids import own_tag
from generator.host.sandbox import new_folder, unpack
from generator.verify.sandbox import Files

_NUMBERS = itertools.count(1)
_OPEN: set[int] = set()


class DockerSandbox:
    """Sessions on a Docker engine; may be used by several threads and processes."""

    name = "docker"

    @contextmanager
    def open(self, bundle: Files) -> Iterator[DockerSession]:
        """Build the application's image beside an empty database; nothing of it is left at the end."""
        with closing(connect()) as client, told(), ExitStack() as last:
            reap(client)
            last.enter_context(_noted())
            folder = new_folder()
            last.callback(shutil.rmtree, folder, ignore_errors=True)
            root = unpack(bundle, folder / "app")
            base = images.find(client, images.PYTHON)
            database = DatabaseContainer(client, images.find(client, images.DATABASE))
            last.callback(database.remove)
            image = images.build(client, root, base, f"appgen-app:{own_tag()}-{next(_NUMBERS)}")
            last.callback(remove_image, client, image)
            database.wait()
            session = DockerSession(client, root, image, database)
            last.callback(session.close)
            yield session


@contextmanager
def _noted() -> Iterator[None]:
    """Let the end of the process remove what a session, abandoned in some thread, could not."""
    if not _OPEN:
        atexit.register(_clean_up)
    number = next(_NUMBERS)
    _OPEN.add(number)
    try:
        yield
    finally:
        _OPEN.discard(number)
        if not _OPEN:
            atexit.unregister(_clean_up)


def _clean_up() -> None:
    # An engine that has gone in the meantime has nothing to be removed from.
    with suppress(MachineError), closing(connect()) as client, told():
        remove_own(client)
