"""The reference interpreter: a whole ApplicationIR carried out in memory.

A second opinion, written from docs/language.md and independent of guards and
emitters: what it answers is what a generated application must answer.
"""

from generator.verify.interpreter.machine import MISSING, Answer, Interpreter

__all__ = ["MISSING", "Answer", "Interpreter"]
