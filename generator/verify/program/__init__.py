"""Exercises a running instance of the application over HTTP: `python -m smoke --base-url URL`."""
