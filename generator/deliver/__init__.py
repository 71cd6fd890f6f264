"""Putting a verified bundle where people work with it."""
