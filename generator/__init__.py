"""A compiler from a declarative application spec to a verified backend."""
