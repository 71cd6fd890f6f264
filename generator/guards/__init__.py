"""Guard IR: what each operation must check, with no Python and no variable names."""
