"""What a stage may use besides its inputs."""

from __future__ import annotations

import msgspec

from generator.core.ports import Formatter


class Tools(msgspec.Struct, frozen=True):
    """Services that the host gives to the pure stages."""

    formatter: Formatter
