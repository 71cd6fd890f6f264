"""Typed expressions as Python, as SQLAlchemy Core and as SQL text."""
