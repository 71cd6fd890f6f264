"""An application over real HTTP, answered by the reference interpreter."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from generator.ir.model import ApplicationIR
from generator.verify.interpreter import MISSING, Interpreter
from generator.verify.plan.replay import Router


class Wrong:
    """How the application misbehaves."""

    def __init__(self, *, fail: str = "", slow: str = "", lie: str = "", crash: str = "") -> None:
        self.fail, self.slow, self.lie, self.crash = fail, slow, lie, crash


def application(ir: ApplicationIR, wrong: Wrong) -> Starlette:
    interpreter, router, lock = Interpreter(ir), Router(ir.api.operations), threading.Lock()

    async def answer(request: Request) -> Response:
        key = f"{request.method} {request.url.path}"
        if wrong.fail and key.startswith(wrong.fail):
            return JSONResponse({"detail": "boom"}, 500)
        if wrong.crash and key.startswith(wrong.crash):
            raise RuntimeError("nobody handles this")
        if wrong.slow and key.startswith(wrong.slow):
            await asyncio.sleep(30)
        operation, path = router.find(request.method, request.url.path)
        content = await request.body()
        try:
            body = json.loads(content) if content else MISSING
        except ValueError:
            body = MISSING
        with lock:
            found = interpreter.call(
                operation.id, path, dict(request.query_params), body, now=datetime.now(UTC)
            )
        if found.body is None:
            return Response(status_code=found.status)
        if wrong.lie and wrong.lie in found.body:
            return JSONResponse({**found.body, wrong.lie: "a lie"}, found.status)
        return JSONResponse(found.body, found.status)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(routes=[Route("/{rest:path}", answer, methods=methods)])


@contextmanager
def served(ir: ApplicationIR, wrong: Wrong | None = None) -> Iterator[str]:
    """Serve the application on a free port; gives its address."""
    config = uvicorn.Config(application(ir, wrong or Wrong()), port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=10)
