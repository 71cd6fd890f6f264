"""A healthy build of a small application, and ways to break it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from generator.emit.bundle import Bundle, bundle
from generator.emit.finish import finish
from generator.emit.history import History
from generator.emit.models import emit_models
from generator.emit.overrides import Overrides
from generator.emit.project import emit_project
from generator.emit.routes import emit_routes
from generator.emit.schemas import emit_schemas
from generator.emit.services import emit_services
from generator.emit.tree import EmittedFile
from generator.graph.build import build_graph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.host.format import RuffFormatter
from generator.host.sandbox import ProcessSandbox
from generator.ir.changes import Changes
from generator.ir.lower import lower
from generator.ir.model import ApplicationIR
from generator.spec.load import load_app
from generator.stages.steps.migrations import run as migrated
from generator.stages.tools import Tools
from generator.verify.delivery import smoke_files
from generator.verify.gates import GATES, run_gates
from generator.verify.model import SanityReport
from generator.verify.plan import make_plan

SPEC = """
app: mini
entities:
  Account:
    fields:
      name: string(1..80)
      email: email unique
      balance: decimal(10,2) >= 0
      created_at: datetime = now() server
      notes: Note[] owned
      tags: Tag[]
    states:
      status: {initial: OPEN, OPEN: [CLOSED]}
    list: {filter: [status], sort: [name], search: [name]}
  Tag:
    fields:
      label: string(1..40)
  Note:
    fields:
      text: string(1..200)
      weight: int > 0 = 1
    rules:
      - weight <= account.balance else 422 "Too heavy"
flows:
  close:
    entity: Account
    requires: [account.balance == 0]
    effects: ["account.status: OPEN -> CLOSED"]
"""


@dataclass(frozen=True)
class Healthy:
    """A build that every gate lets through."""

    ir: ApplicationIR
    guards: GuardIR
    bundle: Bundle

    def text(self, path: str) -> str:
        return self.bundle.file(path).text

    def run(self, built: Bundle | None = None, without: tuple[str, ...] = ()) -> SanityReport:
        gates = [gate for gate in GATES if gate.name not in without]
        return run_gates(built or self.bundle, self.ir, ProcessSandbox(), self.guards, gates)

    def with_text(self, path: str, text: str) -> Bundle:
        """Return the bundle with one file written anew or added, and the manifest that belongs to it."""
        old = {f.path: f for f in self.bundle.files}
        blocks = old[path].blocks if path in old else ()
        return rebundled([*(f for f in self.bundle.files if f.path != path), EmittedFile(path, text, blocks)])

    def replaced(self, path: str, *changes: tuple[str, str]) -> Bundle:
        """Return the bundle with texts of one file replaced; each must be there."""
        text = self.text(path)
        for old, new in changes:
            assert old in text, f"{path} has no {old!r}"
            text = text.replace(old, new, 1)
        return self.with_text(path, text)


def rebundled(files: Iterable[EmittedFile]) -> Bundle:
    ordered = tuple(sorted(files, key=lambda f: f.path))
    return Bundle(ordered, {f.path: hashlib.sha256(f.text.encode()).hexdigest() for f in ordered})


def build(text: str) -> Healthy:
    ir = lower(load_app("mini.yaml", lambda _: text)).ir
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    emitted = [
        emit_schemas(ir),
        emit_models(ir),
        emit_services(ir, guards),
        emit_routes(ir),
        emit_project(ir),
    ]
    smoke = smoke_files(make_plan(ir, guards))
    migrations = migrated(Tools(RuffFormatter()), ir, Changes(), History(), Overrides())
    trees = [*(finish(files, RuffFormatter()) for files in emitted), migrations]
    return Healthy(ir, guards, bundle(trees, smoke))


@pytest.fixture(scope="session")
def healthy() -> Healthy:
    return build(SPEC)
