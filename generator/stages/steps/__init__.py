"""Stages whose function takes or gives something else than views and a value; one module each."""
