"""The delivered application's code style: what its pyproject says and what formats it."""

from __future__ import annotations

LINE_LENGTH = 110
TARGET_VERSION = "py311"
FIRST_PARTY = ("app", "smoke", "tests")

# Rules that the delivered application keeps, all of them.
RULES = (
    "ANN", "ASYNC", "B", "C4", "D1", "DTZ", "E", "F", "FLY", "I", "N", "PERF", "PIE", "PLC", "PLE", "PLW",
    "PT", "PYI", "Q", "RET", "RSE", "RUF", "S", "SIM", "SLF", "SLOT", "T20", "TID", "TRY", "UP", "W",
)  # fmt: skip
# The vendored library is developed under more rules: what it says to them is not unused.
EXTERNAL = ("A", "ARG", "BLE", "C90", "ERA", "FBT", "FURB", "PGH", "PLR", "TC")
# Each of these is about what the specification says, not about how it is written down here.
IGNORED = (
    "ANN401",  # values of a JSON document are of any type
    "D105", "D107",  # magic methods say what they do
    "E501",  # the formatter wraps lines; messages stay whole
    "B007", "E712", "E741", "RUF034",  # conditions and names are the specification's
    "RUF001", "RUF002", "RUF003",  # messages are written in any language
    "S105", "S106", "S107",  # a field may be called password
    "SIM102", "SIM103", "SIM108", "SIM114",
    "SIM201", "SIM202", "SIM208", "SIM210", "SIM211", "SIM212",
    "SIM220", "SIM221", "SIM222", "SIM223", "SIM300",
    "TRY003",  # messages belong where they are raised
)  # fmt: skip
PER_FILE = (("tests/**", ("S", "SLF", "D1")), ("smoke/**", ("S", "T20")), ("migrations/**", ("D1", "N999")))
