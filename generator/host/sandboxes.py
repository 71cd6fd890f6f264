"""Which sandbox applications are tried in: $APPGEN_SANDBOX, by default child processes."""

from __future__ import annotations

import os
from typing import Literal, assert_never, get_args

from generator.core.errors import MachineError
from generator.host.sandbox import ProcessSandbox
from generator.verify.sandbox import Sandbox

VARIABLE = "APPGEN_SANDBOX"
Kind = Literal["process", "docker"]
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


def choose(kind: Kind) -> None:
    """Let every part of this process, and its children, use this sandbox."""
    os.environ[VARIABLE] = kind


def chosen() -> Kind:
    """Return the sandbox that is to be used."""
    named = os.environ.get(VARIABLE) or "process"
    if named not in _KINDS:
        raise MachineError(f"{VARIABLE} is {named!r}", f"Set it to {' or '.join(_KINDS)}.")
    return _KINDS[named]


def open_sandbox(kind: Kind | None = None) -> Sandbox:
    """Return a sandbox, by default the chosen one."""
    match kind or chosen():
        case "process":
            return ProcessSandbox()
        case "docker":
            # Only who uses it pays for loading the SDK.
            from generator.host.docker import DockerSandbox  # noqa: PLC0415

            return DockerSandbox()
        case other:
            assert_never(other)
