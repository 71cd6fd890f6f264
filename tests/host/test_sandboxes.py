import pytest

from generator.core.errors import EXIT_ENVIRONMENT, MachineError
from generator.emit.tree import Tree
from generator.host.sandbox import ProcessSandbox
from generator.host.sandboxes import VARIABLE, choose, chosen, open_sandbox
from generator.pipeline import STAGES
from generator.stages.code import CodeIndex
from generator.stages.store import MemoryStore
from generator.stages.workshop import Workshop, external
from generator.verify.model import SanityReport


def test_child_processes_unless_another_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert chosen() == "process"
    assert isinstance(open_sandbox(), ProcessSandbox)
    monkeypatch.setenv(VARIABLE, "")
    assert chosen() == "process"
    choose("docker")
    assert open_sandbox().name == chosen() == "docker"


def test_an_unknown_sandbox_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "cloud")
    with pytest.raises(MachineError, match="APPGEN_SANDBOX is 'cloud'") as caught:
        open_sandbox()
    assert caught.value.hint == "Set it to process or docker."


def test_without_an_engine_the_machine_is_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    wanted = pytest.raises(MachineError, match="no Docker engine answers")
    with wanted as caught, open_sandbox("docker").open(Tree(())):
        pass
    assert caught.value.exit_code == EXIT_ENVIRONMENT
    assert "DOCKER_HOST" in caught.value.hint


def test_what_was_seen_in_one_sandbox_is_stale_in_another() -> None:
    done = {stage.name: external(stage.name, 1) for stage in STAGES}
    done |= {name: external(name, 1) for name in ("source", "target")}
    done["sanity_report"] = external("sanity_report", SanityReport("demo", ()))

    def keys(sandbox: str) -> dict[str, str]:
        workshop = Workshop(MemoryStore(), CodeIndex(), None, sandbox=sandbox)  # type: ignore[arg-type]
        return {s.name: workshop.key(s, done) for s in STAGES if not s.pure}

    differing = {name for name, key in keys("process").items() if keys("docker")[name] != key}
    assert differing == {"sanity_report", "smoke_result"}
