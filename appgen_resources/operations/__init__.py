"""How a fleet is run: the file `operations.yaml` of a workspace."""
