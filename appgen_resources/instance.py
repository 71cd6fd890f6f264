"""The persistent Dagster instance of a workspace."""

import os
from importlib import resources
from pathlib import Path

import dagster as dg

from generator.host.home import make_folder
from generator.host.state import State


def prepare_home(state: State) -> Path:
    """Make Dagster's home with its dagster.yaml, which a person may then change."""
    home = make_folder(state.dagster)
    settings = home / "dagster.yaml"
    if not settings.exists():
        text = resources.files("appgen_resources").joinpath("dagster.yaml").read_text(encoding="utf-8")
        settings.write_text(text, encoding="utf-8")
    return home


def open_instance(state: State) -> dg.DagsterInstance:
    """Return the instance; DAGSTER_HOME is set for this process, since Dagster reads it from there."""
    os.environ["DAGSTER_HOME"] = str(prepare_home(state))
    return dg.DagsterInstance.get()
