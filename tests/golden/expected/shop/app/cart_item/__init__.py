"""Cart items."""
