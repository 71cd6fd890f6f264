"""Sends requests with httpx; whatever keeps an answer from coming gets a message of its own."""

from __future__ import annotations

import json
from typing import Any

import httpx

from .run import Reply, Request, Send, Unreachable


def open_client(base_url: str, timeout: float, connections: int) -> httpx.AsyncClient:
    """Return a client for one instance; the environment's proxies are not used."""
    limits = httpx.Limits(
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=2.0,  # servers keep them longer
    )
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, limits=limits, trust_env=False)


def sender(client: httpx.AsyncClient) -> Send:
    """Return the function that sends one request through `client`."""

    async def send(request: Request) -> Reply:
        try:
            response = await client.request(
                request.method,
                request.path,
                params=request.query or None,
                content=None if request.content is None else request.content.encode(),
                headers={} if request.content is None else {"content-type": "application/json"},
            )
        except httpx.ConnectError as error:
            raise Unreachable(f"connection refused: {client.base_url} ({error})") from error
        except httpx.TimeoutException as error:
            raise Unreachable(f"timed out after {client.timeout.read} s") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"the connection broke: {type(error).__name__} {error}") from error
        return Reply(response.status_code, _parse(response.text), response.text)

    return send


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
