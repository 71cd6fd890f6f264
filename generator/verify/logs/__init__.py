"""The logs of a run: an error in one of them fails it, even if every answer was right."""
