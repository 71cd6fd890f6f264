"""A real event log of small runs, a real HTTP server and a real SMTP server that take alerts."""

import json
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from aiosmtpd.controller import Controller

from appgen_assets.alerts import alerts
from appgen_assets.partitions import APPS, apps
from appgen_resources.instance import open_instance
from appgen_resources.specs import SpecStore
from generator.core.digest import canonical_json
from generator.core.spans import Span
from generator.host.artefacts import open_store
from generator.host.state import State
from generator.stages.store import put_blob
from generator.verify.model import SmokeResult, SmokeRow

APP = "library"


class Hook:
    """An HTTP server that keeps what is posted to it; `status` is what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"json://user:hush-hush@127.0.0.1:{self.port}/very-secret-token?cto=2&rto=2"

    def start(self) -> None:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 200:
                    hook.got.append(json.loads(data))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.got]


class Mailbox:
    """Keeps what an SMTP server is given."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 taken"


class Fleet:
    """A workspace whose runs say what a test wants them to say."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder / ".appgen")
        self.log = open_instance(self.state)
        self.log.add_dynamic_partitions(APPS, [APP])
        self.broken: set[str] = set()  # scenarios
        self.crash = ""
        self.blocking = False

    def routes(self, text: str) -> None:
        self.state.root.mkdir(parents=True, exist_ok=True)
        (self.state.root / "operations.yaml").write_text(text, encoding="utf-8")

    def run(self, app: str = APP, **tags: str) -> dg.ExecuteInProcessResult:
        self.log.add_dynamic_partitions(APPS, [app])
        job = self._definitions().resolve_job_def("verify")
        return job.execute_in_process(instance=self.log, partition_key=app, tags=tags, raise_on_error=False)

    def fail(self, *scenarios: str, app: str = APP, **tags: str) -> dg.ExecuteInProcessResult:
        self.broken = set(scenarios)
        return self.run(app, **tags)

    def recover(self, app: str = APP, **tags: str) -> dg.ExecuteInProcessResult:
        self.broken, self.crash = set(), ""
        return self.run(app, **tags)

    def tick(self) -> str:
        context = dg.build_sensor_context(
            instance=self.log, resources={"specs": SpecStore(home=str(self.state.root))}
        )
        skipped = alerts(context)
        assert isinstance(skipped, dg.SkipReason)
        return skipped.skip_message or ""

    def reopen(self) -> None:
        self.log.dispose()
        self.log = open_instance(self.state)

    def _rows(self) -> tuple[SmokeRow, ...]:
        span = Span("library.yaml", 14, 7, 14, 20)
        return tuple(
            SmokeRow(
                name,
                "s",
                "happy",
                "flow:borrow",
                name not in self.broken,
                "POST /loans",
                "201",
                "500 {}",
                1.0,
                "curl",
                span=span,
            )
            for name in sorted({"borrow_ok", *self.broken})
        )

    def _definitions(self) -> dg.Definitions:
        spec = dg.AssetCheckSpec(
            "all_passed", asset="smoke_result", blocking=self.blocking, partitions_def=apps
        )

        @dg.asset(partitions_def=apps, check_specs=[spec])
        def smoke_result(context: dg.AssetExecutionContext):  # type: ignore[no-untyped-def]
            if self.crash:
                raise dg.Failure(self.crash, allow_retries=False)
            result = SmokeResult(context.partition_key, "", self._rows(), 1.0)
            address = put_blob(open_store(self.state.artefacts), canonical_json(result))
            answer = dg.AssetCheckResult(check_name="all_passed", passed=result.ok)
            return dg.MaterializeResult(metadata={"address": address}, check_results=[answer])

        job = dg.define_asset_job("verify", selection=[smoke_result])
        return dg.Definitions(assets=[smoke_result], jobs=[job], executor=dg.in_process_executor)


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE", "APPGEN_OPERATIONS", "APPGEN_ALERT_URLS", "APPGEN_UI_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    made = Fleet(tmp_path)
    yield made
    made.log.dispose()
