"""The ApplicationIR: frozen, fully resolved, canonical."""
