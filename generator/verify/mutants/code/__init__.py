"""Mutants of the generated code: small changes of its syntax trees."""

from generator.verify.mutants.code.make import code_mutants

__all__ = ["code_mutants"]
