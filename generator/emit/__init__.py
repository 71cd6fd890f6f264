"""IR to files. One folder per target; each has a view (decisions) and templates (printing)."""
