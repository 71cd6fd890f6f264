"""Overrides: what people replace of an application, read from the folders beside its spec."""
