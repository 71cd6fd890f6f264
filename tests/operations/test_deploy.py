"""What lies in deploy/ is what Dagster, and a real PostgreSQL, take; names agree from file to file."""

import re
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef
from dagster._core.workspace.config_schema import process_workspace_config
from dagster._core.workspace.load_target import WorkspaceFileTarget

from appgen_assets.definitions import defs
from appgen_resources.alerts.ledger import read_ledger
from appgen_resources.alerts.tick import alert_tick
from appgen_resources.operations.model import Operations
from appgen_resources.operations.read import SWITCHES, read_operations
from generator.host.postgres import PostgresServer
from generator.stages.store import MemoryStore

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTANCES = ("one-machine", "compose")


def loaded(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


@pytest.fixture
def fleet_environment(monkeypatch: pytest.MonkeyPatch, pg_server: PostgresServer, database: str) -> None:
    monkeypatch.setenv("DAGSTER_DATABASE_URL", pg_server.url(database, "psycopg2"))
    for name in loaded("compose/dagster.yaml")["run_launcher"]["config"]["env_vars"]:
        if name != "DAGSTER_DATABASE_URL":
            monkeypatch.setenv(name, "x")


@pytest.mark.parametrize("folder", INSTANCES)
def test_dagster_takes_the_instance(folder: str, tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text((DEPLOY / folder / "dagster.yaml").read_text(encoding="utf-8"))
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["telemetry"] == {"enabled": False}
    assert config["concurrency"]["pools"]["default_limit"] > 0
    assert config["concurrency"]["runs"]["tag_concurrency_limits"][0]["key"] == "dagster/partition"


def test_a_misspelt_key_would_be_seen(tmp_path: Path) -> None:
    text = (DEPLOY / "compose" / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(text.replace("run_monitoring:", "run_monitor:"), encoding="utf-8")
    with pytest.raises(dg.DagsterInvalidConfigError):
        dagster_instance_config(str(tmp_path))


def test_one_machine_is_what_a_workspace_gets_and_more() -> None:
    own = yaml.safe_load((DEPLOY.parent / "appgen_resources" / "dagster.yaml").read_text(encoding="utf-8"))
    deployed = loaded("one-machine/dagster.yaml")
    assert {key: deployed[key] for key in own} == own


@pytest.mark.usefixtures("fleet_environment")
def test_the_fleet_records_into_a_real_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DEPLOY / "compose" / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(text, encoding="utf-8")
    instance = dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path)))
    try:
        assert type(instance.run_launcher).__name__ == "DockerRunLauncher"
        assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
        result = defs.resolve_job_def("status").execute_in_process(
            instance=instance, run_config={"loggers": {"appgen": {}}}
        )
        assert result.success
        event = instance.get_latest_materialization_event(dg.AssetKey("app_status"))
        assert event is not None
        assert event.run_id == result.run_id
        for _ in range(2):
            told = alert_tick(instance, Operations(), MemoryStore(), set(), now=1.0)
        assert not told.events
        assert read_ledger(instance).cursors["PIPELINE_SUCCESS"] > 0, (
            "what waits and what is known is kept there too"
        )
    finally:
        instance.dispose()


@pytest.mark.parametrize("folder", INSTANCES)
def test_dagster_takes_the_workspace(folder: str) -> None:
    path = DEPLOY / folder / "workspace.yaml"
    checked = process_workspace_config(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert checked.success, checked.errors
    if folder == "one-machine":
        (origin,) = WorkspaceFileTarget([str(path)]).create_origins()
        assert origin.location_name == "appgen"


def test_the_example_of_operations_is_read_and_names_every_switch() -> None:
    text = (DEPLOY / "operations.yaml").read_text(encoding="utf-8")
    told = read_operations("operations.yaml", text, {})
    assert set(told.switches) == set(SWITCHES)


def test_its_commented_lines_are_read_too() -> None:
    text = (DEPLOY / "operations.yaml").read_text(encoding="utf-8")
    whole = re.sub(r"^(alerts|databases): (?:\[\]|\{\})$", r"\1:", text, flags=re.MULTILINE)
    whole = re.sub(r"^#(  )", r"\1", whole, flags=re.MULTILINE)
    given = {"TEAM_CHANNEL_URL": "json://h", "ON_CALL_URL": "json://h", "BILLING_READER_PASSWORD": "p"}
    told = read_operations("operations.yaml", whole, given)
    assert [route.severity for route in told.alerts] == ["error", "critical"]
    assert list(told.databases) == ["billing-eu"]


# --- compose --------------------------------------------------------------------


def test_runs_mount_what_the_code_server_mounts_and_know_what_it_knows() -> None:
    compose, instance = loaded("compose/compose.yaml"), loaded("compose/dagster.yaml")
    code = compose["services"]["code"]
    names = {key: (value or {}).get("name", f"appgen_{key}") for key, value in compose["volumes"].items()}
    mounted = {f"{names[v.partition(':')[0]]}:{v.partition(':')[2]}" for v in code["volumes"]}
    launcher = instance["run_launcher"]["config"]
    assert set(launcher["container_kwargs"]["volumes"]) == mounted
    own = {"DAGSTER_CURRENT_IMAGE"}
    assert set(launcher["env_vars"]) == set(code["environment"]) - own, "runs read operations.yaml too"
    assert code["environment"]["APPGEN_OUT"] in {v.split(":")[1] for v in code["volumes"]}
    assert launcher["network"] == compose["networks"]["appgen"]["name"]
    assert "DAGSTER_CURRENT_IMAGE" in code["environment"], "runs are started from the code server's image"


def test_the_code_server_listens_where_the_workspace_looks() -> None:
    (server,) = loaded("compose/workspace.yaml")["load_from"]
    services = loaded("compose/compose.yaml")["services"]
    command = services[server["grpc_server"]["host"]]["command"]
    assert str(server["grpc_server"]["port"]) in command
    assert command[command.index("-m") + 1] == "appgen_assets.definitions"


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    text = (DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8")
    example = (DEPLOY / "compose" / ".env.example").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", text))
    given = set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))
    assert used <= given
    assert given - used == {"COMPOSE_PROFILES"}


def test_the_ui_is_not_open_to_the_world() -> None:
    (port,) = loaded("compose/compose.yaml")["services"]["web"]["ports"]
    assert port.startswith("127.0.0.1:")


def test_the_image_holds_what_the_compose_file_starts() -> None:
    lines = (DEPLOY / "compose" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert all((DEPLOY.parent / path).exists() for path in copied)
    assert {"generator", "appgen_assets", "appgen_resources"} <= set(copied)
    locked = (DEPLOY / "requirements.lock").read_text(encoding="utf-8")
    for package in (
        "dagster",
        "dagster-docker",
        "dagster-postgres",
        "dagster-webserver",
        "s3fs",
        "hatchling",
    ):
        assert f"\n{package}==" in f"\n{locked}"
    assert "--hash=sha256:" in locked


# --- Kubernetes -----------------------------------------------------------------


def test_the_chart_is_of_the_version_that_is_installed() -> None:
    text = (DEPLOY / "kubernetes" / "values.yaml").read_text(encoding="utf-8")
    assert f"--version {dg.__version__}" in text


def test_what_the_chart_makes_of_dagster_yaml_is_taken(tmp_path: Path) -> None:
    """The chart writes the storage itself, and below that what it gets as it is."""
    values = loaded("kubernetes/values.yaml")
    database = values["postgresql"]
    place = {"username": "u", "password": {"env": "P"}, "hostname": "h", "db_name": "d", "port": 5432}
    stored = {"postgres_db": {**place, "scheme": database["postgresqlScheme"]}}
    made = {"storage": {"postgres": stored}, **values["additionalInstanceConfig"]}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(made), encoding="utf-8")
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["concurrency"]["pools"]["default_limit"] > 0
    assert database["postgresqlScheme"].endswith("+psycopg2")


def test_the_chart_writes_nothing_that_is_given_as_it_is() -> None:
    """A key twice would make dagster.yaml unreadable, or one of the two would not count."""
    values = loaded("kubernetes/values.yaml")
    own, daemon = set(values["additionalInstanceConfig"]), values["dagsterDaemon"]
    assert own == {"nux", "concurrency", "run_monitoring", "run_retries"}
    assert not any(daemon[key]["enabled"] for key in ("runCoordinator", "runMonitoring", "runRetries"))
    assert "concurrency" not in values


def test_pods_follow_the_same_rules_as_containers() -> None:
    compose, pods = (
        loaded("compose/dagster.yaml"),
        loaded("kubernetes/values.yaml")["additionalInstanceConfig"],
    )
    for key in ("run_monitoring", "run_retries"):
        assert pods[key] == compose[key]
    limits = (c["concurrency"]["runs"]["tag_concurrency_limits"] for c in (compose, pods))
    assert next(limits) == next(limits)


# What the chart's schema allows where it allows nothing else; a key that it does not know is refused by helm.
ALLOWED = {
    "dagsterDaemon": {"runCoordinator", "runMonitoring", "runRetries", "sensors", "schedules"},
    "runLauncher": {"type", "config"},
    "retention": {"enabled", "sensor", "schedule", "autoMaterialize"},
    "dagsterWebserver": {"replicaCount", "resources"},
}
LAUNCHER = {"failPodOnRunFailure", "resources", "securityContext"}


def test_closed_sections_hold_what_the_chart_knows() -> None:
    values = loaded("kubernetes/values.yaml")
    for section, known in ALLOWED.items():
        assert set(values[section]) <= known, section
    assert set(values["runLauncher"]["config"]["k8sRunLauncher"]) <= LAUNCHER
    assert set(values["retention"]["sensor"]["purgeAfterDays"]) == {
        "skipped",
        "success",
        "failure",
        "started",
    }


def test_every_mount_has_its_volume_and_every_path_its_mount() -> None:
    (code,) = loaded("kubernetes/values.yaml")["dagster-user-deployments"]["deployments"]
    assert {m["name"] for m in code["volumeMounts"]} == {v["name"] for v in code["volumes"]}
    mounted = tuple(m["mountPath"] for m in code["volumeMounts"])
    paths = [e["value"] for e in code["env"] if e["value"].startswith("/")]
    assert paths
    assert all(path.startswith(mounted) for path in paths)
    assert code["includeConfigInLaunchedRuns"]["enabled"], "runs need the same variables and volumes"
    assert "appgen_assets.definitions" in code["dagsterApiGrpcArgs"]
