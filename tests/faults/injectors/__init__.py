"""Faults by the part of the application that they break."""
