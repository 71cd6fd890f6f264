"""The clinic service."""
