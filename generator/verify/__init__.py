"""Findings and results: gates, scenarios, and where they run."""
