"""Spec text to IR, in one call."""

from __future__ import annotations

from collections.abc import Callable

from generator.ir.lower import Lowered, lower
from generator.spec.load import load_app


def compile_front(main: str, read: Callable[[str], str]) -> Lowered:
    """Load and lower a spec; raises SpecError with every diagnostic found."""
    return lower(load_app(main, read))
