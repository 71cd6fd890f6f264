"""Gate: every file is what its name says: Python, JSON, TOML or YAML that parses."""

from __future__ import annotations

import json
import tomllib

import yaml

from generator.core.syntax_tree import parse
from generator.emit.tree import EmittedFile
from generator.verify.gates.build import Build
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Parse each file."""
    return [finding for file in build.bundle.files if (finding := _parse(build, file)) is not None]


def _parse(build: Build, file: EmittedFile) -> Finding | None:
    try:
        match file.path.rpartition(".")[2]:
            case "py" if file.path not in build.modules:
                parse(file.text, file.path)
            case "json":
                json.loads(file.text)
            case "toml":
                tomllib.loads(file.text)
            case "yaml" | "yml":
                yaml.safe_load(file.text)
            case _:
                return None
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        return build.finding("does-not-parse", str(error), path=file.path, line=_line(error))
    return None


def _line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return int(getattr(error, "lineno", 0) or 0)
