"""The spec as a person wrote it: YAML with spans, short forms expanded."""
