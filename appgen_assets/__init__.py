"""The asset graph: one asset per stage, one partition per application."""
