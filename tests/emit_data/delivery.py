"""Writes what the data emitters give, and runs programs in it."""

import subprocess
import sys
from pathlib import Path

from generator.emit.bundle import Bundle, bundle
from generator.emit.finish import finish
from generator.emit.migrations import emit_migrations
from generator.emit.models import emit_models
from generator.emit.project import emit_project
from generator.emit.schemas import emit_schemas
from generator.host.format import RuffFormatter
from generator.ir.model import ApplicationIR

EMITTERS = (emit_models, emit_migrations, emit_schemas, emit_project)


def made(ir: ApplicationIR) -> Bundle:
    return bundle([finish(emit(ir), RuffFormatter()) for emit in EMITTERS])


def write(files: Bundle, folder: Path) -> Path:
    for file in files.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


def python(
    folder: Path, *arguments: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in the delivered folder."""
    env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **variables}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=env, input=stdin, capture_output=True, text=True, check=False, timeout=240
    )


def succeeds(folder: Path, *arguments: str, stdin: str = "", **variables: str) -> str:
    done = python(folder, *arguments, stdin=stdin, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
