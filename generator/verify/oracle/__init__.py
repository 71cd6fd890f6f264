"""The oracle: random requests go to the application and to the reference interpreter, which must agree.

After each request their answers and all that they store are compared. What
differs is made as short as possible and kept as a scenario (`regressions.py`).
"""
