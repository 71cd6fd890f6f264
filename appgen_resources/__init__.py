"""What the assets stand on: specs, artefacts, the workshop, the sandbox, Dagster's own storage."""
