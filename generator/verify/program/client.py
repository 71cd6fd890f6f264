"""Sends requests over kept connections; whatever keeps an answer from coming gets a message of its own.

The standard library's client in threads: it takes a tenth of the time that
larger ones need for a request, and the program needs nothing but Python.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from .run import Reply, Request, Send, Unreachable

KEPT = 2.0  # seconds that an idle connection is used again; servers keep them longer
SERVER_ERROR = 500


class Client:
    """Connections to one instance, as many as there are threads."""

    def __init__(self, base_url: str, timeout: float, threads: ThreadPoolExecutor) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.threads = threads
        self._parts = urlsplit(self.base_url)
        self._idle: list[tuple[HTTPConnection, float]] = []

    def exchange(self, request: Request) -> Reply:
        """Send one request and wait for its answer."""
        connection = self._connection()
        try:
            if connection.sock is None:
                self._connect(connection)
            reply = self._talk(connection, request)
        except BaseException:
            connection.close()
            raise
        if reply.status < SERVER_ERROR:
            self._idle.append((connection, time.monotonic()))
        else:  # servers close the connection that an error was raised on, often without saying so
            connection.close()
        return reply

    def _connection(self) -> HTTPConnection:
        """Return a connection that was used just now, or a new one."""
        while self._idle:
            connection, since = self._idle.pop()
            if time.monotonic() - since < KEPT:
                return connection
            connection.close()
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=self.timeout)

    def _connect(self, connection: HTTPConnection) -> None:
        try:
            connection.connect()
        except TimeoutError:
            raise
        except OSError as error:
            raise Unreachable(f"connection refused: {self.base_url} ({error})") from error

    def _talk(self, connection: HTTPConnection, request: Request) -> Reply:
        query = f"?{urlencode(request.query)}" if request.query else ""
        content = None if request.content is None else request.content.encode()
        headers = {} if content is None else {"content-type": "application/json"}
        connection.request(request.method, f"{self._parts.path}{request.path}{query}", content, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return Reply(answer.status, _parse(text), text)

    def close(self) -> None:
        """Close what is idle."""
        for connection, _ in self._idle:
            connection.close()


@asynccontextmanager
async def open_client(
    base_url: str,
    timeout: float,  # noqa: ASYNC109 - of each answer
    connections: int,
) -> AsyncIterator[Client]:
    """Open a client for one instance; the environment's proxies are not used."""
    with ThreadPoolExecutor(connections) as threads:
        client = Client(base_url, timeout, threads)
        try:
            yield client
        finally:
            client.close()


def sender(client: Client) -> Send:
    """Return the function that sends one request through `client`."""

    async def send(request: Request) -> Reply:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(client.threads, client.exchange, request)
        except TimeoutError as error:
            raise Unreachable(f"timed out after {client.timeout} s") from error
        except (OSError, HTTPException) as error:
            raise Unreachable(f"the connection broke: {type(error).__name__} {error}") from error

    return send


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
