"""What every generated service shares: database access, problems, pages, replies."""
