"""Checks that need more than one piece of the spec; one file per topic."""
