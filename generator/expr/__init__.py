"""The expression language: one grammar, one typed AST, readers that agree."""
