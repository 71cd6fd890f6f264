"""What a person sees of each asset: counts, tables, previews, diagrams."""
