"""Alerts: what changed in a fleet's health, told once, to whom it concerns."""
