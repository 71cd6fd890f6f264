"""Mutants of the IR: small changes of its nodes, emitted as an application of their own."""

from generator.verify.mutants.ir.changes import Change, changes
from generator.verify.mutants.ir.emitting import Emitter

__all__ = ["Change", "Emitter", "changes"]
