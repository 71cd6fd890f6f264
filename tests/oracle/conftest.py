"""Applications that the oracle tries: healthy ones, and ones with a fault put into their text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from generator.emit.bundle import Bundle
from generator.host.sandbox import ProcessSandbox
from generator.host.sql import connected
from generator.ir.index import Index
from generator.verify.oracle.live import Live
from tests.building import compiled

VAULT = """
app: tiny
entities:
  Vault:
    fields:
      label: string(1..40) unique
      balance: int(0..1000) = 0
      opened_at: datetime = now() server
    list: {filter: [balance, opened_at], sort: [label, balance]}
flows:
  withdraw:
    entity: Vault
    input: {amount: int > 0}
    requires:
      - amount <= balance else 422 "Too much"
    effects:
      - vault.balance -= amount
"""


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("vault")
    (folder / "vault.yaml").write_text(VAULT)
    return compiled(folder / "vault.yaml", folder / "state")


@contextmanager
def live(made: dict[str, Any], bundle: Bundle | None = None) -> Iterator[Live]:
    with ProcessSandbox().open(bundle or made["app_bundle"]) as session:
        session.migrate()
        session.start()
        with connected(session.database_url) as database:
            yield Live(session.base_url, database, Index(made["application_ir"]))


def faulty(made: dict[str, Any], path: str, right: str, wrong: str) -> Bundle:
    """The application with one text of one file replaced by another."""
    bundle: Bundle = made["app_bundle"]
    assert right in bundle.file(path).text, f"{path} has no {right!r}"
    files = [
        msgspec.structs.replace(f, text=f.text.replace(right, wrong)) if f.path == path else f
        for f in bundle.files
    ]
    return msgspec.structs.replace(bundle, files=tuple(files))
