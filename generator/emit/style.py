"""The delivered application's code style: what its pyproject says and what formats it."""

from __future__ import annotations

LINE_LENGTH = 110
TARGET_VERSION = "py311"
FIRST_PARTY = ("app", "smoke", "tests")

# Rules that the delivered application keeps, all of them.
RULES = (
    "A", "ANN", "ASYNC", "B", "C4", "D1", "DTZ", "E", "F", "FLY", "I", "N", "PERF", "PIE", "PLC", "PLE",
    "PLW", "PT", "PYI", "Q", "RET", "RSE", "RUF", "S", "SIM", "SLF", "SLOT", "T20", "TID", "TRY", "UP", "W",
)  # fmt: skip
IGNORED = (
    "A005",  # a package is called like its rows, a module of the runtime like what it does
    "ANN401",  # values of a JSON document are of any type
    "D105", "D107",  # magic methods say what they do
    "N818",  # errors are named after what happened
    "RUF001", "RUF002", "RUF003",  # messages are written in any language
    "TRY003",  # messages belong where they are raised
)  # fmt: skip
PER_FILE = (("tests/**", ("S", "SLF", "D1")), ("smoke/**", ("S", "T20")), ("migrations/**", ("D1", "N999")))
