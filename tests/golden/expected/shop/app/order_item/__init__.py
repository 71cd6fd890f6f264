"""Order items."""
