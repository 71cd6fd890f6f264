"""Packages that an application asks for in another release than the one that is installed beside appgen.

The process sandbox runs applications on appgen's own packages. What an
application excludes is installed into a folder of its own, which comes first.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from generator.core.digest import short_digest
from generator.core.errors import MachineError, ToldError
from generator.host.home import home, make_folder

_LISTED = "requirements.txt"
_SECONDS = 600
_NOTHING_FITS = re.compile(r"No solution found|No matching distribution|ResolutionImpossible")
_NO_INDEX = re.compile(r"network|offline|connect|timed? ?out|fetch", re.IGNORECASE)


def overlay_for(root: Path) -> Path | None:
    """Return the folder with what the application in `root` asks for and is not installed; None if all is."""
    wanted = unmet(root)
    if not wanted:
        return None
    base = make_folder(home() / "overlays")
    folder = base / short_digest([wanted, sys.version_info[:2], sys.platform])
    with FileLock(base / f"{folder.name}.lock"):
        if not folder.is_dir():
            _install(wanted, folder)
    return folder


def unmet(root: Path) -> list[str]:
    """Return the requirements of an application that installed packages do not meet."""
    listed = root / _LISTED
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    return sorted(line.strip() for line in lines if _excludes_installed(line.partition("#")[0].strip()))


def _excludes_installed(line: str) -> bool:
    """Whether a requirement names a package that is installed in a release that it excludes."""
    try:
        requirement = Requirement(line)
        known = version(requirement.name)
    except (InvalidRequirement, PackageNotFoundError):
        return False  # the gate `dependencies` says what is wrong with it
    asked = requirement.specifier
    return not asked.contains(known, prereleases=True) and _may_exist(asked)


def _may_exist(asked: SpecifierSet) -> bool:
    """Whether any release can lie in a range; of an empty one the gate `dependencies` tells."""
    bounds = [s.version.removesuffix(".*") for s in asked]
    return any(asked.contains(bound, prereleases=True) for bound in bounds)


def _install(wanted: list[str], folder: Path) -> None:
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        done = subprocess.run(
            [*_installer(), "--target", str(fresh), *wanted],
            env=_certified(os.environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        if done.returncode:
            raise _refusal(wanted, done.stderr.strip())
        fresh.replace(folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"can't install {', '.join(wanted)}: {error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refusal(wanted: list[str], said: str) -> ToldError:
    """Return whose fault it is: the application's, if the index answers that there is no such release."""
    message = (
        f"can't install {', '.join(wanted)}: {(said.splitlines() or ['no reason was given'])[-1].strip()}"
    )
    if _NOTHING_FITS.search(said) and not _NO_INDEX.search(said):
        return ToldError(message, "Another range in pins.yaml is needed.")
    return MachineError(message, "Is the package index reachable?")


def _certified(env: Mapping[str, str]) -> dict[str, str]:
    """Let uv trust what the machine trusts, as pip does, if the machine has certificates."""
    paths = ssl.get_default_verify_paths()
    return {"UV_SYSTEM_CERTS": "true", **env} if paths.cafile or paths.capath else dict(env)


def _installer() -> list[str]:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
