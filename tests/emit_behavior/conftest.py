"""An application made of every construct that services know, started once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.building import running

SPECS = Path(__file__).parent / "specs"
Calls = Callable[[httpx.AsyncClient], list[Awaitable[httpx.Response]]]


class App:
    """A started application; names are unique per instance, so tests don't meet."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.client = httpx.Client(base_url=base_url, timeout=60)
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"name {self._count}"

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    def bin(self, **body: Any) -> dict[str, Any]:
        return self.make("/bins", name=self.name(), **body)

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def at_once(self, calls: Calls) -> list[int]:
        """Send requests at the same time; return their statuses, sorted."""

        async def work() -> list[httpx.Response]:
            limits = httpx.Limits(max_connections=60)
            async with httpx.AsyncClient(base_url=self.base_url, timeout=60, limits=limits) as client:
                return await asyncio.gather(*calls(client))

        return sorted(answer.status_code for answer in asyncio.run(work()))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(SPECS / "depot.yaml", tmp_path_factory.mktemp("depot")) as session:
        yield App(session.base_url)
